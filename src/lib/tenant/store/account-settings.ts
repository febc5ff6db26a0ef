import {
  ACCOUNT_SETTINGS,
  SETTINGS_ID,
  type AccountSettings,
  type Composition,
  type Renaming,
} from "../../model/account.ts";
import type { List } from "./lists.ts";
import type { Reader, Writer } from "./store.ts";

/** The settings of all accounts, as tasks for the console read them. */
export const SETTINGS: List<typeof ACCOUNT_SETTINGS.fields> = {
  thing: ACCOUNT_SETTINGS,
  table: `(select pk, '${SETTINGS_ID}' as id, composition, authentication, 1 as recorded from account_settings) t`,
  order: [{ sql: "t.pk", before: 0 }],
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
  await writer.run(
    `insert into main.account_settings (pk, composition, authentication) values (1, :composition, :authentication)
     on conflict (pk) do update set composition = :composition, authentication = :authentication`,
    { composition, authentication },
  );
};

/** SQL: the local part of an address. */
const localPart = (address: string): string => `substr(${address}, 1, instr(${address}, '@') - 1)`;

const MAIN_KEY = "(select m.emailKey from user_email m where m.user = t.pk and m.main = 1)";

/** SQL: what the name of the user `t` is composed of, and its comparison key. */
const COMPOSED: Readonly<Record<Exclude<Composition, "free-text">, readonly [value: string, key: string]>> = {
  "mail-address": ["t.emails ->> 0", MAIN_KEY],
  "mail-local-part": [localPart("(t.emails ->> 0)"), localPart(MAIN_KEY)],
  "employee-code": ["t.employeeCode", "coalesce(t.employeeCodeKey, t.employeeCode)"],
  "google-workspace": ["t.googleWorkspaceEmail", "t.googleWorkspaceEmail"],
  salesforce: ["t.salesforceAccount", "t.salesforceAccount"],
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
  const [value, key] = COMPOSED[composition];
  const named = `with named (pk, id, name, person, value, key) as (
      select t.pk, t.id, t.accountName, t.name, nullif(${value}, ''), ${key} from user t where t.accountName is not null),
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
