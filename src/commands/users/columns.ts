import { commandName, line } from "../../lib/advice/index.ts";
import type { Client, User } from "../../lib/client/index.ts";
import { USER } from "../../lib/model/user.ts";
import { text, type Text } from "../../lib/text/index.ts";
import { nearest } from "../../lib/text/nearest.ts";
import type { Fields } from "../field.ts";
import { columnsOfFields } from "../listing/columns.ts";
import { FILTERS, firstOf } from "../listing/list.ts";
import { theOne, type NamedKind } from "../listing/named.ts";

const NAMED_BY = text(
  "id, mail address, employee code or account name",
  "ID・メールアドレス・社員コード・CLOMO アカウント名",
);

/** The argument that names a user. */
export const USER_ARGUMENT = {
  kind: "string",
  required: true,
  names: "users",
  about: NAMED_BY,
} as const;

/** The filters of users. */
export const USER_FILTERS = {
  org: {
    kind: "string",
    value: "ORG",
    names: "orgs",
    about: text("only those directly in this organisation", "この組織に直接所属するユーザーに絞り込む"),
  },
  search: {
    kind: "string",
    value: "TEXT",
    about: text(
      "only those with a value that contains it (高橋 finds 髙橋 too)",
      "いずれかの項目に含む文字で絞り込む(「高橋」で「髙橋」も探す)",
    ),
  },
  ...FILTERS,
} as const satisfies Fields;

/** All columns of a user. */
export const USER_COLUMNS = columnsOfFields<User>(USER.fields);

/** How a user is named, and told apart from others of the same name. */
export const USER_NAMES: NamedKind<User> = {
  noun: text("user", "ユーザー"),
  list: line("users list", []),
  search: `${commandName("users list")} --search`,
  by: NAMED_BY,
  describe: ({ id, name, emails }) => `${name} <${emails[0] ?? ""}> ${id}`,
};

/**
 * The user of an id, a mail address, an employee code or an account name.
 *
 * @throws `not-found` when there is none, `usage` when there are several
 */
export async function userNamed(client: Client<"users">, typed: string): Promise<User> {
  const found = await client.users.find({ name: typed });
  return theOne(typed, found, USER_NAMES, found.length > 0 ? [] : await nearUsers(client, typed));
}

/** Maximum number of users that are proposed. */
const MAX_PROPOSED = 3;

/** Beginnings of what was typed by which a misspelt user is searched for, and the number of users that are compared. */
const SURE_CHARACTERS = 3;
const MAX_COMPARED = 500;

/** The user with an address, a code or an account that is near to what was typed, which begins as it does. */
async function misspelt(client: Client<"users">, typed: string): Promise<readonly User[]> {
  if (typed.length <= SURE_CHARACTERS) return [];
  const alike = firstOf(client.users.list({ search: typed.slice(0, SURE_CHARACTERS) }), MAX_COMPARED);
  const known = new Map<string, User>();
  for await (const user of alike) {
    for (const name of [...user.emails, user.employeeCode, user.accountName]) if (name !== null) known.set(name, user);
  }
  const user = known.get(nearest(typed, known.keys()) ?? "");
  return user === undefined ? [] : [user];
}

/** The first users with a value that contains what was typed, as they are told apart. */
export async function nearUsers(client: Client<"users">, typed: string): Promise<readonly (string | Text)[]> {
  const near = await Array.fromAsync(firstOf(client.users.list({ search: typed }), MAX_PROPOSED));
  const found = near.length > 0 ? near : await misspelt(client, typed);
  return found.map(USER_NAMES.describe);
}
