import { line, step } from "../../lib/advice/index.ts";
import type { Client, RecordHistory, User } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { USER } from "../../lib/model/user.ts";
import { MAX_SEARCH_LENGTH } from "../../lib/model/value-rule.ts";
import { text, type Text } from "../../lib/text/index.ts";
import { findNearestWord } from "../../lib/text/nearest.ts";
import type { Fields } from "../field.ts";
import { buildFieldColumns } from "../listing/columns.ts";
import { buildOrgOptions, FILTER_OPTIONS, limitRecords } from "../listing/list.ts";
import { requireSingleMatch, type NamedKind } from "../listing/single-match.ts";

const USER_IDENTIFIERS = text(
  "ID, email address, employee code or account name",
  "ID・メールアドレス・社員コード・CLOMO アカウント名",
);

/** The argument that names a user. */
export const USER_ARGUMENT = {
  kind: "string",
  required: true,
  about: USER_IDENTIFIERS,
} as const;

/** The options that filter users by an organisation. */
export const USER_ORG_OPTIONS = buildOrgOptions(
  text("only users in this organisation or below it", "この組織とその下の組織のユーザーに絞り込む"),
);

/** The options that filter users. */
export const USER_FILTERS = {
  ...USER_ORG_OPTIONS,
  search: {
    kind: "string",
    value: "TEXT",
    about: text(
      "only users with a value that contains TEXT (高橋 also finds 髙橋)",
      "いずれかの項目に TEXT を含むユーザーに絞り込む(「高橋」で「髙橋」も探す)",
    ),
  },
  ...FILTER_OPTIONS,
} as const satisfies Fields;

/** All columns of a user. */
export const USER_COLUMNS = buildFieldColumns<User>(USER.fields);

/** How a user is found by name and distinguished from other users. */
export const USER_LOOKUP: NamedKind<User> = {
  noun: text("user", "ユーザー"),
  list: line("users list", []),
  search: (search) => line("users list", [], { search }),
  by: USER_IDENTIFIERS,
  describe: ({ id, name, emails }) => `${name} <${emails[0] ?? ""}> ${id}`,
};

/**
 * Returns the user with an id, an email address, an employee code or an account name.
 *
 * @param as the acting account, which may not see all users
 * @throws Failure `not-found` if no user matches, also if the user was deleted; `usage` if several match
 */
export async function findUser(client: Client<"users">, typed: string, as?: string): Promise<User> {
  const found = await client.users.find({ name: typed });
  const lookup = { ...USER_LOOKUP, as };
  if (found.length > 0) return requireSingleMatch(typed, found, lookup);
  const [past, near] = await Promise.all([client.users.history({ name: typed }), suggestUsers(client, typed)]);
  const [deleted] = past;
  if (deleted !== undefined && past.every((one) => one.deleted)) throw createDeletedUserFailure(typed, deleted);
  return requireSingleMatch(typed, found, lookup, near);
}

const createDeletedUserFailure = (typed: string, deleted: RecordHistory): Failure =>
  new Failure("not-found", {
    what: describeDeletedUser(typed, deleted),
    hint: step("to see all changes", "変更の履歴", line("users history", [deleted.id])),
  });

const describeDeletedUser = (typed: string, { name, versions }: RecordHistory): Text => {
  const number = versions.at(-1)?.number ?? null;
  const [by, byJa] = number === null ? ["", ""] : [` by change ${number}`, `(変更 ${number})`];
  return text(`"${typed}" was deleted${by}: ${name}`, `「${typed}」は削除済みです${byJa}: ${name}`);
};

/**
 * Returns that a user was deleted, if the first known one of these names belonged only to users who no longer exist. A
 * former name of a user who still exists does not count.
 */
export async function findDeletion(client: Client<"users">, names: readonly string[]): Promise<Text | undefined> {
  for (const name of names) {
    const past = await client.users.history({ name });
    const [last] = past.slice(-1);
    if (last !== undefined) return past.every(({ deleted }) => deleted) ? describeDeletedUser(name, last) : undefined;
  }
  return undefined;
}

/** Maximum number of users that are suggested. */
const MAX_SUGGESTED_USERS = 3;

/**
 * Number of leading characters by which candidates for a misspelt user are searched. Below: the maximum number of users
 * that are compared.
 */
const SEARCH_PREFIX_LENGTH = 3;
const MAX_COMPARED_USERS = 500;

/**
 * Returns the user whose email address, employee code or account name is similar to what was typed. Compares only users
 * with a value that contains the first typed characters. Empty if no user is similar.
 */
async function findSimilarUsers(client: Client<"users">, typed: string): Promise<readonly User[]> {
  if (typed.length <= SEARCH_PREFIX_LENGTH) return [];
  const alike = limitRecords(client.users.list({ search: typed.slice(0, SEARCH_PREFIX_LENGTH) }), MAX_COMPARED_USERS);
  const known = new Map<string, User>();
  for await (const user of alike) {
    for (const name of [...user.emails, user.employeeCode, user.accountName]) if (name !== null) known.set(name, user);
  }
  const user = known.get(findNearestWord(typed, known.keys()) ?? "");
  return user === undefined ? [] : [user];
}

/** Returns descriptions of the first users with a value that contains the input, else a user with a similar name. */
export async function suggestUsers(client: Client<"users">, typed: string): Promise<readonly (string | Text)[]> {
  const search = typed.slice(0, MAX_SEARCH_LENGTH);
  const near = await Array.fromAsync(limitRecords(client.users.list({ search }), MAX_SUGGESTED_USERS));
  const found = near.length > 0 ? near : await findSimilarUsers(client, typed);
  const shown = found.map(({ name, emails }) => `${name} <${emails[0] ?? ""}>`);
  // an id is needed only to distinguish users who are shown alike
  return new Set(shown).size === found.length ? shown : found.map(USER_LOOKUP.describe);
}
