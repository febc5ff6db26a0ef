import { ACCOUNT, ACCOUNT_SETTINGS } from "../../nouns/account.ts";
import { ANSWER } from "../../nouns/answer.ts";
import { RENEWAL_ITEM } from "../../nouns/renewal.ts";
import { getCollection, TENANT_PROFILE, type Collection } from "../../nouns/index.ts";
import { CUSTOM_FIELD, USER } from "../../nouns/user.ts";
import {
  buildAddValuesSql,
  ALL_COLUMNS_MASK,
  getColumnBit,
  listSecretTimeColumns,
  VERSION_SCHEMAS,
  type VersionSchema,
  getVersionSchema,
} from "../ledger/versions.ts";
import {
  buildCompleteMaskSql,
  buildMergedEntriesSql,
  OBSERVED_VERSION_TABLE,
  OBSERVED_VERSIONS,
} from "../ledger/observed-state.ts";
import type { UndoneChange } from "../ledger/audit-change-number.ts";
import { UNIQUE_LIST_TABLES } from "../ledger/record-rows.ts";
import { buildCurrentSide, type ChangedTables } from "../ledger/check-rules.ts";
import { buildCaseSql, buildFieldKeySql, quoteIdentifier, ORDERED_JOIN } from "../store/sql.ts";
import type { Database } from "../store/database.ts";
import { hasAppliedView } from "../store/store.ts";
import { buildRecordLabelSql } from "./expressions.ts";
import { buildInterruptCheckSql } from "./functions.ts";
import { buildKeyLocation } from "./stored-kind.ts";

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

/** SQL: custom fields with the values that the console showed, without those that it showed blank. */
export const buildShownEntriesSql = (shown: string, local: string): string =>
  `(select json_group_object(e.key, e.value) from json_each(${buildMergedEntriesSql(shown, local)}) e where e.value is not null)`;

/**
 * SQL: a column after the undo of the version `v`. In a mirror, a value that was not wished before the change becomes the
 * value that the console showed last, except if the console has the change: then the restored value is a wish.
 */
const buildRestoredValueSql = (versions: VersionSchema, name: string, bit: string, isMirrored: boolean): string => {
  const column = quoteIdentifier(name);
  const [was, now, shown] = [`v.${column}`, `t.${column}`, `o.${column}`];
  const restored = buildCaseSql(`v.changed & ${bit} <> 0`, was, now);
  if (!isMirrored) return restored;
  const value = name === "custom" ? buildShownEntriesSql(shown, was) : shown;
  const isOpen = `o.wished & ${bit} <> 0 and coalesce(i.state ->> 'wished', 0) & ${bit} = 0`;
  const isWritten = `${buildCompleteMaskSql(versions, "v.changed")} & ${bit} <> 0`;
  return buildCaseSql(`${isWritten} and o.inConsole = 1 and ${isOpen}`, value, restored);
};

const buildStageWrittenSql = (versions: VersionSchema, mask: string, isMirrored: boolean): string => {
  const { thing, key, times } = versions;
  const columns = listRestoredColumns(versions);
  const names = [...columns.map(({ name }) => name), ...times].map(quoteIdentifier);
  const restored = [
    ...columns.map(({ name, bit }) => buildRestoredValueSql(versions, name, bit, isMirrored)),
    ...times.map((name) => `v.${quoteIdentifier(name)}`),
  ];
  const observed = isMirrored
    ? `left join main.${versions.observed} o on o.pk = v.pk
       left join ${OBSERVED_VERSION_TABLE} i on i.thing = '${thing.name}' and i.pk = v.pk and i.revision = v.revision`
    : "";
  return `insert into ${getStagedTable(versions)} (pk, action, changed, ${names.join(", ")})
    select v.pk, case v.action when 'delete' then 'create' else 'update' end, v.changed, ${restored.join(", ")}
    from main.${versions.table} v left join main.${thing.name} t on t.${key} = v.pk ${observed}
    where v.revision = :revision and v.changed & (${mask}) <> 0 and ${buildInterruptCheckSql("v.pk")}
      and not exists (select 1 from main.created_range c where c.revision = v.revision and c.thing = '${thing.name}'
        and v.action = 'delete' and v.pk between c.first and c.last)`;
};

