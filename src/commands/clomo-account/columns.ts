import { line, step } from "../../lib/advice/index.ts";
import type { Account, Client } from "../../lib/client/index.ts";
import { Failure, ignoreFailure } from "../../lib/errors/index.ts";
import { ACCOUNT, ROLES_WITH_MANAGED_ORGS } from "../../lib/model/account.ts";
import { ROOT_ORG_NAME } from "../../lib/model/organisation.ts";
import type { Role } from "../../lib/model/role.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { joinTexts, same, text, type Text } from "../../lib/text/index.ts";
import { buildFieldColumns } from "../listing/list.ts";
import { requireSingleMatch, type NamedKind } from "../listing/single-match.ts";

const ACCOUNT_IDENTIFIERS = text(
  "account name, id, email address or employee code",
  "アカウント名・ID・メールアドレス・社員コード",
);

export const ACCOUNT_ARGUMENT = {
  kind: "string",
  value: "ACCOUNT",
  required: true,
  about: ACCOUNT_IDENTIFIERS,
} as const;

const renderOrgPath = (path: string): Text => same(path === "" ? ROOT_ORG_NAME : path);

/** Returns true if an account manages all organisations; a system administrator always does.  @see facts 2.1 */
const hasAllOrgs = ({ role, managesAll }: Account): boolean => role === "system" || managesAll;

/** Renders values whose raw form is not readable, by column key. */
const VALUE_RENDERERS: Readonly<Record<string, Column<Account>["name"]>> = {
  org: ({ org }) => renderOrgPath(org.path),
  managesAll: (account) => (hasAllOrgs(account) ? text("yes", "はい") : text("no", "いいえ")),
  managedOrgs: (account) => {
    if (hasAllOrgs(account)) return text("all", "全て");
    const { managedOrgs } = account;
    const paths = managedOrgs.map(({ path }) => renderOrgPath(path));
    return paths.length === 0 ? null : joinTexts(paths, text(", ", "、"));
  },
};

export const ACCOUNT_COLUMNS = buildFieldColumns<Account>(ACCOUNT.fields).map((column) => {
  const { key } = column;
  const { [key]: name = column.name } = VALUE_RENDERERS;
  return {
    ...column,
    name,
    whole: column.whole === true || ["name", "role", "scheme"].includes(key),
  };
});

/** Returns the keys of the columns that fit on a terminal. With a role, leaves out columns that do not apply to it. */
export const getDefaultColumns = (role: Role | undefined): readonly string[] => {
  const { usual } = ACCOUNT;
  if (role === undefined) return usual;
  const lacking = [
    ...(ROLES_WITH_MANAGED_ORGS.includes(role) ? [] : ["managedOrgs"]),
    ...(role === "system" ? [] : ["supportOption"]),
  ];
  return [...usual.filter((key) => !lacking.includes(key)), ...(role === "custom" ? ["scheme"] : [])];
};

export const ACCOUNT_NAMES: NamedKind<Account> = {
  noun: text("CLOMO account", "CLOMO アカウント"),
  list: line("clomo-account list", []),
  search: (search) => line("clomo-account list", [], { search }),
  by: ACCOUNT_IDENTIFIERS,
  describe: ({ name, user, id }) => `${name} (${user}) ${id}`,
};

/**
 * Returns the account that a name identifies; the name may also be the user's. If the client can query users, a user
 * without an account is reported as such.
 *
 * @throws Failure `not-found` if no account matches, `usage` if several do
 */
export async function findAccount(
  client: Client<"accounts"> & Partial<Client<"users">>,
  typed: string,
): Promise<Account> {
  const found = await client.accounts.find({ name: typed });
  if (found.length === 0 && client.users !== undefined) await rejectUserWithoutAccount(client.users, typed);
  return requireSingleMatch(typed, found, ACCOUNT_NAMES);
}

/** Rejects a user without an account.  @throws `not-found` if exactly one visible user matches and has no account */
async function rejectUserWithoutAccount(users: Client<"users">["users"], typed: string): Promise<void> {
  const [user, ...others] = (await ignoreFailure(() => users.find({ name: typed }))) ?? [];
  if (user === undefined || others.length > 0 || user.accountName !== null) return;
  const command = line("clomo-account create", [typed], { account: "NAME" });
  throw new Failure("not-found", {
    what: text(
      `user ${typed} (${user.name}) does not have a CLOMO account`,
      `ユーザー「${typed}」(${user.name})に CLOMO アカウントはありません`,
    ),
    hint: step("to create an account", "作成するには", command),
  });
}
