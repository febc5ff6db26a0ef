import { Failure } from "../../errors/index.ts";
import {
  ROLES_ABOVE_OPERATOR,
  ACCOUNT,
  ACCOUNT_SETTINGS_ID,
  ACCOUNT_SETTINGS_NUMBER,
  type AccountSettings,
  ROLES,
  type Role,
} from "../../nouns/account.ts";
import type { AccountNameComposition } from "../../model/composition.ts";
import { listStoredColumns } from "../../model/thing.ts";
import { nameKey } from "../../model/normalise.ts";
import { USER } from "../../nouns/user.ts";
import { text } from "../../text/index.ts";
import { type RecordList, readAllRecords } from "./lists.ts";
import { ORG_POSITION_TABLE } from "./org-rows.ts";
import { updateRecord } from "./record-rows.ts";
import { buildCaseSql, buildNameListSql } from "../store/sql.ts";
import { saveVersionOrCreation, saveVersions } from "./versions.ts";
import { fromRow, insertRow, toRow, toStringOrNull } from "./rows.ts";
import type { Reader, Row, Writer } from "../store/types.ts";
import { SCHEME_ITEMS } from "../../derived/role-policy.ts";
import { SCHEME } from "../../nouns/scheme.ts";

const MANAGED_ORGS_JSON = `(select '[' || coalesce(string_agg(
    json_object('id', m.id, 'code', m.code, 'path', coalesce(mp.path, '')), ',' order by mp.at), '') || ']'
  from json_each(a.managedOrgs) e join org m on m.pk = e.value left join temp.place mp on mp.pk = m.pk)`;

/** CLOMO accounts, sorted by name. Every user with an account name has an account. */
export const ACCOUNTS: RecordList<typeof ACCOUNT.fields> = {
  thing: ACCOUNT,
  table: "user t left join account a on a.user = t.pk",
  joined: `join org o on o.pk = t.org left join temp.place p on p.pk = t.org left join scheme c on c.pk = a.scheme`,
  among: "t.accountName is not null",
  sql: {
    name: "t.accountName",
    user: "t.name",
    "org.id": "o.id",
    "org.code": "o.code",
    "org.path": "coalesce(p.path, '')",
    role: "coalesce(a.role, 'none')",
    scheme: "c.id",
    "scheme.id": "c.id",
    "scheme.name": "c.name",
    managesAll: buildCaseSql("a.role = 'custom' and a.managedOrgs is null", "1", "0"),
    managedOrgs: MANAGED_ORGS_JSON,
    supportOption: "coalesce(a.supportOption, 0)",
    noticeMail: "coalesce(a.noticeMail, 0)",
    language: "a.language",
    timezone: "a.timezone",
    memo: "a.memo",
    marked: buildCaseSql("t.administrator = 1 and coalesce(a.role, 'none') = 'none'", "1", "0"),
    passwordSetAt: "t.accountPasswordSetAt",
    createdAt: "coalesce(a.createdAt, t.createdAt)",
    updatedAt: "coalesce(a.updatedAt, t.updatedAt)",
  },
  order: [{ sql: "coalesce(t.accountKey, t.accountName)", before: "" }],
  filters: { filterName: "name", filterId: "emails" },
  chosen: { role: "role" },
  org: "t.org",
  named: `t.pk in (
    select pk from user where id = :name
    union select pk from user where coalesce(accountKey, accountName) = :nameKey
    union select user from user_email where emailKey = :emailKey
    union select pk from user where coalesce(employeeCodeKey, employeeCode) = :nameKey)`,
  derived: [ORG_POSITION_TABLE],
};

export const ROLE_HOLDERS: typeof ACCOUNTS = {
  ...ACCOUNTS,
  among: `${ACCOUNTS.among} and t.pk in (select user from account where role <> 'none')`,
};

export const ORG_MANAGERS_SQL = `(select u.pk, e.value as org, u.accountName as name, u.emails
  from main.account a join main.user u on u.pk = a.user, json_each(a.managedOrgs) e where a.role <> 'none')`;

export const SUPPORT_ACCOUNTS: typeof ACCOUNTS = { ...ACCOUNTS, among: `${ACCOUNTS.among} and a.supportOption = 1` };

export interface StoredAccount {
  readonly pk: number;
  readonly name: string | null;
  readonly called: string;
  readonly role: Role;
  readonly scheme: number | null;
  /** record numbers of the managed organisations; for a custom administrator, null means all organisations */
  readonly managedOrgs: readonly number[] | null;
  readonly supportOption: boolean;
  readonly noticeMail: boolean;
  readonly language: string | null;
  readonly timezone: string | null;
  readonly memo: string | null;
  readonly verifier: string | null;
  readonly isMarked: boolean;
  readonly createdAt: string;
}

export const ACCOUNT_LABEL_SQL = "coalesce(u.accountName, u.name || coalesce(' <' || (u.emails ->> 0) || '>', ''))";

