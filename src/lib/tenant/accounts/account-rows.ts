import { Failure } from "../../errors/index.ts";
import {
  ABOVE_OPERATOR,
  ACCOUNT,
  SETTINGS_ID,
  SETTINGS_NUMBER,
  type AccountSettings,
  type Renaming,
} from "../../model/account.ts";
import type { Composition } from "../../model/composition.ts";
import { codeKey, nameKey } from "../../model/normalise.ts";
import { ROLES, type Role } from "../../model/role.ts";
import { USER } from "../../model/user.ts";
import { text, type Text } from "../../text/index.ts";
import { CREATION, type List } from "../store/lists.ts";
import { PLACE } from "../records/org-rows.ts";
import { updateRecord } from "../records/record-rows.ts";
import { either, listed } from "../store/sql/forms.ts";
import { keepOrCreate, keepVersions } from "../versions/keep.ts";
import type { Reader, Row, Value, Writer } from "../store/store.ts";

/** SQL: the organisations that an account `a` manages, as JSON. */
const MANAGED = `(select '[' || coalesce(string_agg(
    json_object('id', m.id, 'code', m.code, 'path', coalesce(mp.path, '')), ',' order by mp.at), '') || ']'
  from json_each(a.managedOrgs) e join org m on m.pk = e.value left join temp.place mp on mp.pk = m.pk)`;

/** CLOMO accounts in the order in which their users were made: every user with an account name has one. */
export const ACCOUNTS: List<typeof ACCOUNT.fields> = {
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
    managesAll: either("a.role = 'custom' and a.managedOrgs is null", "1", "0"),
    managedOrgs: MANAGED,
    supportOption: "coalesce(a.supportOption, 0)",
    noticeMail: "coalesce(a.noticeMail, 0)",
    language: "a.language",
    timezone: "a.timezone",
    memo: "a.memo",
    marked: either("t.administrator = 1 and coalesce(a.role, 'none') = 'none'", "1", "0"),
    passwordSetAt: "t.accountPasswordSetAt",
    createdAt: "coalesce(a.createdAt, t.createdAt)",
    updatedAt: "coalesce(a.updatedAt, t.updatedAt)",
  },
  order: [CREATION],
  filters: { filterName: "name", filterId: "emails" },
  chosen: { role: "role" },
  ofOrg: "t.org = (select pk from org where id = :org)",
  named: `t.pk in (
    select pk from user where id = :name
    union select pk from user where coalesce(accountKey, accountName) = :nameKey
    union select user from user_email where emailKey = :emailKey
    union select pk from user where coalesce(employeeCodeKey, employeeCode) = :nameKey)`,
  derived: [PLACE],
};

/** SQL: who manages which organisation, as rows with a user's number, name of the account, and addresses. */
export const MANAGERS = `(select u.pk, e.value as org, u.accountName as name, u.emails
  from account a join user u on u.pk = a.user, json_each(a.managedOrgs) e where a.role <> 'none')`;

/** SQL: as {@link MANAGERS}, those whom the asker does not see. */
export const UNSEEN_MANAGERS = `(select a.user as pk, e.value as org from main.account a, json_each(a.managedOrgs) e
  where a.role <> 'none' and not exists (select 1 from user seen where seen.pk = a.user))`;

/** The accounts that hold the support option. */
export const SUPPORTED: typeof ACCOUNTS = { ...ACCOUNTS, among: `${ACCOUNTS.among} and a.supportOption = 1` };

/** What is recorded of a user's account, as its tables have it. */
export interface StoredAccount {
  /** the user's number and organisation */
  readonly pk: number;
  readonly org: number;
  readonly name: string | null;
  /** what messages call it: without a name its user */
  readonly called: string;
  readonly role: Role;
  readonly scheme: number | null;
  /** the numbers of the organisations; null: none, or of a custom administrator all */
  readonly managedOrgs: readonly number[] | null;
  readonly supportOption: boolean;
  readonly noticeMail: boolean;
  readonly language: string | null;
  readonly timezone: string | null;
  readonly memo: string | null;
  readonly verifier: string | null;
  readonly passwordSetAt: string | null;
  /** marked as an administrator */
  readonly isMarked: boolean;
  /** a UTC instant: of an account that has no row its user's, as accounts are told */
  readonly createdAt: string;
}