/** SQL: stages new records, even if they were deleted later. */
const buildStageCreatedSql = (versions: VersionSchema): string => {
  const { thing, key } = versions;
  const isCreated = `c.revision = :revision and c.thing = '${thing.name}'`;
  return `insert into ${getStagedTable(versions)} (pk, action, changed)
    select t.${key}, 'delete', ${ALL_COLUMNS_MASK} from main.created_range c
      ${ORDERED_JOIN} main.${thing.name} t on t.${key} between c.first and c.last
      where ${isCreated} and ${buildInterruptCheckSql(`t.${key}`)}
    union all select v.pk, 'delete', ${ALL_COLUMNS_MASK} from main.created_range c
      ${ORDERED_JOIN} main.${versions.table} v on v.pk between c.first and c.last and v.revision > c.revision
      where ${isCreated} and v.action = 'delete' and ${buildInterruptCheckSql("v.pk")}
    on conflict do nothing`;
};

export const hasStagedRecords = (database: Database, versions: VersionSchema): boolean =>
  database.get(`select 1 from ${getStagedTable(versions)} limit 1`) !== undefined;

const getLaterVersionsTable = ({ thing }: VersionSchema): string => `temp.${thing.name}_since`;

export const resetStagedTables = (database: Database, versions: VersionSchema): void => {
  const columns = versions.columns.map(({ name }) => quoteIdentifier(name));
  for (const [table, further] of [
    [getStagedTable(versions), ["action text", ...versions.times]],
    [getLaterVersionsTable(versions), []],
  ] as const) {
    const all = ["pk integer primary key", "changed integer", ...columns, ...further];
    database.exec(`create table if not exists ${table} (${all.join(", ")})`);
    database.exec(`delete from ${table}`);
  }
};

/** SQL: merges the later versions of each staged record into one row with the oldest values. */
const buildMergeLaterVersionsSql = (versions: VersionSchema): string => {
  const names = ["pk", "changed", ...versions.columns.map(({ name }) => quoteIdentifier(name))].join(", ");
  // the unary plus makes SQLite scan later versions instead of looking up each record
  return `insert into ${getLaterVersionsTable(versions)} (${names}) select ${names} from main.${versions.table}
    where revision > :revision and +pk in (select pk from ${getStagedTable(versions)}) and ${buildInterruptCheckSql("pk")}
    order by revision on conflict (pk) do update set ${buildAddValuesSql(versions, `${versions.thing.name}_since`)}`;
};

export const stageChange = (
  database: Database,
  revision: number,
  { isOfConsole = true }: Pick<UndoneChange, "isOfConsole">,
  mask = buildRestoredMaskSql,
): void => {
  for (const versions of VERSIONED_THINGS) {
    resetStagedTables(database, versions);
    const isMirrored =
      !isOfConsole &&
      OBSERVED_VERSIONS.includes(versions) &&
      database.get(`select 1 from main.${versions.observed} limit 1`) !== undefined;
    database.run(buildStageWrittenSql(versions, mask(versions), isMirrored), { revision });
    database.run(buildStageCreatedSql(versions), { revision });
    if (hasStagedRecords(database, versions)) database.run(buildMergeLaterVersionsSql(versions), { revision });
  }
};

/** SQL: the action that people see. The account of a user who keeps the account name stays, even without its row. */
export const buildShownActionSql = ({ thing }: Pick<VersionSchema, "thing">): string =>
  thing === ACCOUNT
    ? `case when u.pk in (select pk from ${getStagedTable({ thing: USER })}
        where action <> 'update' or changed & ${getColumnBit(getVersionSchema(USER.name), "accountName")} <> 0) then u.action else 'update' end`
    : "u.action";

export const countStagedRecords = (database: Database) =>
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

