import { buildCaseSql, quoteIdentifier, ORDERED_JOIN } from "../store/sql/forms.ts";
import { getColumnBit, getVersionTable, type VersionSchema } from "./tables.ts";

/**
 * SQL that reads records immediately before and after events. The events `e` each have an `import` and its `revision`.
 */
export interface PastStateSql {
  /** Returns SQL of the joins. @param pk SQL of the record number */
  readonly joins: (pk: string) => string;
  readonly before: (column: string) => string;
  readonly after: (column: string) => string;
}

/**
 * Returns the name of the temporary table that contains the columns changed since an import, with their values right
 * after the import.
 */
export const getSinceTable = ({ thing }: VersionSchema): string => `${thing.name}_since`;

/** Returns SQL that reads the records of a type before and after events. */
export const buildPastStateSql = (versions: VersionSchema): PastStateSql => {
  const { thing, key } = versions;
  const overlay = (over: string, name: string, under: string): string =>
    buildCaseSql(`${over}.changed & ${getColumnBit(versions, name)} <> 0`, `${over}.${quoteIdentifier(name)}`, under);
  const after = (name: string): string => overlay("x", name, `t.${quoteIdentifier(name)}`);
  return {
    joins: (pk) => `left join main.${thing.name} t on t.${key} = ${pk}
      left join temp.${getSinceTable(versions)} x on x.import = e.import and x.pk = ${pk}
      left join main.${getVersionTable(versions)} c on c.pk = ${pk} and c.revision = e.revision`,
    before: (name) => overlay("c", name, after(name)),
    after,
  };
};

/** SQL: creates the table that {@link buildPastStateSql} reads, and empties it. */
export const buildClearSinceStatements = (versions: VersionSchema): readonly string[] => {
  const names = versions.columns.map(({ name }) => quoteIdentifier(name));
  const table = getSinceTable(versions);
  return [
    `create temp table if not exists ${table} (import integer, pk integer, changed integer, ${names.join(", ")},
       primary key (import, pk)) without rowid`,
    `delete from temp.${table}`,
  ];
};

/**
 * SQL: fills the table that {@link buildPastStateSql} reads. All versions of a record that are later than an import are
 * merged into one row that contains the oldest value of each column. Records without later versions do not get a row.
 *
 * @param events SQL: the imports, each with its `revision`
 * @param which SQL: condition on the versions `v`
 */
export const buildFillSinceSql = (versions: VersionSchema, events: string, which: string): string => {
  const table = getSinceTable(versions);
  const columns = versions.columns.map(({ name, bit }) => ({ column: quoteIdentifier(name), bit }));
  const sets = columns.map(
    ({ column, bit }) =>
      `${column} = ${buildCaseSql(`excluded.changed & ${bit} <> 0`, `excluded.${column}`, `${table}.${column}`)}`,
  );
  return `insert into temp.${table} (import, pk, changed, ${columns.map(({ column }) => column).join(", ")})
    select m.import, v.pk, v.changed, ${columns.map(({ column }) => `v.${column}`).join(", ")}
    from (${events}) m ${ORDERED_JOIN} main.${getVersionTable(versions)} v on v.revision > m.revision
    where ${which} order by v.revision desc
    on conflict (import, pk) do update set changed = ${table}.changed | excluded.changed, ${sets.join(", ")}`;
};
