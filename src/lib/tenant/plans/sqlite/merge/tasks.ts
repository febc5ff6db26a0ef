import { driftOf, driftOfChange, type DriftPart } from "../../../console/drift.ts";
import { readOpenTasks, type OpenTasks } from "../../../console/tasks.ts";
import { entriesBit, observedTable, PRESENCE } from "../../../console/observed.ts";
import { ALL_CHANGED, bitOf, type Versions } from "../../../versions/tables.ts";
import type { LackingRecords } from "../../engine.ts";
import { isWholeExport, listImports, readImport, type ImportRecord, type TakeoverResult } from "../../import-rows.ts";
import { either, isMissing, THEN } from "../../../store/sql/forms.ts";
import type { Reader, Writer } from "../../../store/store.ts";
import { readMirrored, setMirrored } from "../../../records/tenant-rows.ts";
import type { Database } from "../../../store/sqlite/database.ts";
import { indexTargets, isBlankCell, isStaged, keyOf, stored } from "../expressions.ts";
import { inScopeOf, type PlanSql } from "../stored-kind.ts";
import { mayBeBlank } from "./local-fields.ts";
import { observeExport } from "./observation.ts";
import {
  AMBIGUOUS,
  DELETED_HERE,
  isContradictedMissing,
  isMissingThere,
  kindIn,
  MERGED,
  mergedWith,
  prefersConsole,
} from "./tables.ts";

// An export that a task is verified by: of all that it shows, only the records and fields of the task are observed.

/** The table of the records of a task: `pk`, and the `mask` of their fields. */
const OF_TASK = "s.of_task";

/** The deletions of a task that an export cannot prove, because it lacks other records as well: `pk`. */
const UNPROVED = "s.unproved";

/** The records of a task that rows show, but for a reference which their blank cells may mean: `pk`, and the `column`. */
const BLANK = "s.blank_reference";

/** What an export showed of a task. */
interface ObservedTask {
  /** what it lacks if it therefore does not prove a deletion */
  readonly lacking?: LackingRecords | undefined;
  /** what of the task it cannot show, beside the columns that it lacks */
  readonly unseen: readonly Pick<DriftPart, "columns" | "which">[];
}

/** Returns how many records an export lacks of those that the console has: that were not changed here. */
const countLacking = (database: Database, { kind }: PlanSql, versions: Versions): LackingRecords => {
  indexTargets(database);
  const isAmbiguous = `exists (select 1 from ${AMBIGUOUS} a where a.pk = t.pk)`;
  const row = database.get(
    `select count(*) as of, count(*) filter (where ${isMissing("t.pk")} and not ${isAmbiguous}) as records
     from ${kind.thing.name} t where ${kind.inScope} and t.pk is distinct from :usual
       and not exists (select 1 from main.${observedTable(versions)} o where o.pk = t.pk)`,
    { kind: kind.name, usual: kind.table.usual ?? null },
  );
  return { records: Number(row?.["records"]), of: Number(row?.["of"]) };
};

/** Finds the deletions of a task that an export does not prove. @returns what it lacks if there are any */
const findUnproved = (
  database: Database,
  plan: PlanSql,
  { versions, revision }: { readonly versions: Versions; readonly revision: number },
): LackingRecords | undefined => {
  const { thing } = plan.kind;
  database.exec(`drop table if exists ${UNPROVED}`);
  database.exec(`create table ${UNPROVED} (pk integer primary key)`);
  const isShown = [DELETED_HERE, AMBIGUOUS].map((table) => `exists (select 1 from ${table} x where x.pk = d.pk)`);
  const isOfKind = `d.pk in (select o.pk from main.${observedTable(versions)} o where ${inScopeOf(thing, "o")})`;
  database.run(
    `insert into ${UNPROVED} select d.pk from (${driftOfChange(versions)}) d
     where d.action = 'delete' and d.mask & ~d.confirmed <> 0 and not (${isShown.join(" or ")}) and ${isOfKind}`,
    { revision, ...kindIn(plan, isOfKind) },
  );
  if (database.get(`select 1 from ${UNPROVED}`) === undefined) return undefined;
  const lacking = countLacking(database, plan, versions);
  if (lacking.records > 0) return lacking;
  database.exec(`delete from ${UNPROVED}`);
  return undefined;
};