/** Returns where the keys of all records are; `keys` is SQL of the key or the list of keys of one record. */
export const listUniqueFields = ({ thing, columns }: VersionSchema) =>
  columns
    .filter(({ name }) => thing.fields[name]?.unique === true)
    .map(({ name, bit }) => ({
      name,
      bit,
      location: buildKeyLocation({ thing, claims: UNIQUE_LIST_TABLES[thing.name] }, name),
      keys: (alias: string) => buildFieldKeySql(thing, name, (column) => `${alias}.${quoteIdentifier(column)}`),
    }));

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
    return {
      joins: (pk) =>
        `${now.joins(pk)} left join ${getStagedTable(getVersionSchema(thing))} ${undone} on ${undone}.pk = ${pk}`,
      column: (name) =>
        buildCaseSql(`${undone}.pk is not null`, `${undone}.${quoteIdentifier(name)}`, now.column(name)),
      there: `coalesce(${undone}.action <> 'delete', ${now.there})`,
    };
  },
  changed: (thing, { columns }) => {
    const versions = getVersionSchema(thing);
    const bits = columns.map((name) => getColumnBit(versions, name)).join(" | ");
    return `select u.pk from ${getStagedTable(versions)} u where u.action <> 'update' or u.changed & (${bits || "0"}) <> 0`;
  },
  all: (thing, columns) => buildRecordsAfterUndoSql(getVersionSchema(thing), columns, isDeletion),
});

export const buildCustomValueSql = (custom: string): string => `${custom} ->> cast(f.pk as text)`;

export const buildOtherCustomFieldsSql = (value: string, other: string): string =>
  `main.custom_field f where ${buildCustomValueSql(value)} is distinct from ${buildCustomValueSql(other)}`;

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
  const fields = [`main.${CUSTOM_FIELD.name}`, `${getStagedTable({ thing: CUSTOM_FIELD })} where action = 'create'`];
  const known = fields.map((from) => `select pk from ${from}`).join(" union all ");
  database.exec(
    `update ${users} set custom = (select json_group_object(e.key, e.value) from json_each(custom) e where cast(e.key as integer) in (${known}))
     where custom <> '{}' and ${buildInterruptCheckSql("pk")}`,
  );
  // nothing is left to restore of values of deleted custom fields
  database.exec(
    `delete from ${users} as u where u.action = 'update' and u.changed = ${bit} and u.custom = (select t.custom from main.user t where t.pk = u.pk)`,
  );
};

export const buildCurrentJoinsSql = (versions: VersionSchema): string =>
  `left join main.${versions.thing.name} t on t.${versions.key} = u.pk
   left join ${getLaterVersionsTable(versions)} x on x.pk = u.pk`;

/** SQL: the label of a record, perhaps deleted; null if the acting account cannot see the record. @param pk SQL */
export const buildLabelLookupSql = (database: Database, { thing: of }: VersionSchema, pk: string): string => {
  // an account has the number and the name of its user
  const versions = getVersionSchema(of === ACCOUNT ? USER.name : of.name);
  const { thing, key } = versions;
  const isLimited = hasAppliedView(database);
  // only the list of renewal items creates the tables that the view of renewal items needs
  const isUnseen = isLimited && (thing === RENEWAL_ITEM || thing === ANSWER);
  if (isUnseen || thing === ACCOUNT_SETTINGS || thing === TENANT_PROFILE) return "null";
  const named = (alias: string): string => {
    const label = buildRecordLabelSql(thing, (column) => `${alias}.${quoteIdentifier(column)}`);
    return of === ACCOUNT ? `coalesce(${alias}.accountName, ${alias}.name)` : label;
  };
  const deleted = `(select ${named("v")} from main.${versions.table} v
    where v.pk = ${pk} and v.action = 'delete' order by v.revision desc limit 1)`;
  return `coalesce((select ${named("n")} from ${thing.name} n where n.${key} = ${pk}), ${isLimited ? "null" : deleted})`;
};

export const buildAnyLabelLookupSql = (database: Database, thing: string, pk: string): string =>
  `case ${thing} ${VERSIONED_THINGS.map((versions) => `when '${versions.thing.name}' then ${buildLabelLookupSql(database, versions, pk)}`).join(" ")} end`;
