import { keyColumn } from "../../../../model/thing.ts";
import { CUSTOM_FIELD, USER } from "../../../../model/user.ts";
import { versionsOf } from "../../../versions/keep.ts";
import { clearingSince, collectingSince, sinceTable } from "../../../versions/past.ts";
import { ALL_CHANGED, bitOf, secretColumns, VERSIONS, versionTable, type Versions } from "../../../versions/tables.ts";
import type { UndoneChange } from "../../engine.ts";
import { CONSOLE } from "../../../store/collections.ts";
import { CLAIMS } from "../../../records/record-rows.ts";
import { sideNow, type ChangedTables } from "../../../store/judge.ts";
import { either, keyOrValue, quoteIdentifier, THEN } from "../../../store/sql/forms.ts";
import type { Database } from "../../../store/sqlite/database.ts";
import { proceeding } from "../functions.ts";
import { isReopening } from "./confirmation.ts";

// An undo is staged as the records that it writes, in a temporary table for each thing: what they are to be, and as which
// of three actions. A record of an update gets its former values, one of a creation comes back, one of a deletion goes.

/** The things whose records a change may have written, by name. */
export const THINGS: readonly Versions[] = [...VERSIONS.values()];

/** The temporary table of a thing's staged records: `pk`, `action`, `changed`, and its columns as they are to be. */
export const stagedTable = ({ thing }: Pick<Versions, "thing">): string => `temp.${thing.name}_undo`;

/** The columns of a thing that an undo restores. */
export const restoredColumns = ({ thing, columns }: Versions): Versions["columns"] => {
  const secrets = secretColumns(thing);
  return columns.filter(({ name }) => !secrets.includes(name));
};

/** SQL: the bits of all columns that an undo restores. */
export const restoredBits = (versions: Versions): string =>
  [...new Set(restoredColumns(versions).map(({ bit }) => bit))].join(" | ");

const staging = (versions: Versions): readonly string[] => {
  const { thing, key, times } = versions;
  const table = stagedTable(versions);
  const kept = versionTable(versions);
  const columns = restoredColumns(versions);
  const names = [...columns.map(({ name }) => name), ...times].map(quoteIdentifier);
  const restored = [
    ...columns.map(({ name, bit }) =>
      either(`v.changed & ${bit} <> 0`, `v.${quoteIdentifier(name)}`, `t.${quoteIdentifier(name)}`),
    ),
    ...times.map((name) => `v.${quoteIdentifier(name)}`),
  ];
  const into = `insert into ${table} (pk, action, changed, ${names.join(", ")})`;
  const nulls = names.map(() => "null").join(", ");
  return [
    `${into} select v.pk, case v.action when 'delete' then 'create' else 'update' end, v.changed, ${restored.join(", ")}
     from main.${kept} v left join main.${thing.name} t on t.${key} = v.pk
     where v.revision = :revision and v.changed & (${restoredBits(versions)}) <> 0 and ${proceeding("v.pk")}
       and not exists (select 1 from main.created_range c where c.revision = v.revision and c.thing = '${thing.name}'
         and v.action = 'delete' and v.pk between c.first and c.last)`,
    `${into} select t.${key}, 'delete', ${ALL_CHANGED}, ${nulls} from main.created_range c
       ${THEN} main.${thing.name} t on t.${key} between c.first and c.last
     where c.revision = :revision and c.thing = '${thing.name}' and ${proceeding(`t.${key}`)}`,
    // what it created and is gone: later versions have it
    `${into} select distinct v.pk, 'delete', ${ALL_CHANGED}, ${nulls} from main.created_range c
       ${THEN} main.${kept} v on v.pk between c.first and c.last and v.revision > c.revision and v.action = 'delete'
     where c.revision = :revision and c.thing = '${thing.name}' and ${proceeding("v.pk")}
       and not exists (select 1 from main.${thing.name} t where t.${key} = v.pk)`,
  ];
};

/** The records of one thing that an undo writes, by action. */
export interface StagedCount {
  readonly versions: Versions;
  readonly create: number;
  readonly update: number;
  readonly delete: number;
}

