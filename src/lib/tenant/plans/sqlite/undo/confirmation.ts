import {
  beforeTable,
  columnsOf,
  entriesBit,
  EXPORTED,
  OBSERVED,
  observedTable,
  OBSERVING,
  PRESENCE,
  RESTORING,
} from "../../../console/observed.ts";
import { versionTable, type Versions } from "../../../versions/tables.ts";
import { objectsOf } from "../../../audit/records.ts";
import type { UndoCounts, UndoneChange } from "../../engine.ts";
import { either, quoteIdentifier, THEN } from "../../../store/sql/forms.ts";
import type { Database } from "../../../store/sqlite/database.ts";

// A confirmation writes no record. Its undo opens the tasks again: what it confirmed is in the observed state that it kept.

/** The temporary table of the records of which a confirmation is undone: `thing`, `pk`. */
export const REOPENED = "temp.reopened";

/** Stages the undo of a confirmation; of any other change nothing. */
export const stageReopened = (database: Database, { revision, isConfirmation = false }: UndoneChange): void => {
  database.exec(`create table if not exists ${REOPENED} (thing text, pk integer, primary key (thing, pk))`);
  database.exec(`delete from ${REOPENED}`);
  if (!isConfirmation) return;
  for (const versions of OBSERVED)
    database.run(
      `insert into ${REOPENED} select '${versions.thing.name}', b.pk from main.${beforeTable(versions)} b
       where b.revision = :revision`,
      { revision },
    );
};

/** True if a staged undo opens tasks again. */
export const isReopening = (database: Database): boolean =>
  database.get(`select 1 from ${REOPENED} limit 1`) !== undefined;

/** The records of each thing of which a confirmation is undone. */
export const reopenedCounts = (database: Database) =>
  OBSERVED.map((versions) => ({
    versions,
    create: 0,
    update: database.count(`select count(*) from ${REOPENED} where thing = :thing`, { thing: versions.thing.name }),
    delete: 0,
  })).filter(({ update }) => update > 0);

/** Returns the tasks that a staged undo opens again; undefined if it opens none. @param number of the confirmation */
export const countReopened = (database: Database, { number, isConfirmation }: UndoneChange): UndoCounts["reopened"] => {
  if (isConfirmation !== true) return undefined;
  return {
    tasks: database.all(objectsOf("console_task"), { number }).map(({ id }) => Number(id)),
    records: database.count(`select count(*) from ${REOPENED}`),
  };
};

/** SQL: the staged records of a thing, by what of them was confirmed, `b`, with their observed state by now, `o`. */
export const fromReopened = (versions: Versions): string =>
  `from ${REOPENED} s ${THEN} main.${beforeTable(versions)} b on b.pk = s.pk and b.revision = :revision
   left join main.${observedTable(versions)} o on o.pk = b.pk where s.thing = '${versions.thing.name}'`;

/** SQL: true if a record as a whole was confirmed: that the console has it, or has it no more. */
const IS_WHOLE = `b.confirmed & ${PRESENCE} <> 0`;

/** SQL: the bits that were confirmed; of a record as a whole only that. */
const CONFIRMED_BITS = either(IS_WHOLE, PRESENCE, "b.confirmed");

/** SQL: custom fields `k` that one of two records `b` and `o` has confirmed, and the other one has not. */
const entriesOnlyIn = (one: "b" | "o", other: "b" | "o"): string =>
  `json_each(coalesce(${one}.confirmedFields, '[]')) k
   where not exists (select 1 from json_each(coalesce(${other}.confirmedFields, '[]')) c where c.value = k.value)`;

/** SQL: true if something in some of the bits that were confirmed is not so any more. @param bits SQL */
const isLost = (versions: Versions, bits: string): string => {
  // nothing is left of what no export shows once it is confirmed
  if (!EXPORTED.includes(versions))
    return `coalesce(o.inConsole = 0 or o.differs & b.confirmed & (${bits}) <> 0, false)`;
  const custom = entriesBit(versions);
  const single = `b.confirmed & (${bits}) & ~${custom} & ~coalesce(o.confirmed, 0) <> 0`;
  return custom === "0"
    ? single
    : `(${single} or (${bits}) & ${custom} <> 0 and exists (select 1 from ${entriesOnlyIn("b", "o")}))`;
};

