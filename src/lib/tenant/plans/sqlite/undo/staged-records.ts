import { ACCOUNT, ACCOUNT_SETTINGS } from "../../../../nouns/account.ts";
import { ANSWER } from "../../../../nouns/answer.ts";
import { RENEWAL_ITEM } from "../../../../nouns/renewal.ts";
import { getKeyColumn } from "../../../../model/thing.ts";
import { getCollection, TENANT_PROFILE, type Collection } from "../../../../nouns/index.ts";
import { CUSTOM_FIELD, USER } from "../../../../nouns/user.ts";
import { getVersionSchema } from "../../../versions/save-versions.ts";
import {
  ALL_COLUMNS_MASK,
  getColumnBit,
  listSecretTimeColumns,
  VERSION_SCHEMAS,
  getVersionTable,
  type VersionSchema,
} from "../../../versions/tables.ts";
import { UNIQUE_LIST_TABLES } from "../../../records/record-rows.ts";
import { buildCurrentSide, type ChangedTables } from "../../../store/check-rules.ts";
import { buildCaseSql, buildFieldKeySql, quoteIdentifier, ORDERED_JOIN } from "../../../store/sql.ts";
import type { Database } from "../../../store/sqlite/database.ts";
import { hasAppliedView } from "../../../store/sqlite/store.ts";
import { buildRecordLabelSql } from "../expressions.ts";
import { buildInterruptCheckSql } from "../functions.ts";

// An undo stages records in a temporary table per record type. The table has the values after the undo, and an action:
// `update` restores former values, `create` restores a record, and `delete` deletes a record.

export const VERSIONED_THINGS: readonly VersionSchema[] = [...VERSION_SCHEMAS.values()];

export const getStagedTable = ({ thing }: Pick<VersionSchema, "thing">): string => `temp.${thing.name}_undo`;

export const listRestoredColumns = ({ thing, columns }: VersionSchema): VersionSchema["columns"] => {
  const secrets = listSecretTimeColumns(thing);
  return columns.filter(({ name }) => !secrets.includes(name));
};

const buildRestoredMaskSql = (versions: VersionSchema): string =>
  [...new Set(listRestoredColumns(versions).map(({ bit }) => bit))].join(" | ");

const buildStagingSql = (versions: VersionSchema, mask: string): readonly string[] => {
  const { thing, key, times } = versions;
  const table = getStagedTable(versions);
  const kept = getVersionTable(versions);
  const columns = listRestoredColumns(versions);
  const names = [...columns.map(({ name }) => name), ...times].map(quoteIdentifier);
  const restored = [
    ...columns.map(({ name, bit }) =>
      buildCaseSql(`v.changed & ${bit} <> 0`, `v.${quoteIdentifier(name)}`, `t.${quoteIdentifier(name)}`),
    ),
    ...times.map((name) => `v.${quoteIdentifier(name)}`),
  ];
  const into = `insert into ${table} (pk, action, changed, ${names.join(", ")})`;
  const nulls = names.map(() => "null").join(", ");
  return [
    `${into} select v.pk, case v.action when 'delete' then 'create' else 'update' end, v.changed, ${restored.join(", ")}
     from main.${kept} v left join main.${thing.name} t on t.${key} = v.pk
     where v.revision = :revision and v.changed & (${mask}) <> 0 and ${buildInterruptCheckSql("v.pk")}
       and not exists (select 1 from main.created_range c where c.revision = v.revision and c.thing = '${thing.name}'
         and v.action = 'delete' and v.pk between c.first and c.last)`,
    `${into} select t.${key}, 'delete', ${ALL_COLUMNS_MASK}, ${nulls} from main.created_range c
       ${ORDERED_JOIN} main.${thing.name} t on t.${key} between c.first and c.last
     where c.revision = :revision and c.thing = '${thing.name}' and ${buildInterruptCheckSql(`t.${key}`)}`,
    `${into} select distinct v.pk, 'delete', ${ALL_COLUMNS_MASK}, ${nulls} from main.created_range c
       ${ORDERED_JOIN} main.${kept} v on v.pk between c.first and c.last and v.revision > c.revision and v.action = 'delete'
     where c.revision = :revision and c.thing = '${thing.name}' and ${buildInterruptCheckSql("v.pk")}
       and not exists (select 1 from main.${thing.name} t where t.${key} = v.pk)`,
  ];
};

export interface StagedCount {
  readonly versions: VersionSchema;
  readonly create: number;
  readonly update: number;
  readonly delete: number;
}

export const hasStagedRecords = (database: Database, versions: VersionSchema): boolean =>
  database.get(`select 1 from ${getStagedTable(versions)} limit 1`) !== undefined;

export const resetStagedTables = (database: Database, versions: VersionSchema): void => {
  const names = [...versions.columns.map(({ name }) => name), ...versions.times].map(quoteIdentifier);
  const table = getStagedTable(versions);
  database.exec(
    `create table if not exists ${table} (pk integer primary key, action text, changed integer, ${names.join(", ")})`,
  );
  database.exec(`delete from ${table}`);
  const since = getLaterVersionsTable(versions);
  database.exec(
    `create table if not exists ${since} (pk integer primary key, changed integer, ${versions.columns.map(({ name }) => quoteIdentifier(name)).join(", ")})`,
  );
  database.exec(`delete from ${since}`);
};