const ACCOUNT_ROW_COLUMNS = `u.pk, u.accountName as name, ${ACCOUNT_LABEL_SQL} as called, u.administrator,
  ${listStoredColumns(ACCOUNT)
    .map(([column]) => `a.${column}`)
    .join(", ")}, a.verifier, coalesce(a.createdAt, u.createdAt) as createdAt`;

const toStoredAccount = (row: Row): StoredAccount => ({
  ...(fromRow(ACCOUNT, row) as Pick<StoredAccount, keyof AccountValues>),
  pk: Number(row["pk"]),
  name: toStringOrNull(row["name"]),
  called: String(row["called"]),
  role: (row["role"] ?? "none") as Role,
  verifier: toStringOrNull(row["verifier"]),
  isMarked: row["administrator"] === 1,
  createdAt: String(row["createdAt"]),
});

export const readAccount = async (reader: Reader, id: string): Promise<StoredAccount | undefined> => {
  const row = await reader.get(
    `select ${ACCOUNT_ROW_COLUMNS} from user u left join account a on a.user = u.pk where u.id = :id`,
    { id },
  );
  return row && toStoredAccount(row);
};

export const IS_ABOVE_OPERATOR_SQL = `(a.role in (${buildNameListSql(ROLES_ABOVE_OPERATOR)})
  or u.administrator = 1 and coalesce(a.role, 'none') = 'none')`;

/** Returns true if only a system administrator may change the account. @see facts 2.1 */
export const isAboveOperator = ({ role, isMarked }: Pick<StoredAccount, "role" | "isMarked">): boolean =>
  ROLES_ABOVE_OPERATOR.includes(role) || (role === "none" && isMarked);

export const createSystemOnlyFailure = ({ called, role }: Pick<StoredAccount, "called" | "role">): Failure => {
  const { [role]: held } = ROLES;
  const is =
    role === "none"
      ? text(
          "is marked as an administrator, but the role is not known",
          "は管理者に指定されています(管理者権限の種類は不明)",
        )
      : text(`is a ${held.en}`, `は${held.ja}です`);
  return new Failure("not-permitted", {
    what: text(
      `${called} ${is.en}: only a system administrator can change this account and its user`,
      `「${called}」${is.ja}。このアカウントとそのユーザーを変更できるのはシステム管理者だけです`,
    ),
    hint: text("ask a system administrator", "システム管理者に依頼してください"),
  });
};

export const listOtherSupportAccounts = async (reader: Reader, user: number): Promise<readonly string[]> => {
  const rows = await reader.all(
    `select u.accountName as name from main.account a join main.user u on u.pk = a.user
     where a.supportOption = 1 and a.user <> :user order by u.pk`,
    { user },
  );
  return rows.map(({ name }) => String(name));
};

export const filterExistingOrgs = async (reader: Reader, orgs: readonly number[]): Promise<readonly number[]> => {
  const sql = "select pk from main.org where pk in (select value from json_each(:orgs)) order by pk";
  return (await reader.all(sql, { orgs: JSON.stringify(orgs) })).map(({ pk }) => Number(pk));
};

export const findScheme = async (reader: Reader, name: string): Promise<number | undefined> => {
  const sql = "select pk from scheme where id = :name or coalesce(nameKey, name) = :key";
  return (await reader.get<{ readonly pk: number }>(sql, { name, key: nameKey(name) }))?.pk;
};

export type AccountValues = Pick<
  StoredAccount,
  "role" | "scheme" | "managedOrgs" | "supportOption" | "noticeMail" | "language" | "timezone" | "memo" | "verifier"
>;

/** Call this after locking the collection `accounts`. @param createdAt used only for a new row */
export const writeAccount = async (
  writer: Writer,
  user: number,
  account: AccountValues,
  { at, createdAt }: { readonly at: string; readonly createdAt: string },
): Promise<void> => {
  await saveVersionOrCreation(writer, "account", user);
  const times = { createdAt, updatedAt: at, revision: await writer.revision() };
  const row = { user, ...toRow(ACCOUNT, account), verifier: account.verifier, ...times };
  await insertRow(writer, "account", row, ["user"], ["createdAt"]);
};

/** Call this after locking the collection `users`, because credentials are stored with the user. */
export const writeCredentials = async (
  writer: Writer,
  pk: number,
  { name, passwordSet }: { readonly name: string | undefined; readonly passwordSet: boolean },
  at: string,
): Promise<void> => {
  await updateRecord(writer, USER, {
    pk,
    values: new Map(name === undefined ? [] : [["accountName", name]]),
    at,
    columns: passwordSet ? { accountPasswordSetAt: at } : {},
  });
};

export const writeAdministratorMark = async (
  writer: Writer,
  pk: number,
  isMarked: boolean,
  at: string,
): Promise<void> => {
  await saveVersions(writer, "user", "t.pk = :pk", { pk });
  await writer.run("update main.user set administrator = :administrator, updatedAt = :at where pk = :pk", {
    pk,
    at,
    administrator: isMarked ? 1 : 0,
  });
};

