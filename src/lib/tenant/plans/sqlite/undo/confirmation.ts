import {
  getObservedHistoryTable,
  listObservedColumns,
  buildCustomFieldsBitSql,
  EXPORTED_VERSIONS,
  OBSERVED_VERSIONS,
  getObservedTable,
  OBSERVE_STATEMENTS,
  PRESENCE_BIT,
  RESTORE_OBSERVED_STATEMENTS,
} from "../../../console/observed.ts";
import { getVersionTable, type VersionSchema } from "../../../versions/tables.ts";
import { buildChangedIdsSql } from "../../../audit/records.ts";
import type { UndoCounts, UndoneChange } from "../../engine.ts";
import { buildCaseSql, quoteIdentifier, ORDERED_JOIN } from "../../../store/sql/forms.ts";
import type { Database } from "../../../store/sqlite/database.ts";

// A confirmation does not write records. The undo of a confirmation reopens the tasks. The confirmed values are in the
// observed state that the confirmation stored.

/** The temporary table of the records whose confirmation is undone: `thing`, `pk`. */
export const REOPENED_TABLE = "temp.reopened";

export const stageReopenedRecords = (database: Database, { revision, isConfirmation = false }: UndoneChange): void => {
  database.exec(`create table if not exists ${REOPENED_TABLE} (thing text, pk integer, primary key (thing, pk))`);
  database.exec(`delete from ${REOPENED_TABLE}`);
  if (!isConfirmation) return;
  for (const versions of OBSERVED_VERSIONS)
    database.run(
      `insert into ${REOPENED_TABLE} select '${versions.thing.name}', b.pk from main.${getObservedHistoryTable(versions)} b
       where b.revision = :revision`,
      { revision },
    );
};

export const hasReopenedRecords = (database: Database): boolean =>
  database.get(`select 1 from ${REOPENED_TABLE} limit 1`) !== undefined;

export const countReopenedRecords = (database: Database) =>
  OBSERVED_VERSIONS.map((versions) => ({
    versions,
    create: 0,
    update: database.count(`select count(*) from ${REOPENED_TABLE} where thing = :thing`, {
      thing: versions.thing.name,
    }),
    delete: 0,
  })).filter(({ update }) => update > 0);

/**
 * Returns the tasks, and the number of records, that are reopened when a confirmation is undone. @param number number
 * of the confirmation
 */
export const readReopenedTasks = (
  database: Database,
  { number, isConfirmation }: UndoneChange,
): UndoCounts["reopened"] => {
  if (isConfirmation !== true) return undefined;
  return {
    tasks: database.all(buildChangedIdsSql("console_task"), { number }).map(({ id }) => Number(id)),
    records: database.count(`select count(*) from ${REOPENED_TABLE}`),
  };
};

/** SQL: the staged records of a type with their confirmed values, `b`, and their current observed state, `o`. */
export const buildFromReopenedSql = (versions: VersionSchema): string =>
  `from ${REOPENED_TABLE} s ${ORDERED_JOIN} main.${getObservedHistoryTable(versions)} b on b.pk = s.pk and b.revision = :revision
   left join main.${getObservedTable(versions)} o on o.pk = b.pk where s.thing = '${versions.thing.name}'`;

const IS_WHOLE_RECORD_CONFIRMED_SQL = `b.confirmed & ${PRESENCE_BIT} <> 0`;

/** SQL: the bits that were confirmed. If a whole record was confirmed, only the bit for the whole record is set. */
const CONFIRMED_BITS_SQL = buildCaseSql(IS_WHOLE_RECORD_CONFIRMED_SQL, PRESENCE_BIT, "b.confirmed");

/** SQL: the custom fields `k` that are confirmed in one of the two records `b` and `o`, but not in the other. */
const buildEntriesOnlyInSql = (one: "b" | "o", other: "b" | "o"): string =>
  `json_each(coalesce(${one}.confirmedFields, '[]')) k
   where not exists (select 1 from json_each(coalesce(${other}.confirmedFields, '[]')) c where c.value = k.value)`;

/** SQL: true if a confirmation of the given bits is no longer in effect. @param bits SQL */
const buildIsConfirmationLostSql = (versions: VersionSchema, bits: string): string => {
  // if exports do not show the record type, a confirmed value no longer differs; it differs again only after another
  // change
  if (!EXPORTED_VERSIONS.includes(versions))
    return `coalesce(o.inConsole = 0 or o.differs & b.confirmed & (${bits}) <> 0, false)`;
  const custom = buildCustomFieldsBitSql(versions);
  const single = `b.confirmed & (${bits}) & ~${custom} & ~coalesce(o.confirmed, 0) <> 0`;
  return custom === "0"
    ? single
    : `(${single} or (${bits}) & ${custom} <> 0 and exists (select 1 from ${buildEntriesOnlyInSql("b", "o")}))`;
};

