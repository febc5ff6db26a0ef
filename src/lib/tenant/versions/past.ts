import { either, quoteIdentifier, THEN } from "../store/sql/forms.ts";
import { bitOf, versionTable, type Versions } from "./tables.ts";

/** SQL that reads records of one time: joins, and columns that read them. */
export interface RecordSql {
  /** @param pk SQL of its number */
  readonly joins: (pk: string) => string;
  readonly column: (name: string) => string;
}

/** SQL that reads records right before and right after the events `e`: each has an `import` and its `revision`. */
export interface PastSql {
  readonly joins: RecordSql["joins"];
  readonly before: RecordSql["column"];
  readonly after: RecordSql["column"];
}

/** The temporary table with the columns that were changed after an import, as the import left them. */
export const sinceTable = ({ thing }: Versions): string => `${thing.name}_since`;

/**
 * Returns SQL that reads a thing's records at events.
 *
 * @param alias start of its table aliases, as records of several things may be read together
 */
export const pastOf = (versions: Versions, alias = ""): PastSql => {
  const { thing, key } = versions;
  const [now, since, own] = [`${alias}t`, `${alias}x`, `${alias}c`];
  const overlay = (over: string, name: string, under: string): string =>
    either(`${over}.changed & ${bitOf(versions, name)} <> 0`, `${over}.${quoteIdentifier(name)}`, under);
  const after = (name: string): string => overlay(since, name, `${now}.${quoteIdentifier(name)}`);
  return {
    joins: (pk) => `left join main.${thing.name} ${now} on ${now}.${key} = ${pk}
      left join temp.${sinceTable(versions)} ${since} on ${since}.import = e.import and ${since}.pk = ${pk}
      left join main.${versionTable(versions)} ${own} on ${own}.pk = ${pk} and ${own}.revision = e.revision`,
    before: (name) => overlay(own, name, after(name)),
    after,
  };
};

/** SQL: creates and empties the table that {@link pastOf} reads. */
export const clearingSince = (versions: Versions): readonly string[] => {
  const names = versions.columns.map(({ name }) => quoteIdentifier(name));
  const table = sinceTable(versions);
  return [
    `create temp table if not exists ${table} (import integer, pk integer, changed integer, ${names.join(", ")},
       primary key (import, pk)) without rowid`,
    `delete from temp.${table}`,
  ];
};

/**
 * SQL: fills the table that {@link pastOf} reads. It merges the versions of a record since an import into one; each column
 * has its value from the oldest. A record without later versions has no row there.
 *
 * @param events SQL: the imports, each with its `revision`
 * @param which SQL: condition on the versions `v`
 */
export const collectingSince = (versions: Versions, events: string, which: string): string => {
  const table = sinceTable(versions);
  const columns = versions.columns.map(({ name, bit }) => ({ column: quoteIdentifier(name), bit }));
  const sets = columns.map(
    ({ column, bit }) =>
      `${column} = ${either(`excluded.changed & ${bit} <> 0`, `excluded.${column}`, `${table}.${column}`)}`,
  );
  return `insert into temp.${table} (import, pk, changed, ${columns.map(({ column }) => column).join(", ")})
    select m.import, v.pk, v.changed, ${columns.map(({ column }) => `v.${column}`).join(", ")}
    from (${events}) m ${THEN} main.${versionTable(versions)} v on v.revision > m.revision
    where ${which} order by v.revision desc
    on conflict (import, pk) do update set changed = ${table}.changed | excluded.changed, ${sets.join(", ")}`;
};