/** SQL: what messages call the account of a user `u`. */
export const CALLED = "coalesce(u.accountName, u.name || coalesce(' <' || (u.emails ->> 0) || '>', ''))";

const COLUMNS = `u.pk, u.org, u.accountName as name, ${CALLED} as called, u.accountPasswordSetAt, u.administrator, a.role, a.scheme, a.managedOrgs,
  a.supportOption, a.noticeMail, a.language, a.timezone, a.memo, a.verifier,
  coalesce(a.createdAt, u.createdAt) as createdAt`;

const orNull = (value: Value | undefined): string | null =>
  value === null || value === undefined ? null : String(value);

const storedOf = (row: Row): StoredAccount => ({
  pk: Number(row["pk"]),
  org: Number(row["org"]),
  name: orNull(row["name"]),
  called: String(row["called"]),
  role: (row["role"] ?? "none") as Role,
  scheme: row["scheme"] === null ? null : Number(row["scheme"]),
  managedOrgs: row["managedOrgs"] === null ? null : (JSON.parse(String(row["managedOrgs"])) as readonly number[]),
  supportOption: row["supportOption"] === 1,
  noticeMail: row["noticeMail"] === 1,
  language: orNull(row["language"]),
  timezone: orNull(row["timezone"]),
  memo: orNull(row["memo"]),
  verifier: orNull(row["verifier"]),
  passwordSetAt: orNull(row["accountPasswordSetAt"]),
  isMarked: row["administrator"] === 1,
  createdAt: String(row["createdAt"]),
});

/** A user and the user's account; undefined if there is no such user. @param id the user's */
export const readAccount = async (reader: Reader, id: string): Promise<StoredAccount | undefined> => {
  const row = await reader.get(`select ${COLUMNS} from user u left join account a on a.user = u.pk where u.id = :id`, {
    id,
  });
  return row && storedOf(row);
};

/** SQL: true of a user `u`, with the account `a` if there is one, as {@link isAbove} is of it. */
export const IS_ABOVE = `(a.role in (${listed(ABOVE_OPERATOR)})
  or u.administrator = 1 and coalesce(a.role, 'none') = 'none')`;

/**
 * Whether system administrators alone change an account and its user: by another mail address it could be taken over. Of who
 * is only marked the role is not known.
 *
 * @see facts 2.1
 */
export const isAbove = ({ role, isMarked }: Pick<StoredAccount, "role" | "isMarked">): boolean =>
  ABOVE_OPERATOR.includes(role) || (role === "none" && isMarked);

/** Of an account that {@link isAbove}. @param only what a system administrator alone does */
export const ofSystemAlone = ({ called, role }: Pick<StoredAccount, "called" | "role">, only: Text): Failure => {
  const { [role]: held } = ROLES;
  const is =
    role === "none"
      ? text("is marked as an administrator, whose role is not known", "は管理者に指定されています(管理者権限は不明)")
      : text(`is a ${held.en}`, `は${held.ja}です`);
  return new Failure("not-permitted", {
    what: text(
      `${called} ${is.en}: only a system administrator ${only.en}`,
      `「${called}」${is.ja}。${only.ja}のはシステム管理者だけです`,
    ),
    hint: text("ask a system administrator", "システム管理者に依頼してください"),
  });
};

/** Somebody's account, as messages name it. */
export interface NamedAccount {
  readonly name: string;
  /** the user's name */
  readonly user: string;
  readonly role: Role;
}

const named = (rows: readonly Row[]): readonly NamedAccount[] =>
  rows.map(({ name, user, role }) => ({ name: String(name), user: String(user), role: role as Role }));

