import type { ConsoleTask } from "../../console/tasks.ts";
import { ACCOUNT } from "../../../model/account.ts";
import { MOMENTARY_QUESTION_PREFIX } from "../../../model/answer.ts";
import { resourceOf, type ResourceName } from "../../../handover/resources.ts";
import { listStoredColumns, type Field } from "../../../model/thing.ts";
import { listTasks } from "../../console/tasks.ts";
import { createVisibleOwnersTable } from "../../renewals/renewal-rows.ts";
import { buildCaseSql, buildJsonBooleanSql, buildJsonObjectSql } from "../../store/sql/forms.ts";
import type { DerivedTable, LineQuery, Reader } from "../../store/store.ts";

/** The table with the records of a resource. All SQL can refer to the table by the alias `t`. */
interface RecordTable {
  readonly table: string;
  /** SQL: the same table including the records that the acting account cannot see; used to scan the keys */
  readonly whole?: string | undefined;
  readonly joined?: string | undefined;
  /** SQL: the key, which must be unique and in the order of the ids; default: `t.id` */
  readonly key?: string | undefined;
  /** SQL: condition on the records that are exported; default: all records */
  readonly where?: string | undefined;
  readonly numbered?: true | undefined;
  /** SQL of values that are not stored in a column, by field name */
  readonly sql?: Readonly<Record<string, string>> | undefined;
  /** SQL of values that are already JSON, by field name */
  readonly json?: Readonly<Record<string, string>> | undefined;
  readonly derived?: readonly DerivedTable[] | undefined;
  /** prepares the data that the table needs */
  readonly ready?: ((reader: Reader) => Promise<void>) | undefined;
}

const createSingleRecordTable = (name: ResourceName, table: string): RecordTable => ({
  table: `${table} t`,
  key: "t.pk",
  numbered: true,
  json: { id: `'"${name}"'` },
});

/**
 * Creates a derived table of the users who have certain records. The users are looked up by id, so that not all users
 * are scanned.
 */
const createUserSubset = (name: string, users: string): DerivedTable => ({
  name,
  columns: "id text primary key, pk integer not null",
  // created for a single export, on a separate connection
  state: "select null as state",
  fill: `insert into temp.${name} (id, pk) ${users}`,
});

const USERS_WITH_ACCOUNT = createUserSubset(
  "with_account",
  'select u.id, u.pk from account a join "user" u on u.pk = a.user',
);

const ADMINISTRATOR_USERS = createUserSubset(
  "administrating",
  `select u.id, u.pk from account a join "user" u on u.pk = a.user where a.role <> 'none'
   union select u.id, u.pk from "user" u where u.administrator = 1`,
);

/**
 * SQL: ids of the visible organisations, as a sorted JSON list. @param from SQL: rows `e` with the organisation in
 * `e.value`
 */
const buildOrgIdsSql = (
  from: string,
): string => `(select '[' || coalesce(string_agg('"' || m.id || '"', ',' order by m.id), '') || ']'
  from ${from} join org m on m.pk = e.value)`;

/** SQL: the organisations that the account `a` manages. */
const MANAGED_ORGS_SQL = {
  sql: { managesAll: buildCaseSql("a.role = 'custom' and a.managedOrgs is null", "1", "0") },
  json: { managedOrgIds: buildOrgIdsSql("json_each(a.managedOrgs) e") },
};

const CUSTOM_VALUES_SQL = buildCaseSql(
  "t.custom = '{}'",
  "'[]'",
  `'[' || coalesce((
    select string_agg(json_object('fieldId', f.id, 'value', e.value), ',' order by f.id)
    from json_each(t.custom) e join custom_field f on f.pk = cast(e.key as integer)), '') || ']'`,
);

const TASK_RECORD_TABLE = "task_record";

const prepareTaskRecords = async (reader: Reader): Promise<void> => {
  const tasks = await listTasks(reader, { all: true });
  const shown = (value: ConsoleTask["records"][number]["changes"][number]["after"]): string | null =>
    typeof value === "object" ? (value?.join(", ") ?? null) : value;
  const rows = tasks.flatMap(({ number, records, openedAt, openedBy }) =>
    records.map(({ thing, kind, id, work, name, changes }, place) => [
      `${String(number).padStart(12, "0")}-${String(place).padStart(6, "0")}`,
      work,
      kind,
      thing,
      id,
      name,
      "open",
      changes.map(({ field, before, after }) => ({ field, before: shown(before), after: shown(after) })),
      openedAt,
      openedBy,
    ]),
  );
  const columns = ["id", "work", "kind", "thing", "object", "name", "state", "changes", "openedAt", "openedBy"];
  await reader.derive({
    name: TASK_RECORD_TABLE,
    columns: `${columns.join(", ")}, primary key (id)`,
    // created for a single export, on a separate connection
    state: "select null as state",
    fill: `insert into temp.${TASK_RECORD_TABLE} (${columns.join(", ")})
      select ${columns.map((_, at) => `value ->> ${at}`).join(", ")} from json_each('${JSON.stringify(rows).replaceAll("'", "''")}')`,
  });
};

