import { line } from "../../../lib/advice/index.ts";
import {
  type Account,
  ACCOUNT,
  ROLES_WITH_MANAGED_ORGS,
  type Role,
  type AccountSettings,
  ACCOUNT_SETTINGS,
} from "../../../lib/nouns/account.ts";
import type { Client } from "../../../lib/client/index.ts";
import { ROOT_ORG_NAME } from "../../../lib/nouns/organisation.ts";
import type { Column } from "../../../lib/terminal/index.ts";
import { joinTexts, same, text, type Text } from "../../../lib/text/index.ts";
import { buildFieldColumns } from "../list/list.ts";
import { requireSingleMatch, type NamedKind } from "../list/single-match.ts";

export const SETTINGS_COLUMNS = buildFieldColumns<AccountSettings>(ACCOUNT_SETTINGS.fields);

export const ACCOUNT_ARGUMENT = {
  kind: "string",
  value: "ACCOUNT",
  required: true,
  about: text("account name, ID, email address or employee code", "アカウント名・ID・メールアドレス・社員コード"),
} as const;

const renderOrgPath = (path: string): Text => same(path === "" ? ROOT_ORG_NAME : path);

/** System administrators always manage all organisations. @see facts 2.1 */
const hasAllOrgs = ({ role, managesAll }: Account): boolean => role === "system" || managesAll;

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
  return { ...column, name, whole: column.whole === true || ["name", "role", "scheme"].includes(key) };
});

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
  describe: ({ name, user, id }) => `${name} (${user}) ${id}`,
};

/** @param typed name of the account or of its user */
export const findAccount = async (client: Client<"accounts">, typed: string): Promise<Account> =>
  requireSingleMatch(typed, await client.accounts.find({ name: typed }), ACCOUNT_NAMES);