/** Finds the references of a task to records that the console may show as blank, as it does others. */
const findBlankReferences = (database: Database, plan: PlanSql, versions: Versions): ObservedTask["unseen"] => {
  const { references, thing, table } = plan.kind;
  database.exec(`drop table if exists ${BLANK}`);
  database.exec(`create table ${BLANK} (pk integer not null, "column" text not null)`);
  const staged = table.planner === undefined ? references.filter(({ field }) => isStaged(plan, field)) : [];
  return staged.flatMap((reference) => {
    const { field } = reference;
    if (field.merge !== "reference") return [];
    database.run(
      `insert into ${BLANK} select e.pk, :column from ${OF_TASK} e ${THEN} ${MERGED} x on x.pk = e.pk
         ${THEN} s.row r on r.row = x.row ${THEN} ${thing.name} t on t.pk = e.pk
       where e.mask & ${bitOf(versions, field.stored)} <> 0 and ${isBlankCell(plan, field)} and ${mayBeBlank(reference, stored(field.stored))}`,
      { column: field.stored },
    );
    return [{ columns: [field.stored], which: `d.pk in (select pk from ${BLANK} where "column" = '${field.stored}')` }];
  });
};

/**
 * Stores what a compared export shows of the records of a task.
 *
 * @param revision of the change that the task is of
 * @param own of this one
 */
export const observeTask = (database: Database, plan: PlanSql, revision: number, own: number): ObservedTask => {
  const versions = mergedWith(plan);
  if (versions === undefined) return { unseen: [] };
  database.exec(`drop table if exists ${OF_TASK}`);
  database.exec(`create table ${OF_TASK} (pk integer primary key, mask integer not null)`);
  const mask = either("d.action = 'update'", "d.mask", ALL_CHANGED);
  database.run(
    `insert into ${OF_TASK} select d.pk, max(${mask}) from (${driftOfChange(versions)}) d where d.mask <> 0 group by d.pk`,
    { revision },
  );
  for (const table of [MERGED, DELETED_HERE])
    database.exec(`delete from ${table} as m where not exists (select 1 from ${OF_TASK} e where e.pk = m.pk)`);
  const custom = entriesBit(versions);
  // that the console has a new record is shown by all of its row
  database.exec(
    `update ${MERGED} as m set shown = m.shown & (e.mask | ${PRESENCE}), contradicted = m.contradicted & e.mask,
       ${["keys", "entries"].map((name) => `${name} = ${either(`e.mask & ${custom} <> 0`, `m.${name}`, "null")}`).join(", ")}
     from ${OF_TASK} e where e.pk = m.pk and not m.isNew`,
  );
  const named = (of: Versions): string =>
    `o.pk in (select d.pk from (${driftOf(of, "true")}) d where d.revision = ${revision} and d.mask <> 0)`;
  const lacking = findUnproved(database, plan, { versions, revision });
  const isProved = lacking === undefined ? `o.pk in (select pk from ${OF_TASK})` : "false";
  observeExport(database, plan, own, { deletions: isProved, named });
  const deletions = { columns: ["id"], which: `d.pk in (select pk from ${UNPROVED})` };
  return { lacking, unseen: [...findBlankReferences(database, plan, versions), ...(lacking ? [deletions] : [])] };
};

/** SQL: the open tasks that change the keys of records, or make or delete them: `pk` and `number`. @param records SQL: their numbers */
export const keyTasks = (plan: PlanSql, versions: Versions, records: string): string => {
  // an organisation without a code has its name and place
  const key = plan.kind.table.planner === undefined ? bitOf(versions, keyOf(plan).field) : ALL_CHANGED;
  return `select d.pk, c.number from (${driftOf(versions, `o.pk in (${records})`)}) d ${THEN} main.change c on c.revision = d.revision
    where d.mask & ~d.confirmed & (${key} | ${PRESENCE}) <> 0`;
};

