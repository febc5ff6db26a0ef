import type { ConsoleTask } from "../../../contract/index.ts";
import { OF_THE_MOMENT } from "../../../model/answer.ts";
import { resourceOf, type ResourceName } from "../../../handover/resources.ts";
import type { Field } from "../../../model/thing.ts";
import { PORTABLE_COLUMNS, PORTABLE_STATE } from "../../console/portable.ts";
import { listWholeTasks } from "../../console/tasks.ts";
import { STATE } from "../../ade/profile-rows.ts";
import { readyOwners } from "../../renewals/renewal-rows.ts";
import { either, truth } from "../../store/sql/forms.ts";
import { jsonObject } from "../../store/sql/json.ts";
import type { DerivedTable, Lines, Reader } from "../../store/store.ts";

/** Where the records of a resource are. All SQL may use its table, whose alias is `t`. */
interface RecordTable {
  readonly table: string;
  /** SQL: the same table with what who asks does not see, whose keys are scanned */
  readonly whole?: string | undefined;
  readonly joined?: string | undefined;
  /** SQL: in the order of the ids, and unique; `t.id` unless said */
  readonly key?: string | undefined;
  /** SQL: the records that are exported, if not all */
  readonly where?: string | undefined;
  /** keys are numbers */
  readonly numbered?: true | undefined;
  /** SQL of values that no column has, by field */
  readonly sql?: Readonly<Record<string, string>> | undefined;
  /** SQL of values that are JSON already, by field */
  readonly json?: Readonly<Record<string, string>> | undefined;
  readonly derived?: readonly DerivedTable[] | undefined;
  /** makes ready what its table needs */
  readonly ready?: ((reader: Reader) => Promise<void>) | undefined;
  /** SQL: the same records from a table that needs none of these; their key is `t.id` */
  readonly bare?: string | undefined;
}

/** The one record of a resource that has but one, whose id is the resource's name. */
const single = (name: ResourceName, table: string): RecordTable => ({
  table: `${table} t`,
  key: "t.pk",
  numbered: true,
  json: { id: `'"${name}"'` },
});

/** Records that few users have: looked up by the users' ids, not by going through all of these. */
const ofFew = (name: string, users: string): DerivedTable => ({
  name,
  columns: "id text primary key, pk integer not null",
  // made for one export, on a connection of its own
  state: "select null as state",
  fill: `insert into temp.${name} (id, pk) ${users}`,
});

const WITH_ACCOUNT = ofFew("with_account", 'select u.id, u.pk from account a join "user" u on u.pk = a.user');

/** Who has a role, or is marked. */
const ADMINISTRATING = ofFew(
  "administrating",
  `select u.id, u.pk from account a join "user" u on u.pk = a.user where a.role <> 'none'
   union select u.id, u.pk from "user" u where u.administrator = 1`,
);

/** SQL: ids of organisations as a JSON list, in their order; those that are not seen are not named. @param from rows with `e.value` */
const orgIds = (
  from: string,
): string => `(select '[' || coalesce(string_agg('"' || m.id || '"', ',' order by m.id), '') || ']'
  from ${from} join org m on m.pk = e.value)`;

/** SQL: the organisations that the account `a` manages. */
const MANAGED = {
  sql: { managesAll: either("a.role = 'custom' and a.managedOrgs is null", "1", "0") },
  json: { managedOrgIds: orgIds("json_each(a.managedOrgs) e") },
};

/** SQL: what a user has in custom fields, by the fields' ids. */
const CUSTOM = either(
  "t.custom = '{}'",
  "'[]'",
  `'[' || coalesce((
    select string_agg(json_object('fieldId', f.id, 'value', e.value), ',' order by f.id)
    from json_each(t.custom) e join custom_field f on f.pk = cast(e.key as integer)), '') || ']'`,
);

/** The records of open tasks, each as a row. */
const TASK_RECORDS = "task_record";