const RECORD_TABLES: Readonly<Record<ResourceName, RecordTable>> = {
  tenant: createSingleRecordTable("tenant", "tenant_profile"),
  "account-settings": createSingleRecordTable("account-settings", "account_settings"),
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
    json: { custom: CUSTOM_VALUES_SQL },
  },
  // an account without a row is not exported, because it can be derived from its user
  accounts: {
    table: "temp.with_account k join user t on t.pk = k.pk",
    key: "k.id",
    joined: "join account a on a.user = t.pk left join scheme c on c.pk = a.scheme",
    sql: {
      schemeId: "c.id",
      ...MANAGED_ORGS_SQL.sql,
      ...Object.fromEntries(
        [...listStoredColumns(ACCOUNT).map(([name]) => name), "createdAt", "updatedAt"].map(
          (name) => [name, `a.${name}`] as const,
        ),
      ),
    },
    json: MANAGED_ORGS_SQL.json,
    derived: [USERS_WITH_ACCOUNT],
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
      marked: buildCaseSql("t.administrator = 1 and coalesce(a.role, 'none') = 'none'", "1", "0"),
      scheme: "c.name",
      ...MANAGED_ORGS_SQL.sql,
      supportOption: "coalesce(a.supportOption, 0)",
      noticeMail: "coalesce(a.noticeMail, 0)",
    },
    json: MANAGED_ORGS_SQL.json,
    derived: [ADMINISTRATOR_USERS],
  },
  "secured-groups": { table: "secured_group t" },
  "secured-users": { table: "secured_user t" },
  devices: {
    table: "device t",
    joined: "left join user o on o.pk = t.owner left join org w on w.pk = t.ownerOrg",
    sql: { ownerId: "o.id", ownerOrgId: "w.id" },
  },
  "ade-server": {
    ...createSingleRecordTable("ade-server", "ade_server"),
    // the renewal item may have been deleted
    sql: { renewalId: "(select r.id from renewal_item r where r.id = t.renewal)" },
  },
  "ade-devices": { table: "ade_device t", key: "t.serialNumber", sql: { id: "t.serialNumber" } },
  renewals: { table: "renewal_item t", ready: createVisibleOwnersTable },
  answers: { table: "answer t", where: `t.question not glob '${MOMENTARY_QUESTION_PREFIX}*'` },
  "console-tasks": { table: `temp.${TASK_RECORD_TABLE} t`, ready: prepareTaskRecords, json: { changes: "t.changes" } },
};

const buildValueJsonSql = ({ sql, json }: RecordTable, name: string, { type, nullable }: Field): string => {
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
      return nullable === true
        ? buildCaseSql(`${column} is null`, "'null'", buildJsonBooleanSql(`${column} = 1`))
        : buildJsonBooleanSql(`${column} = 1`);
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

const buildLineSql = (name: ResourceName): string =>
  buildJsonObjectSql(
    Object.entries<Field>(resourceOf(name).fields).map(([field, facts]) => [
      field,
      buildValueJsonSql(RECORD_TABLES[name], field, facts),
    ]),
    "\n",
  );

export interface Tally {
  records: number;
  /** the latest instant at which one of the records was changed; null if the records do not store this time */
  updatedAt: string | null;
}

/** Returns the initial tally, before any record is streamed. */
export const createTally = (): Tally => ({ records: 0, updatedAt: null });

/**
 * Returns the callback that adds each batch to a tally. @param sql SQL of the instant at which a record was changed
 */
export const createTallyUpdate = (tally: Tally, sql = "null"): NonNullable<LineQuery["tally"]> => ({
  sql,
  note: (records, greatest) => {
    tally.records += records;
    if (greatest !== null && greatest > (tally.updatedAt ?? "")) tally.updatedAt = greatest;
  },
});

export const buildRecordLines = async (reader: Reader, name: ResourceName, tally: Tally): Promise<LineQuery> => {
  const {
    table,
    whole,
    joined = "",
    where = "true",
    key = "t.id",
    numbered: isNumber,
    derived = [],
    ready,
  } = RECORD_TABLES[name];
  await ready?.(reader);
  for (const each of derived) await reader.derive(each);
  const isDated = "updatedAt" in resourceOf(name).fields;
  return {
    line: buildLineSql(name),
    key,
    before: isNumber === true ? 0 : "",
    table,
    joined,
    whole: reader.isPartial ? whole : undefined,
    among: "true",
    where,
    params: {},
    tally: createTallyUpdate(tally, isDated ? (RECORD_TABLES[name].sql?.["updatedAt"] ?? "t.updatedAt") : undefined),
  };
};