const getLaterVersionsTable = ({ thing }: VersionSchema): string => `temp.${thing.name}_since`;

/** SQL: merges the later versions of each staged record into one row with the oldest values. */
const buildMergeLaterVersionsSql = (versions: VersionSchema): string => {
  const table = getLaterVersionsTable(versions);
  const own = `${versions.thing.name}_since`;
  const columns = versions.columns.map(({ name, bit }) => ({ column: quoteIdentifier(name), bit }));
  const sets = columns.map(
    ({ column, bit }) =>
      `${column} = ${buildCaseSql(`excluded.changed & ${bit} <> 0`, `excluded.${column}`, `${own}.${column}`)}`,
  );
  // the unary plus makes SQLite scan later versions instead of looking up each record
  return `insert into ${table} (pk, changed, ${columns.map(({ column }) => column).join(", ")})
    select v.pk, v.changed, ${columns.map(({ column }) => `v.${column}`).join(", ")} from main.${getVersionTable(versions)} v
    where v.revision > :revision and +v.pk in (select pk from ${getStagedTable(versions)}) and ${buildInterruptCheckSql("v.pk")}
    order by v.revision desc on conflict (pk) do update set changed = ${own}.changed | excluded.changed, ${sets.join(", ")}`;
};

export const stageChange = (
  database: Database,
  revision: number,
  mask: (versions: VersionSchema) => string = buildRestoredMaskSql,
): void => {
  for (const versions of VERSIONED_THINGS) {
    resetStagedTables(database, versions);
    for (const sql of buildStagingSql(versions, mask(versions))) database.run(sql, { revision });
    if (hasStagedRecords(database, versions)) database.run(buildMergeLaterVersionsSql(versions), { revision });
  }
};

/** SQL: the action that people see. The account of a user who keeps the account name stays, even without its row. */
export const buildShownActionSql = ({ thing }: Pick<VersionSchema, "thing">): string =>
  thing === ACCOUNT
    ? `case when u.pk in (select pk from ${getStagedTable({ thing: USER })}
        where action <> 'update' or changed & ${getColumnBit(getVersionSchema(USER.name), "accountName")} <> 0) then u.action else 'update' end`
    : "u.action";

export const countStagedRecords = (database: Database): readonly StagedCount[] =>
  VERSIONED_THINGS.map((versions) => {
    const rows = database.all(
      `select ${buildShownActionSql(versions)} as shown, count(*) as count from ${getStagedTable(versions)} u group by shown`,
    );
    const count = (action: string): number => Number(rows.find((row) => row["shown"] === action)?.["count"] ?? 0);
    return { versions, create: count("create"), update: count("update"), delete: count("delete") };
  }).filter((one) => one.create + one.update + one.delete > 0);

export const readStagedKeys = (database: Database): readonly (readonly [thing: string, pk: number])[] =>
  countStagedRecords(database).flatMap(({ versions }) =>
    database
      .all(`select pk from ${getStagedTable(versions)}`)
      .map(({ pk }) => [versions.thing.name, Number(pk)] as const),
  );

export const listStagedCollections = (database: Database): readonly Collection[] => [
  ...new Set(
    countStagedRecords(database).flatMap(({ versions }) => {
      const { name, scope } = versions.thing;
      if (scope === undefined) return getCollection(versions.thing);
      return database
        .all(
          `select distinct coalesce(u.${scope}, t.${scope}) as scope from ${getStagedTable(versions)} u
             left join main.${name} t on t.pk = u.pk where coalesce(u.${scope}, t.${scope}) is not null`,
        )
        .map((row) => getCollection(versions.thing, String(row["scope"])));
    }),
  ),
];

interface UniqueField {
  readonly name: string;
  readonly bit: string;
  readonly keys: (alias: string) => string;
  readonly held: string;
  readonly claims?: { readonly table: string; readonly key: string } | undefined;
}

export const listUniqueFields = (versions: VersionSchema): readonly UniqueField[] => {
  const { thing, columns } = versions;
  return Object.entries(thing.fields).flatMap(([name, { unique, short = name, comparison = "exact" }]) => {
    if (unique !== true || !columns.some((column) => column.name === name)) return [];
    const { [name]: table } = UNIQUE_LIST_TABLES[thing.name] ?? {};
    const key = getKeyColumn({ short, list: false });
    return {
      name,
      bit: getColumnBit(versions, name),
      keys: (alias) => buildFieldKeySql(thing, name, (column) => `${alias}.${quoteIdentifier(column)}`),
      held: comparison === "exact" ? name : key,
      ...(table !== undefined && { claims: { table, key } }),
    };
  });
};