const readyTasks = async (reader: Reader): Promise<void> => {
  const tasks = await listWholeTasks(reader);
  const shown = (value: ConsoleTask["records"][number]["changes"][number]["after"]): string | null =>
    typeof value === "object" ? (value?.join(", ") ?? null) : value;
  const rows = tasks.flatMap(({ number, records, state, openedAt, openedBy }) =>
    records.map(({ thing, kind, id, work, name, changes }, place) => [
      `${String(number).padStart(12, "0")}-${String(place).padStart(6, "0")}`,
      work,
      kind,
      thing,
      id,
      name,
      state,
      changes.map(({ field, before, after }) => ({ field, before: shown(before), after: shown(after) })),
      openedAt,
      openedBy,
    ]),
  );
  const columns = ["id", "work", "kind", "thing", "object", "name", "state", "changes", "openedAt", "openedBy"];
  await reader.derive({
    name: TASK_RECORDS,
    columns: `${columns.join(", ")}, primary key (id)`,
    // made for one export, on a connection of its own
    state: "select null as state",
    fill: `insert into temp.${TASK_RECORDS} (${columns.join(", ")})
      select ${columns.map((_, at) => `value ->> ${at}`).join(", ")} from json_each('${JSON.stringify(rows).replaceAll("'", "''")}')`,
  });
};

/** SQL of a number as an id. @see resources.ts */
const numbered = (sql: string): string => `printf('"%012d"', ${sql})`;

const readyObserved = (reader: Reader): Promise<void> =>
  reader.derive({
    name: "observed",
    columns: `${PORTABLE_COLUMNS.join(", ")}, primary key (id)`,
    // made for one export, on a connection of its own
    state: "select null as state",
    fill: `insert into temp.observed (${PORTABLE_COLUMNS.join(", ")}) ${PORTABLE_STATE}`,
  });

const PROFILE_COLUMNS: readonly string[] = ["id", "uuid", "state", "createdAt", "automaticOrgIds"];

/** What an ADE profile says is kept as JSON. */
const PROFILE_SETTINGS = Object.fromEntries(
  Object.keys(resourceOf("ade-profiles").fields).flatMap((name) =>
    PROFILE_COLUMNS.includes(name) ? [] : [[name, `coalesce(t.settings -> '$.${name}', 'null')`] as const],
  ),
);

/** The records of each resource; where nothing else is said a field is the column of its name. */
const STORED: Readonly<Record<ResourceName, RecordTable>> = {
  tenant: single("tenant", "tenant_profile"),
  "account-settings": single("account-settings", "account_settings"),
  "custom-fields": { table: "custom_field t" },
  orgs: {
    table: "org t",
    joined: "left join org above on above.pk = t.parent",
    sql: { parentId: "above.id" },
  },
  schemes: { table: "scheme t" },
  users: {
    table: "user t",
    whole: "main.user t",
    joined: "join main.org o on o.pk = t.org",
    sql: { orgId: "o.id" },
    json: { custom: CUSTOM },
  },
  // an account of which nothing was recorded follows from its user
  accounts: {
    table: "temp.with_account k join user t on t.pk = k.pk",
    key: "k.id",
    joined: "join account a on a.user = t.pk left join scheme c on c.pk = a.scheme",
    sql: {
      schemeId: "c.id",
      ...MANAGED.sql,
      ...Object.fromEntries(
        ["role", "supportOption", "noticeMail", "language", "timezone", "memo", "createdAt", "updatedAt"].map(
          (name) => [name, `a.${name}`] as const,
        ),
      ),
    },
    json: MANAGED.json,
    derived: [WITH_ACCOUNT],
    bare: "user t",
  },
  administrators: {
    table: "temp.administrating k join user t on t.pk = k.pk",
    key: "k.id",
    joined: `join main.org o on o.pk = t.org left join account a on a.user = t.pk left join scheme c on c.pk = a.scheme`,
    sql: {
      name: "t.accountName",
      user: "t.name",
      orgId: "o.id",
      role: "coalesce(a.role, 'none')",
      marked: either("t.administrator = 1 and coalesce(a.role, 'none') = 'none'", "1", "0"),
      scheme: "c.name",
      ...MANAGED.sql,
      supportOption: "coalesce(a.supportOption, 0)",
      noticeMail: "coalesce(a.noticeMail, 0)",
    },
    json: MANAGED.json,
    derived: [ADMINISTRATING],
  },
  "secured-groups": { table: "secured_group t" },
  "secured-users": { table: "secured_user t" },
  devices: {
    table: "device t",
    joined: "left join user o on o.pk = t.owner left join org w on w.pk = t.ownerOrg",
    sql: { ownerId: "o.id", ownerOrgId: "w.id" },
  },
  "ade-server": {
    ...single("ade-server", "ade_server"),
    // the item may have been removed
    sql: { renewalId: "(select r.id from renewal_item r where r.id = t.renewal)" },
  },
  "ade-profiles": {
    table: "ade_profile t",
    sql: { state: STATE },
    json: {
      ...PROFILE_SETTINGS,
      automaticOrgIds: orgIds("(select a.org as value from ade_automatic a where a.profile = t.pk) e"),
    },
  },
  "ade-devices": { table: "ade_device t", key: "t.serialNumber", sql: { id: "t.serialNumber" } },
  "push-certificate": single("push-certificate", "push_certificate"),
  "vpp-tokens": { table: "vpp_token t join org o on o.pk = t.org", key: "o.id", sql: { id: "o.id" } },
  renewals: { table: "renewal_item t", ready: readyOwners },
  answers: { table: "answer t", where: `t.question not glob '${OF_THE_MOMENT}*'` },
  observed: {
    table: "temp.observed t",
    ready: readyObserved,
    json: { states: "t.states", local: "t.local" },
    bare: `(${PORTABLE_STATE}) t`,
  },
  "console-tasks": { table: `temp.${TASK_RECORDS} t`, ready: readyTasks, json: { changes: "t.changes" } },
  audit: { table: "audit t", key: "t.seq", numbered: true, json: { id: numbered("t.seq") } },
};