/** Returns the columns of a kind's records that an export does not show. */
export const unseenFields = (plan: PlanSql): readonly string[] => {
  const versions = mergedWith(plan);
  if (versions === undefined) return [];
  const shown = new Set(
    plan.kind.fields.filter((field) => isStaged(plan, field)).map((field) => bitOf(versions, field.stored)),
  );
  return versions.columns.filter(({ leads, bit }) => leads && !shown.has(bit)).map(({ name }) => name);
};

/** What is open before an export of the console is taken over, and how old the mirror is. */
export interface OpenBefore extends OpenTasks {
  readonly mirroredBefore: string | null;
  /** the numbers of the tasks of which the export gives something up */
  readonly givenUp: ReadonlySet<number>;
}

/** Returns the numbers of the tasks of which a compared export gives something up: it takes the console's value. */
const givenUpBy = (database: Database, plan: PlanSql, versions: Versions): ReadonlySet<number> => {
  if (!prefersConsole(plan)) return new Set();
  const { thing, inScope } = plan.kind;
  const isGone =
    plan.request.mode === "replace"
      ? `o.pk in (select t.pk from main.${thing.name} t where t.pk = o.pk and ${inScope}) and ${isContradictedMissing} and ${isMissingThere}`
      : "false";
  const drift = driftOf(versions, `(o.pk in (select x.pk from ${MERGED} x where x.givenUp <> 0) or ${isGone})`);
  const rows = database.all(
    `select distinct c.number from (${drift}) d ${THEN} main.change c on c.revision = d.revision left join ${MERGED} x on x.pk = d.pk
     where d.mask & ~d.confirmed <> 0 and (x.pk is null or d.action <> 'update' or d.mask & x.givenUp <> 0)`,
    kindIn(plan, drift),
  );
  return new Set(rows.map(({ number }) => Number(number)));
};

/** Returns what is open before an export of the console is taken over. */
export const readUnsettled = async (reader: Reader, database: Database, plan: PlanSql): Promise<OpenBefore> => {
  const versions = mergedWith(plan);
  return {
    ...(await readOpenTasks(reader)),
    mirroredBefore: await readMirrored(reader),
    givenUp: versions === undefined ? new Set() : givenUpBy(database, plan, versions),
  };
};

/** Returns which tasks an export of the console settled, that was just taken over. @param change its number */
export const readSettled = async (
  reader: Reader,
  { mirroredBefore, open: before, givenUp }: OpenBefore,
  { kind, change }: { readonly kind: PlanSql["kind"]; readonly change: number },
): Promise<TakeoverResult> => {
  const { open, contradicted } = await readOpenTasks(reader, kind.thing.name);
  const closed = [...before.keys()].filter((number) => !open.has(number));
  return {
    mirroredBefore,
    closed: closed.filter((number) => !givenUp.has(number)),
    givenUp: closed.filter((number) => givenUp.has(number)),
    advanced: [...before].flatMap(([number, records]) => ((open.get(number) ?? records) < records ? [number] : [])),
    // what nobody changed here, and cannot be here, is a task of the export
    contradicted: [...contradicted].filter((number) => before.has(number) || number === change),
    reopened: [...open.keys()].filter((number) => !before.has(number) && number !== change),
    open: open.size,
  };
};

/**
 * Sets the age of the mirror after an export of the console was undone, or after that undo was undone. Exports may be undone in
 * any order.
 */
export const restoreAge = async (writer: Writer, undone: ImportRecord): Promise<void> => {
  let taken = undone;
  while (taken.detail.reverts !== null) taken = await readImport(writer, taken.detail.reverts);
  const { detail } = await readImport(writer, taken.id);
  const { settled, committedAt, revertedBy } = detail;
  if (settled === undefined) return;
  const mirrored = await readMirrored(writer);
  const stands = revertedBy === null;
  if (stands && (mirrored === null || (isWholeExport(taken) && mirrored < (committedAt ?? ""))))
    await setMirrored(writer, committedAt);
  if (stands || mirrored !== committedAt) return;
  const others = (await listImports(writer)).filter((one) => one.detail.settled && one.detail.revertedBy !== null);
  let before = settled.mirroredBefore;
  for (const one of others) if (one.detail.committedAt === before) before = one.detail.settled?.mirroredBefore ?? null;
  await setMirrored(writer, before);
};