/** True if an undo writes records of a thing. */
export const isStaged = (database: Database, versions: Versions): boolean =>
  database.get(`select 1 from ${stagedTable(versions)} limit 1`) !== undefined;

/** Makes the tables of a thing's staged records, and empties them. */
export const emptyStaged = (database: Database, versions: Versions): void => {
  const names = [...versions.columns.map(({ name }) => name), ...versions.times].map(quoteIdentifier);
  const table = stagedTable(versions);
  database.exec(
    `create table if not exists ${table} (pk integer primary key, action text, changed integer, ${names.join(", ")})`,
  );
  database.exec(`delete from ${table}`);
  for (const sql of clearingSince(versions)) database.exec(sql);
};

/** Stages the undo of a change: all of it. */
export const stageUndo = (database: Database, { revision }: Pick<UndoneChange, "revision">): void => {
  for (const versions of THINGS) {
    emptyStaged(database, versions);
    for (const sql of staging(versions)) database.run(sql, { revision });
    // the later versions of all records are scanned: not of things that the change did not write
    if (!isStaged(database, versions)) continue;
    database.run(
      collectingSince(
        versions,
        "select 0 as import, :revision as revision",
        `+v.pk in (select pk from ${stagedTable(versions)}) and ${proceeding("v.pk")}`,
      ),
      { revision },
    );
  }
};

/** The things of which an undo writes records, with their numbers. */
export const stagedCounts = (database: Database): readonly StagedCount[] =>
  THINGS.map((versions) => {
    const rows = database.all(`select action, count(*) as count from ${stagedTable(versions)} group by action`);
    const count = (action: string): number => Number(rows.find((row) => row["action"] === action)?.["count"] ?? 0);
    return { versions, create: count("create"), update: count("update"), delete: count("delete") };
  }).filter((one) => one.create + one.update + one.delete > 0);

/** The collections of things, where they are not called as the thing is. */
const COLLECTIONS: Readonly<Record<string, string>> = { custom_field: "fields", account_settings: "accounts" };

/** The collections whose records a staged undo writes. */
export const stagedCollections = (database: Database): readonly string[] => [
  ...(isReopening(database) ? [CONSOLE] : []),
  ...new Set(
    stagedCounts(database).flatMap(({ versions }) => {
      const { name, scope } = versions.thing;
      if (scope === undefined) return COLLECTIONS[name] ?? `${name}s`;
      return database
        .all(
          `select distinct coalesce(u.${scope}, t.${scope}) as scope from ${stagedTable(versions)} u
             left join main.${name} t on t.pk = u.pk where coalesce(u.${scope}, t.${scope}) is not null`,
        )
        .map((row) => `secured:${String(row["scope"])}`);
    }),
  ),
];

/** A field of which only one record of a thing may have a value. */
interface UniqueField {
  readonly name: string;
  /** SQL: its bit in `changed` */
  readonly bit: string;
  /** SQL: what its value is compared by, or those of a list. @param alias of the record */
  readonly keys: (alias: string) => string;
  /** the column by which a record gives up its value */
  readonly held: string;
  /** the table with the keys of a list, and its column with a key */
  readonly claims?: { readonly table: string; readonly key: string } | undefined;
}

/** The unique fields of a thing that versions keep. */
export const uniqueFields = (versions: Versions): readonly UniqueField[] => {
  const { thing, columns } = versions;
  return Object.entries(thing.fields).flatMap(([name, { unique, short = name, comparison = "exact", type }]) => {
    if (unique !== true || !columns.some((column) => column.name === name)) return [];
    const { [name]: table } = CLAIMS[thing.name] ?? {};
    const [beside, key] = [keyColumn({ short, list: type === "texts" }), keyColumn({ short, list: false })];
    return {
      name,
      bit: bitOf(versions, name),
      keys: (alias) => keyOrValue(comparison, `${alias}.${beside}`, `${alias}.${quoteIdentifier(name)}`),
      held: comparison === "exact" ? name : key,
      ...(table !== undefined && { claims: { table, key } }),
    };
  });
};