export interface ResetCode {
  readonly verifier: string;
  readonly addressKey: string;
  readonly expiresAt: string;
  readonly tries: number;
}

export const readResetCode = (reader: Reader, user: number): Promise<ResetCode | undefined> => {
  const sql = "select verifier, addressKey, expiresAt, tries from reset_code where user = :user";
  return reader.get<ResetCode>(sql, { user });
};

export const writeResetCode = async (writer: Writer, user: number, code: ResetCode): Promise<void> => {
  await insertRow(writer, "reset_code", { ...code, user }, ["user"]);
};

/** @param verifier if set, only a code with this verifier is deleted */
export const deleteResetCode = async (writer: Writer, user: number, verifier?: string): Promise<boolean> => {
  const removed = await writer.run(
    "delete from main.reset_code where user = :user and verifier = coalesce(:verifier, verifier)",
    { user, verifier: verifier ?? null },
  );
  return removed > 0;
};

/** Returns the account settings. By default, account names are free text (a rule of clomoctl). */
export const readAccountSettings = async (reader: Reader): Promise<AccountSettings> => {
  const row = await reader.get<Pick<AccountSettings, "composition" | "authentication">>(
    "select composition, authentication from account_settings",
  );
  const unknown = { id: ACCOUNT_SETTINGS_ID, composition: "free-text", authentication: null } as const;
  return { ...unknown, ...row, recorded: row !== undefined };
};

export const writeAccountSettings = async (
  writer: Writer,
  { composition, authentication }: Pick<AccountSettings, "composition" | "authentication">,
): Promise<void> => {
  await saveVersionOrCreation(writer, "account_settings", ACCOUNT_SETTINGS_NUMBER);
  await insertRow(writer, "account_settings", { pk: ACCOUNT_SETTINGS_NUMBER, composition, authentication }, ["pk"]);
};

const COMPOSED_NAME_SQL: Readonly<
  Record<Exclude<AccountNameComposition, "free-text">, (sqlOf: (field: string) => string) => string>
> = {
  "mail-address": (sqlOf) => `${sqlOf("emails")} ->> 0`,
  "mail-local-part": (sqlOf) => `substr(${sqlOf("emails")} ->> 0, 1, instr(${sqlOf("emails")} ->> 0, '@') - 1)`,
  "employee-code": (sqlOf) => sqlOf("employeeCode"),
  "google-workspace": (sqlOf) => sqlOf("googleWorkspaceEmail"),
  salesforce: (sqlOf) => sqlOf("salesforceAccount"),
};

export const buildComposedNameSql = (
  composition: Exclude<AccountNameComposition, "free-text">,
  sqlOf: (field: string) => string,
): string => `nullif(${COMPOSED_NAME_SQL[composition](sqlOf)}, '')`;

/** The items of schemes are the rights of all nouns, so that the noun itself cannot list them. */
const operations = { ...SCHEME.fields.operations, rule: { kind: "choice", choices: SCHEME_ITEMS } } as const;

export const SCHEMES: RecordList<typeof SCHEME.fields> = {
  thing: { ...SCHEME, fields: { ...SCHEME.fields, operations } },
  table: "scheme t",
  sql: { accounts: "(select count(*) from account a join user u on u.pk = a.user where a.scheme = t.pk)" },
  order: [
    { sql: "t.name", before: "" },
    { sql: "t.pk", before: 0 },
  ],
  named: "t.id = :name or coalesce(t.nameKey, t.name) = :nameKey",
};

export interface SchemeHolder {
  readonly id: string;
  readonly account: string;
  readonly name: string;
  /** paths of the managed organisations, blank for 全社; null for all organisations (全て) */
  readonly orgs: readonly string[] | null;
}

export const readSchemeHolders = async (reader: Reader, id: string): Promise<SchemeHolder[]> => {
  const among = `${ACCOUNTS.among} and c.id = :scheme`;
  const holders = await readAllRecords(reader, { ...ACCOUNTS, among, params: { scheme: id } });
  return holders.map(({ id: own, name: account, user: name, managesAll, managedOrgs }) => {
    const orgs = managesAll ? null : managedOrgs.map(({ path }) => path).toSorted();
    return { id: own, account, name, orgs };
  });
};

/** Also removes the scheme from accounts of deleted users, because undo can restore these users. */
export const deleteScheme = async (
  writer: Writer,
  { pk, at }: { readonly pk: number; readonly at: string },
): Promise<void> => {
  await saveVersions(writer, "account", "t.scheme = :pk", { pk });
  await saveVersions(writer, "scheme", "t.pk = :pk", { pk });
  await writer.run(
    `update main.account set scheme = null, role = 'none', managedOrgs = null, updatedAt = :at, revision = :revision
     where scheme = :pk`,
    { pk, at, revision: await writer.revision() },
  );
  await writer.run("delete from main.scheme where pk = :pk", { pk });
};