/** What was done since to what a confirmation confirmed, as SQL. */
interface SinceConfirmed {
  /** true if it is not as it was confirmed any more, or was confirmed again */
  readonly isTouched: string;
  /** the number of the last change that wrote or confirmed it since; null if only exports showed it */
  readonly change: string;
  /** true if somebody wrote a column */
  readonly isColumnLost: (bit: string) => string;
}

/** Returns what was done since to the records of {@link fromReopened}. */
export const sinceConfirmed = (versions: Versions): SinceConfirmed => {
  const { thing } = versions;
  const again = `select c.revision from main.change c ${THEN} main.${beforeTable(versions)} n on n.revision = c.revision and n.pk = b.pk
    where c.writer = 'confirm' and c.undoneBy is null and c.revision > b.revision and n.confirmed & ${CONFIRMED_BITS} <> 0`;
  const since = `${again}
    union all select w.revision from main.${versionTable(versions)} w
      where w.pk = b.pk and w.revision > b.revision and w.changed & ${CONFIRMED_BITS} <> 0
    union all select r.revision from main.created_range r
      where r.thing = '${thing.name}' and b.pk between r.first and r.last and r.revision > b.revision`;
  return {
    isTouched: `(${isLost(versions, CONFIRMED_BITS)} or exists (${again}))`,
    change: `(select max(c.number) from main.change c where c.revision in (${since}))`,
    isColumnLost: (bit) => isLost(versions, `${CONFIRMED_BITS} & ${bit}`),
  };
};

/** SQL: what was confirmed of a thing's records is open again. */
const reopening = (versions: Versions): string => {
  const table = `main.${observedTable(versions)}`;
  const isNew = `b.inConsole = 0 and ${IS_WHOLE}`;
  const part = either(IS_WHOLE, "b.differs", "b.differs & b.confirmed");
  const own = (name: string): string => `coalesce(o.${name}, b.${name})`;
  const values: Readonly<Record<string, string>> = {
    pk: "b.pk",
    inConsole: either(IS_WHOLE, "b.inConsole", own("inConsole")),
    differs: either(isNew, "b.differs", `coalesce(o.differs, 0) | ${part}`),
    confirmed: "coalesce(o.confirmed, 0) & ~b.confirmed",
    contradicted: own("contradicted"),
    since: own("since"),
    confirmedBy: "o.confirmedBy",
    confirmedAt: "o.confirmedAt",
    confirmedFields: `(select json_group_array(k.value) from ${entriesOnlyIn("o", "b")})`,
    ...Object.fromEntries(
      versions.columns.map(({ name, bit }) => {
        const column = quoteIdentifier(name);
        return [column, either(`coalesce(o.differs, 0) & ${bit} <> 0`, `o.${column}`, `b.${column}`)];
      }),
    ),
  };
  const columns = columnsOf(versions);
  const sets = columns.slice(1).map((name) => `${name} = excluded.${name}`);
  return `insert into ${table} (${columns.join(", ")}) select ${columns.map((name) => values[name]).join(", ")}
    ${fromReopened(versions)} on conflict (pk) do update set ${sets.join(", ")}`;
};

/** Opens the tasks of a staged undo again; inside the caller's transaction. */
export const reopen = (database: Database, { revision, isConfirmation = false }: UndoneChange): void => {
  if (isConfirmation) for (const versions of OBSERVED) database.run(reopening(versions), { revision });
};

/** Stores the observed state of the records that a change wrote. */
export const observeWritten = (database: Database, revision: number): void => {
  for (const sql of OBSERVING) database.run(sql, { revision });
};

/** Restores the observed state of the records of a change that is undone. @param revisions of that change and of its undo */
export const restoreObserved = (
  database: Database,
  { undone, revision }: { readonly undone: number | null; readonly revision: number },
): void => {
  for (const sql of RESTORING) database.run(sql, { undone, ...(sql.includes(":revision") && { revision }) });
};