const NAMED =
  "select u.accountName as name, u.name as user, a.role from main.account a join main.user u on u.pk = a.user";

/** Who of these has a role, in the order of their numbers. @param ids of users */
export const withRole = async (reader: Reader, ids: readonly string[]): Promise<readonly NamedAccount[]> =>
  named(
    await reader.all(`${NAMED} where a.role <> 'none' and u.id in (select value from json_each(:ids)) order by u.pk`, {
      ids: JSON.stringify(ids),
    }),
  );

/** Names who holds the support option in the whole tenant, but for one user. */
export const othersSupported = async (reader: Reader, user: number): Promise<readonly string[]> => {
  const rows = await reader.all(`${NAMED} where a.supportOption = 1 and a.user <> :user order by u.pk`, { user });
  return rows.map(({ name }) => String(name));
};

/** The user who has an account name in the whole tenant; undefined if nobody has. Whom the asker does not see is not called. */
export const holderOfName = async (
  reader: Reader,
  name: string,
): Promise<{ readonly pk: number; readonly called: string | null } | undefined> => {
  const row = await reader.get(
    `select t.pk, case when exists (select 1 from user seen where seen.pk = t.pk)
         then t.name || coalesce(' <' || (t.emails ->> 0) || '>', '') end as called
     from main.user t where coalesce(t.accountKey, t.accountName) = :key`,
    { key: codeKey(name) },
  );
  return row && { pk: Number(row["pk"]), called: orNull(row["called"]) };
};

/** Those of some organisations that are there still. @param orgs their numbers */
export const thereOf = async (reader: Reader, orgs: readonly number[]): Promise<readonly number[]> => {
  const sql = "select pk from main.org where pk in (select value from json_each(:orgs)) order by pk";
  return (await reader.all(sql, { orgs: JSON.stringify(orgs) })).map(({ pk }) => Number(pk));
};

/** A custom scheme, by its name or id; undefined if there is none. */
export const findScheme = async (reader: Reader, name: string): Promise<number | undefined> => {
  const row = await reader.get("select pk from scheme where id = :name or coalesce(nameKey, name) = :key", {
    name,
    key: nameKey(name),
  });
  return row && Number(row["pk"]);
};

/** What an account's row gets; the row is made if there is none. */
export type AccountValues = Pick<
  StoredAccount,
  "role" | "scheme" | "managedOrgs" | "supportOption" | "noticeMail" | "language" | "timezone" | "memo" | "verifier"
>;

/** Writes an account's row. For a change that has accounts locked. @param createdAt of a row that is made */
export const writeAccount = async (
  writer: Writer,
  user: number,
  { managedOrgs, supportOption, noticeMail, ...values }: AccountValues,
  { at, createdAt }: { readonly at: string; readonly createdAt: string },
): Promise<void> => {
  await keepOrCreate(writer, "account", user);
  await writer.run(
    `insert into main.account (user, role, scheme, managedOrgs, supportOption, noticeMail, language, timezone, memo,
       verifier, createdAt, updatedAt, revision)
     values (:user, :role, :scheme, :managedOrgs, :supportOption, :noticeMail, :language, :timezone, :memo, :verifier,
       :createdAt, :at, :revision)
     on conflict (user) do update set role = :role, scheme = :scheme, managedOrgs = :managedOrgs,
       supportOption = :supportOption, noticeMail = :noticeMail, language = :language, timezone = :timezone, memo = :memo,
       verifier = :verifier, updatedAt = :at, revision = :revision`,
    {
      ...values,
      user,
      managedOrgs: managedOrgs === null ? null : JSON.stringify(managedOrgs),
      supportOption: supportOption ? 1 : 0,
      noticeMail: noticeMail ? 1 : 0,
      at,
      createdAt,
      revision: await writer.revision(),
    },
  );
};