/** SQL: a field's value as JSON. */
const valueJson = ({ sql, json }: RecordTable, name: string, { type, nullable }: Field): string => {
  const own = json?.[name];
  if (own !== undefined) return own;
  const column = sql?.[name] ?? `t."${name}"`;
  switch (type) {
    case "texts":
    case "objects":
      return column;
    case "integer":
      return nullable === true ? `coalesce(${column}, 'null')` : column;
    case "boolean":
      return nullable === true ? either(`${column} is null`, "'null'", truth(`${column} = 1`)) : truth(`${column} = 1`);
    case "object":
      throw new TypeError(`${name}: a record has no object in it`);
    case "text":
    case "choice":
    case "id":
    case "instant":
    case "day":
    case "digest":
      return `json_quote(${column})`;
    default:
      return type satisfies never;
  }
};

/** SQL: a record as a line of its resource, its members in their order. */
const lineOf = (name: ResourceName): string =>
  jsonObject(
    Object.entries<Field>(resourceOf(name).fields).map(([field, facts]) => [
      field,
      valueJson(STORED[name], field, facts),
    ]),
    "\n",
  );

/** What of a resource was streamed. */
export interface Tally {
  records: number;
  /** the last instant at which one of its records was changed; null if none says */
  updatedAt: string | null;
}

/** Of records that have yet to be streamed. */
export const newTally = (): Tally => ({ records: 0, updatedAt: null });

/** What tells a tally of each batch. @param sql of the instant at which a record was changed */
export const tallying = (tally: Tally, sql = "null"): NonNullable<Lines["tally"]> => ({
  sql,
  note: (records, greatest) => {
    tally.records += records;
    if (greatest !== null && greatest > (tally.updatedAt ?? "")) tally.updatedAt = greatest;
  },
});

/** The records of a resource in the order of their ids, counted in the tally while they are streamed. */
export const recordLines = async (reader: Reader, name: ResourceName, tally: Tally): Promise<Lines> => {
  const {
    table,
    whole,
    joined = "",
    where = "true",
    key = "t.id",
    numbered: isNumber,
    derived = [],
    ready,
  } = STORED[name];
  await ready?.(reader);
  for (const each of derived) await reader.derive(each);
  const isDated = "updatedAt" in resourceOf(name).fields;
  return {
    line: lineOf(name),
    key,
    before: isNumber === true ? 0 : "",
    table,
    joined,
    whole: reader.isPartial ? whole : undefined,
    among: "true",
    where,
    params: {},
    tally: tallying(tally, isDated ? (STORED[name].sql?.["updatedAt"] ?? "t.updatedAt") : undefined),
  };
};

/** SQL: all records of a resource, as rows with `id` and `line`: the very lines that an export has. */
export const linesNow = (name: ResourceName): string => {
  const { table, joined = "", where = "true", bare = table } = STORED[name];
  const id = resourceOf(name).single === true ? `'${name}'` : "t.id";
  // what has no type is compared without an index
  return `select cast(${id} as text) as id, ${lineOf(name)} as line from ${bare} ${joined} where ${where}`;
};