/** SQL: the records of a thing as an undo leaves them: `pk`, and columns. @param names of the columns */
export const afterwards = (versions: Versions, names: readonly string[]): string => {
  const { thing, key } = versions;
  const of = (alias: string, pk: string): string =>
    [`${alias}.${pk} as pk`, ...names.map((name) => `${alias}.${quoteIdentifier(name)}`)].join(", ");
  return `(select ${of("n", key)} from main.${thing.name} n where not exists (select 1 from ${stagedTable(versions)} u where u.pk = n.${key})
    union all select ${of("u", "pk")} from ${stagedTable(versions)} u where u.action <> 'delete')`;
};

/** The records before and after a staged undo, as rules read them. @param things of which it writes records */
export const undoneTables = (things: ReadonlySet<string>): ChangedTables => ({
  things,
  before: sideNow,
  after: (thing, alias) => {
    const now = sideNow(thing, alias);
    const undone = `${alias}_undo`;
    const isUndone = (then: string, otherwise: string): string => either(`${undone}.pk is not null`, then, otherwise);
    return {
      joins: (pk) => `${now.joins(pk)} left join ${stagedTable(versionsOf(thing))} ${undone} on ${undone}.pk = ${pk}`,
      column: (name) => isUndone(`${undone}.${quoteIdentifier(name)}`, now.column(name)),
      there: `(${isUndone(`${undone}.action <> 'delete'`, now.there)})`,
    };
  },
  changed: (thing, columns) => {
    const versions = versionsOf(thing);
    const bits = columns.map((name) => bitOf(versions, name)).join(" | ");
    return `select u.pk from ${stagedTable(versions)} u where u.action <> 'update' or u.changed & (${bits || "0"}) <> 0`;
  },
  all: (thing, columns) => afterwards(versionsOf(thing), columns),
  params: {},
});

/** SQL: true if a custom field is there, or comes back. @param pk SQL: its number */
export const isFieldThere = (pk: string): string =>
  `(exists (select 1 from main.custom_field f where f.pk = ${pk})
    or exists (select 1 from ${stagedTable(versionsOf(CUSTOM_FIELD.name))} f where f.pk = ${pk} and f.action = 'create'))`;

/** The temporary table of the values that do not come back, as their custom fields were removed: `pk`, `field`. */
const LOST = "temp.undo_lost";

/** Leaves out the values of custom fields that were removed since. */
export const leaveRemovedFields = (database: Database): void => {
  database.exec(`create table if not exists ${LOST} (pk integer, field integer)`);
  database.exec(`delete from ${LOST}`);
  const users = stagedTable(versionsOf(USER.name));
  const isKnown = isFieldThere("cast(e.key as integer)");
  database.exec(
    `insert into ${LOST} select u.pk, cast(e.key as integer) from ${users} u ${THEN} json_each(u.custom) e
     where u.custom <> '{}' and not ${isKnown} and ${proceeding("u.pk")}`,
  );
  database.exec(
    `update ${users} set custom = (select json_group_object(e.key, e.value) from json_each(custom) e where ${isKnown})
     where pk in (select pk from ${LOST}) and ${proceeding("pk")}`,
  );
};

/** The fields whose values {@link leaveRemovedFields} left out, with their numbers of values. */
export const lostFields = (database: Database): readonly { readonly name: string; readonly values: number }[] =>
  database
    .all(
      `select coalesce((select v.name from main.custom_field_version v where v.pk = l.field and v.action = 'delete'), '') as name,
         count(*) as "values"
       from ${LOST} l group by l.field order by l.field`,
    )
    .map((row) => ({ name: String(row["name"]), values: Number(row["values"]) }));

/** SQL: joins to a staged record `u` the record as it is, `t`, and what later changes wrote in it, `x`. */
export const joinNow = (versions: Versions): string =>
  `left join main.${versions.thing.name} t on t.${versions.key} = u.pk
   left join temp.${sinceTable(versions)} x on x.import = 0 and x.pk = u.pk`;