export const buildRecordsAfterUndoSql = (
  versions: VersionSchema,
  names: readonly string[],
  isDeletion = false,
): string => {
  const { thing, key } = versions;
  const of = (alias: string, pk: string): string =>
    [`${alias}.${pk} as pk`, ...names.map((name) => `${alias}.${quoteIdentifier(name)}`)].join(", ");
  const others = `select ${of(thing.name, key)} from main.${thing.name} where not exists (select 1 from ${getStagedTable(versions)} u where u.pk = ${thing.name}.${key})`;
  return isDeletion
    ? `(${others})`
    : `(${others} union all select ${of("u", "pk")} from ${getStagedTable(versions)} u where u.action <> 'delete')`;
};

export const buildUndoneTables = (things: ReadonlySet<string>, isDeletion: boolean): ChangedTables => ({
  things,
  before: buildCurrentSide,
  after: (thing, alias) => {
    const now = buildCurrentSide(thing, alias);
    const undone = `${alias}_undo`;
    const isUndone = (then: string, otherwise: string): string =>
      buildCaseSql(`${undone}.pk is not null`, then, otherwise);
    return {
      joins: (pk) =>
        `${now.joins(pk)} left join ${getStagedTable(getVersionSchema(thing))} ${undone} on ${undone}.pk = ${pk}`,
      column: (name) => isUndone(`${undone}.${quoteIdentifier(name)}`, now.column(name)),
      there: `(${isUndone(`${undone}.action <> 'delete'`, now.there)})`,
    };
  },
  changed: (thing, { columns }) => {
    const versions = getVersionSchema(thing);
    const bits = columns.map((name) => getColumnBit(versions, name)).join(" | ");
    return `select u.pk from ${getStagedTable(versions)} u where u.action <> 'update' or u.changed & (${bits || "0"}) <> 0`;
  },
  all: (thing, columns) => buildRecordsAfterUndoSql(getVersionSchema(thing), columns, isDeletion),
  params: {},
});

export const buildCustomValueSql = (custom: string): string => `${custom} ->> cast(f.pk as text)`;

export const buildOtherCustomFieldsSql = (value: string, other: string): string =>
  `main.custom_field f where ${buildCustomValueSql(value)} is distinct from ${buildCustomValueSql(other)}`;

/** SQL: true if the custom field of the entry `e` exists, or is restored by the same undo. */
export const IS_FIELD_KNOWN_SQL = `(exists (select 1 from main.custom_field f where f.pk = cast(e.key as integer))
    or exists (select 1 from ${getStagedTable(getVersionSchema(CUSTOM_FIELD.name))} f where f.pk = cast(e.key as integer) and f.action = 'create'))`;

export const restoreCustomFields = (database: Database): void => {
  const versions = getVersionSchema(USER.name);
  const users = getStagedTable(versions);
  const bit = getColumnBit(versions, "custom");
  database.exec(
    `update ${users} as u set custom = json_patch(t.custom, (select json_group_object(cast(f.pk as text), ${buildCustomValueSql("u.custom")})
       from ${buildOtherCustomFieldsSql("u.custom", "x.custom")}))
     from ${getLaterVersionsTable(versions)} x ${ORDERED_JOIN} main.user t on t.pk = x.pk
     where u.pk = x.pk and u.action = 'update' and u.changed & x.changed & ${bit} <> 0 and ${buildInterruptCheckSql("u.pk")}`,
  );
  database.exec(
    `update ${users} set custom = (select json_group_object(e.key, e.value) from json_each(custom) e where ${IS_FIELD_KNOWN_SQL})
     where custom <> '{}' and ${buildInterruptCheckSql("pk")}`,
  );
};

export const buildCurrentJoinsSql = (versions: VersionSchema): string =>
  `left join main.${versions.thing.name} t on t.${versions.key} = u.pk
   left join ${getLaterVersionsTable(versions)} x on x.pk = u.pk`;

/** SQL: the label of a record, perhaps deleted; null if the acting account cannot see the record. @param pk SQL */
export const buildLabelLookupSql = (database: Database, of: VersionSchema, pk: string): string => {
  // an account has the number and the name of its user
  const isAccount = of.thing === ACCOUNT;
  const versions = isAccount ? getVersionSchema(USER.name) : of;
  const { thing, key } = versions;
  // only the list of renewal items creates the tables that the view of renewal items needs
  if (
    thing === ACCOUNT_SETTINGS ||
    thing === TENANT_PROFILE ||
    (hasAppliedView(database) && (thing === RENEWAL_ITEM || thing === ANSWER))
  )
    return "null";
  const named = (alias: string): string =>
    isAccount
      ? `coalesce(${alias}.accountName, ${alias}.name)`
      : buildRecordLabelSql(thing, (column) => `${alias}.${quoteIdentifier(column)}`);
  const now = `(select ${named("n")} from ${thing.name} n where n.${key} = ${pk})`;
  if (hasAppliedView(database)) return now;
  return `coalesce(${now}, (select ${named("v")} from main.${getVersionTable(versions)} v
    where v.pk = ${pk} and v.action = 'delete' order by v.revision desc limit 1))`;
};

export const buildAnyLabelLookupSql = (database: Database, thing: string, pk: string): string =>
  `case ${thing} ${VERSIONED_THINGS.map((versions) => `when '${versions.thing.name}' then ${buildLabelLookupSql(database, versions, pk)}`).join(" ")} end`;