/** What of an account is the user's own. */
export interface Credentials {
  readonly name?: string | undefined;
  /** the password was set at this change */
  readonly passwordSet: boolean;
}

/** Writes what of an account is the user's own, and imports know. For a change that has users locked. */
export const writeOfUser = async (
  writer: Writer,
  pk: number,
  { name, passwordSet }: Credentials,
  at: string,
): Promise<void> => {
  await updateRecord(writer, USER, {
    pk,
    values: new Map(name === undefined ? [] : [["accountName", name]]),
    at,
    columns: passwordSet ? { accountPasswordSetAt: at } : {},
  });
};

/** Marks a user as an administrator, or takes the mark away. The revision stays, as of other marks. */
export const writeMark = async (writer: Writer, pk: number, isMarked: boolean, at: string): Promise<void> => {
  await keepVersions(writer, "user", "t.pk = :pk", { pk });
  await writer.run("update main.user set administrator = :administrator, updatedAt = :at where pk = :pk", {
    pk,
    at,
    administrator: isMarked ? 1 : 0,
  });
};

/** A code that was mailed, by which somebody may set a new password. */
export interface ResetCode {
  readonly verifier: string;
  /** the key of the address that it was mailed to */
  readonly addressKey: string;
  /** a UTC instant */
  readonly expiresAt: string;
  /** how often another one was typed */
  readonly tries: number;
}

/** The code of a user's account; undefined if there is none. */
export const readCode = async (reader: Reader, user: number): Promise<ResetCode | undefined> => {
  const row = await reader.get("select verifier, addressKey, expiresAt, tries from reset_code where user = :user", {
    user,
  });
  return (
    row && {
      verifier: String(row["verifier"]),
      addressKey: String(row["addressKey"]),
      expiresAt: String(row["expiresAt"]),
      tries: Number(row["tries"]),
    }
  );
};

/** Keeps a code in place of the one before. For a change that has accounts locked, as the others of codes. */
export const writeCode = async (writer: Writer, user: number, code: ResetCode): Promise<void> => {
  await writer.run(
    `insert into main.reset_code (user, verifier, addressKey, expiresAt, tries)
     values (:user, :verifier, :addressKey, :expiresAt, :tries)
     on conflict (user) do update set verifier = :verifier, addressKey = :addressKey, expiresAt = :expiresAt,
       tries = :tries`,
    { ...code, user },
  );
};

/** Removes a user's code. @param verifier of the code that is meant; whichever it is without */
export const removeCode = async (writer: Writer, user: number, verifier?: string): Promise<boolean> => {
  const removed = await writer.run(
    "delete from main.reset_code where user = :user and verifier = coalesce(:verifier, verifier)",
    { user, verifier: verifier ?? null },
  );
  return removed > 0;
};

/** The settings; where none were recorded names are free text, which is ours. */
export const readSettings = async (reader: Reader): Promise<AccountSettings> => {
  const row = await reader.get("select composition, authentication from account_settings");
  if (row === undefined) return { id: SETTINGS_ID, composition: "free-text", authentication: null, recorded: false };
  const { composition, authentication = null } = row;
  return {
    id: SETTINGS_ID,
    composition: String(composition) as Composition,
    authentication: authentication === null ? null : String(authentication),
    recorded: true,
  };
};

export const writeSettings = async (
  writer: Writer,
  { composition, authentication }: Pick<AccountSettings, "composition" | "authentication">,
): Promise<void> => {
  await keepOrCreate(writer, "account_settings", SETTINGS_NUMBER);
  await writer.run(
    `insert into main.account_settings (pk, composition, authentication) values (${SETTINGS_NUMBER}, :composition, :authentication)
     on conflict (pk) do update set composition = :composition, authentication = :authentication`,
    { composition, authentication },
  );
};

/** SQL: the local part of an address. */
const localPart = (address: string): string => `substr(${address}, 1, instr(${address}, '@') - 1)`;

const MAIN_KEY = "(select m.emailKey from user_email m where m.user = t.pk and m.main = 1)";