interface ChangesSinceConfirmation {
  /** true if the values have changed since their confirmation or were confirmed again */
  readonly isTouched: string;
  /**
   * number of the last change that wrote or confirmed the values since then; null if they only appeared in exports
   * since then
   */
  readonly change: string;
  /** true if the confirmation of a column is no longer in effect. @param bit SQL: bit of the column */
  readonly isColumnLost: (bit: string) => string;
}

/**
 * Returns SQL that shows what has happened to the records of {@link buildFromReopenedSql} since they were confirmed.
 */
export const buildChangesSinceConfirmation = (versions: VersionSchema): ChangesSinceConfirmation => {
  const { thing } = versions;
  const again = `select c.revision from main.change c ${ORDERED_JOIN} main.${getObservedHistoryTable(versions)} n on n.revision = c.revision and n.pk = b.pk
    where c.writer = 'confirm' and c.undoneBy is null and c.revision > b.revision and n.confirmed & ${CONFIRMED_BITS_SQL} <> 0`;
  const since = `${again}
    union all select w.revision from main.${getVersionTable(versions)} w
      where w.pk = b.pk and w.revision > b.revision and w.changed & ${CONFIRMED_BITS_SQL} <> 0
    union all select r.revision from main.created_range r
      where r.thing = '${thing.name}' and b.pk between r.first and r.last and r.revision > b.revision`;
  return {
    isTouched: `(${buildIsConfirmationLostSql(versions, CONFIRMED_BITS_SQL)} or exists (${again}))`,
    change: `(select max(c.number) from main.change c where c.revision in (${since}))`,
    isColumnLost: (bit) => buildIsConfirmationLostSql(versions, `${CONFIRMED_BITS_SQL} & ${bit}`),
  };
};

const buildReopenSql = (versions: VersionSchema): string => {
  const table = `main.${getObservedTable(versions)}`;
  const isNew = `b.inConsole = 0 and ${IS_WHOLE_RECORD_CONFIRMED_SQL}`;
  const part = buildCaseSql(IS_WHOLE_RECORD_CONFIRMED_SQL, "b.differs", "b.differs & b.confirmed");
  const own = (name: string): string => `coalesce(o.${name}, b.${name})`;
  const values: Readonly<Record<string, string>> = {
    pk: "b.pk",
    inConsole: buildCaseSql(IS_WHOLE_RECORD_CONFIRMED_SQL, "b.inConsole", own("inConsole")),
    differs: buildCaseSql(isNew, "b.differs", `coalesce(o.differs, 0) | ${part}`),
    confirmed: "coalesce(o.confirmed, 0) & ~b.confirmed",
    contradicted: own("contradicted"),
    since: own("since"),
    confirmedBy: "o.confirmedBy",
    confirmedAt: "o.confirmedAt",
    confirmedFields: `(select json_group_array(k.value) from ${buildEntriesOnlyInSql("o", "b")})`,
    ...Object.fromEntries(
      versions.columns.map(({ name, bit }) => {
        const column = quoteIdentifier(name);
        return [column, buildCaseSql(`coalesce(o.differs, 0) & ${bit} <> 0`, `o.${column}`, `b.${column}`)];
      }),
    ),
  };
  const columns = listObservedColumns(versions);
  const sets = columns.slice(1).map((name) => `${name} = excluded.${name}`);
  return `insert into ${table} (${columns.join(", ")}) select ${columns.map((name) => values[name]).join(", ")}
    ${buildFromReopenedSql(versions)} on conflict (pk) do update set ${sets.join(", ")}`;
};

/** Reopens the tasks of a staged undo. Must run in the caller's transaction. */
export const reopenTasks = (database: Database, { revision, isConfirmation = false }: UndoneChange): void => {
  if (isConfirmation) for (const versions of OBSERVED_VERSIONS) database.run(buildReopenSql(versions), { revision });
};

export const observeWrittenRecords = (database: Database, revision: number): void => {
  for (const sql of OBSERVE_STATEMENTS) database.run(sql, { revision });
};

/**
 * Restores the observed state of the records of an undone change. @param revisions revisions of the change and of its
 * undo
 */
export const restoreObservedState = (
  database: Database,
  { undone, revision }: { readonly undone: number | null; readonly revision: number },
): void => {
  for (const sql of RESTORE_OBSERVED_STATEMENTS)
    database.run(sql, { undone, ...(sql.includes(":revision") && { revision }) });
};
