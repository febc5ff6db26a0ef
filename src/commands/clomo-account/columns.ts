import { commandName, line, step } from "../../lib/advice/index.ts";
import type { Account, Client } from "../../lib/client/index.ts";
import { Failure, unlessFailing } from "../../lib/errors/index.ts";
import { ACCOUNT, MANAGING } from "../../lib/model/account.ts";
import { ROOT_ORG_NAME } from "../../lib/model/organisation.ts";
import type { Role } from "../../lib/model/role.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { joined, same, text, type Text } from "../../lib/text/index.ts";
import { columnsOfFields } from "../listing/columns.ts";
import { firstOf } from "../listing/list.ts";
import { theOne, type NamedKind } from "../listing/named.ts";

const NAMED_BY = text(
  "account name, id, mail address or employee code",
  "アカウント名・ID・メールアドレス・社員コード",
);

/** The argument that names an account. */
export const ACCOUNT_ARGUMENT = {
  kind: "string",
  value: "ACCOUNT",
  required: true,
  names: "users",
  about: NAMED_BY,
} as const;

/** The path of an organisation as people call it: that of 全社 is blank. */
const toldPath = (path: string): Text => same(path === "" ? ROOT_ORG_NAME : path);

/** Whether it has all organisations: a system administrator does, whatever is recorded. @see facts 2.1 */
const hasAll = ({ role, managesAll }: Account): boolean => role === "system" || managesAll;

/** What people read instead of a value. */
const TOLD: Readonly<Record<string, Column<Account>["name"]>> = {
  org: ({ org }) => toldPath(org.path),
  managesAll: (account) => (hasAll(account) ? text("yes", "はい") : text("no", "いいえ")),
  managedOrgs: (account) => {
    if (hasAll(account)) return text("all", "全て");
    const { managedOrgs } = account;
    const paths = managedOrgs.map(({ path }) => toldPath(path));
    return paths.length === 0 ? null : joined(paths, text(", ", "、"));
  },
};

/** All columns of an account. */
export const ACCOUNT_COLUMNS = columnsOfFields<Account>(ACCOUNT.fields).map((column) => {
  const { key } = column;
  const { [key]: name = column.name } = TOLD;
  return {
    ...column,
    name,
    whole: ["name", "role", "scheme"].includes(key),
    paths: key === "org" || key === "managedOrgs",
  };
});

/** The columns of a list that fit on a terminal; of one role those that it has. */
export const usualOf = (role: Role | undefined): readonly string[] => {
  const { usual } = ACCOUNT;
  if (role === undefined) return usual;
  const lacking = [
    ...(MANAGING.includes(role) ? [] : ["managedOrgs"]),
    ...(role === "system" ? [] : ["supportOption"]),
  ];
  return [...usual.filter((key) => !lacking.includes(key)), ...(role === "custom" ? ["scheme"] : [])];
};

/** How an account is named, and told apart from others. */
export const ACCOUNT_NAMES: NamedKind<Account> = {
  noun: text("CLOMO account", "CLOMO アカウント"),
  list: line("clomo-account list", []),
  search: `${commandName("clomo-account list")} --search`,
  by: NAMED_BY,
  describe: ({ name, user, id }) => `${name} (${user}) ${id}`,
};

/** Maximum number of accounts that are proposed. */
const MAX_PROPOSED = 3;

/**
 * The account of a name, or of a name of its user. Where users can be asked for, one without an account is told as such.
 *
 * @throws `not-found` when there is none, `usage` when there are several
 */
export async function accountNamed(
  client: Client<"accounts"> & Partial<Client<"users">>,
  typed: string,
): Promise<Account> {
  const found = await client.accounts.find({ name: typed });
  if (found.length === 0 && client.users !== undefined) await refuseWithout(client.users, typed);
  return theOne(typed, found, ACCOUNT_NAMES, found.length > 0 ? [] : await nearAccounts(client, typed));
}

/** The first accounts with a value that contains what was typed, as they are told apart. */
export async function nearAccounts(client: Client<"accounts">, typed: string): Promise<readonly (string | Text)[]> {
  const near = await Array.fromAsync(firstOf(client.accounts.list({ search: typed }), MAX_PROPOSED));
  return near.map(ACCOUNT_NAMES.describe);
}

/** @throws Failure `not-found` where a name is that of a user who is seen, and has no account */
async function refuseWithout(users: Client<"users">["users"], typed: string): Promise<void> {
  const [user, ...others] = (await unlessFailing(() => users.find({ name: typed }))) ?? [];
  if (user === undefined || others.length > 0 || user.accountName !== null) return;
  const command = line("clomo-account create", [typed], { account: "NAME" });
  throw new Failure("not-found", {
    what: text(
      `the user ${typed} (${user.name}) has no CLOMO account`,
      `ユーザー「${typed}」(${user.name})に CLOMO アカウントはありません`,
    ),
    hint: step("to make one", "作成するには", command),
  });
}