/** SQL: what a user's account name is composed of, by SQL of a field; null where the user lacks it. */
const COMPOSED: Readonly<Record<Exclude<Composition, "free-text">, (sqlOf: (field: string) => string) => string>> = {
  "mail-address": (sqlOf) => `${sqlOf("emails")} ->> 0`,
  "mail-local-part": (sqlOf) => localPart(`(${sqlOf("emails")} ->> 0)`),
  "employee-code": (sqlOf) => sqlOf("employeeCode"),
  "google-workspace": (sqlOf) => sqlOf("googleWorkspaceEmail"),
  salesforce: (sqlOf) => sqlOf("salesforceAccount"),
};

/** SQL: what the account name of a user is composed of; null where the user lacks it. @param sqlOf SQL of a field of the user */
export const composedSql = (composition: Exclude<Composition, "free-text">, sqlOf: (field: string) => string): string =>
  `nullif(${COMPOSED[composition](sqlOf)}, '')`;

/** SQL: the comparison key of what the account name of the user `t` is composed of. */
const COMPOSED_KEY: Readonly<Record<Exclude<Composition, "free-text">, string>> = {
  "mail-address": MAIN_KEY,
  "mail-local-part": localPart(MAIN_KEY),
  "employee-code": "coalesce(t.employeeCodeKey, t.employeeCode)",
  "google-workspace": "t.googleWorkspaceEmail",
  salesforce: "t.salesforceAccount",
};

/** How the names of accounts would be by a composition. */
export interface Renamings {
  readonly accounts: number;
  /** those that are so already */
  readonly same: number;
  readonly lacking: number;
  readonly clashing: number;
  /** the first of those that are not so, those with an obstacle before others */
  readonly first: readonly Renaming[];
}

/**
 * How the names of existing accounts would be by a composition: which lack a value, and which would be another's too, or
 * are that of one which lacks a value.
 */
export const renamingsBy = async (reader: Reader, composition: Composition, most: number): Promise<Renamings> => {
  const accounts = await reader.count("select count(*) from user t where t.accountName is not null");
  if (composition === "free-text") return { accounts, same: accounts, lacking: 0, clashing: 0, first: [] };
  const value = composedSql(composition, (field) => `t.${field}`);
  const { [composition]: key } = COMPOSED_KEY;
  const named = `with named (pk, id, name, person, value, key) as (
      select t.pk, t.id, t.accountName, t.name, ${value}, ${key} from user t where t.accountName is not null),
    twice (key) as (select key from named where value is not null group by key having count(*) > 1),
    judged (pk, id, name, person, value, obstacle) as (
      select n.pk, n.id, n.name, n.person, n.value, case when n.value is null then 'lacking'
        when n.key in (select key from twice) or exists (select 1 from named o where o.value is null and o.name = n.value)
        then 'clash' else 'none' end from named n)`;
  const counts = await reader.all(
    `${named} select obstacle, case when name = value then 1 else 0 end as same, count(*) as n from judged group by 1, 2`,
  );
  const countOf = (which: (row: (typeof counts)[number]) => boolean): number =>
    counts.filter(which).reduce((sum, { n }) => sum + Number(n), 0);
  const rows = await reader.all(
    `${named} select * from judged where obstacle <> 'none' or name <> value
     order by case when obstacle = 'none' then 1 else 0 end, pk limit :most`,
    { most },
  );
  return {
    accounts,
    same: countOf(({ obstacle, same }) => obstacle === "none" && same === 1),
    lacking: countOf(({ obstacle }) => obstacle === "lacking"),
    clashing: countOf(({ obstacle }) => obstacle === "clash"),
    first: rows.map(({ id, name, person, value: proposed = null, obstacle }) => ({
      id: String(id),
      name: String(name),
      user: String(person),
      proposed: proposed === null ? null : String(proposed),
      obstacle: String(obstacle) as Renaming["obstacle"],
    })),
  };
};
