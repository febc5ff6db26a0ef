import { line } from "../../../lib/advice/index.ts";
import type { Client, User } from "../../../lib/client/index.ts";
import { ROOT_ORG_NAME } from "../../../lib/nouns/organisation.ts";
import { USER } from "../../../lib/nouns/user.ts";
import { same, text, type Text } from "../../../lib/text/index.ts";
import { buildFieldColumns, buildOrgOptions } from "../list/list.ts";
import { requireSingleMatch, type NamedKind } from "../list/single-match.ts";
import type { ResultLayout } from "./change-result.ts";

export const USER_ARGUMENT = {
  kind: "string",
  required: true,
  about: text("ID, email address, employee code or account name", "ID・メールアドレス・社員コード・CLOMO アカウント名"),
} as const;

export const USER_ORG_OPTIONS = buildOrgOptions(
  text("only users in this organisation (code or path) or below it", "この組織(コードかパス)とその下の組織のユーザー"),
);

export const USER_COLUMNS = buildFieldColumns<User>(USER.fields);

export const USER_RESULT_LAYOUT: ResultLayout<User> = {
  columns: USER_COLUMNS.map((column) =>
    column.key === "org" ? { ...column, name: ({ org }) => same(org.path || ROOT_ORG_NAME) } : column,
  ),
  fields: USER.fields,
  called: ({ name, emails }) => `${name} <${emails[0] ?? ""}>`,
};

export const USER_LOOKUP: NamedKind<User> = {
  noun: text("user", "ユーザー"),
  list: line("users list", []),
  search: (search) => line("users list", [], { search }),
  describe: ({ id, name, emails }) => `${name} <${emails[0] ?? ""}> ${id}`,
};

export const findUser = async (client: Client<"users">, typed: string): Promise<User> =>
  requireSingleMatch(typed, await client.users.find({ name: typed }), USER_LOOKUP);

/** Describes how the last user with this name was deleted; undefined if an existing user has or had the name. */
export async function findDeletion(client: Client<"users">, typed: string): Promise<Text | undefined> {
  const past = await client.users.history({ name: typed });
  const last = past.at(-1);
  if (last === undefined || past.some(({ deleted }) => !deleted)) return undefined;
  const number = last.versions.at(-1)?.number ?? null;
  const [by, byJa] = number === null ? ["", ""] : [` by change ${number}`, `(変更 ${number})`];
  return text(`"${typed}" was deleted${by}: ${last.name}`, `「${typed}」は削除済みです${byJa}: ${last.name}`);
}
