import { buildThingDriftSql, buildChangeDriftSql, type DriftPart } from "../../../console/drift.ts";
import { readOpenTasks, type OpenTasks } from "../../../console/tasks.ts";
import { buildCustomFieldsBitSql, getObservedTable, PRESENCE_BIT } from "../../../console/observed.ts";
import { ALL_COLUMNS_MASK, getColumnBit, type VersionSchema } from "../../../versions/tables.ts";
import type { MissingRecordCounts } from "../../engine.ts";
import {
  isFullConsoleImport,
  listImports,
  readImport,
  type ImportRecord,
  type ConsoleImportResult,
} from "../../import-rows.ts";
import { buildCaseSql, buildIsMissingRecordSql, ORDERED_JOIN } from "../../../store/sql/forms.ts";
import type { Reader, Writer } from "../../../store/store.ts";
import { readMirroredAt, writeMirroredAt } from "../../../records/tenant-rows.ts";
import type { Database } from "../../../store/sqlite/database.ts";
import { createTargetIndex, buildIsBlankCellSql, isStaged, keyOf, recordColumn } from "../expressions.ts";
import { buildIsInKindScopeSql, type PlanDefinition } from "../stored-kind.ts";
import { buildMayBeBlankSql } from "./local-fields.ts";
import { observeExport } from "./observation.ts";
import {
  AMBIGUOUS_TABLE,
  DELETED_HERE_TABLE,
  IS_CONTRADICTED_BY_ABSENCE_SQL,
  IS_MISSING_IN_EXPORT_SQL,
  getKindParam,
  MERGED_TABLE,
  getMergedVersions,
  prefersConsole,
} from "./tables.ts";

// An export that is used to verify a task. The export may show more, but only the records and fields of the task are
// observed.

/** The table of the records of a task: `pk`, and the `mask` of the fields that belong to the task. */
const TASK_MASK_TABLE = "s.of_task";

/** The table of a task's deletions that an export does not prove, because it also lacks other records: `pk`. */
const UNPROVED_DELETION_TABLE = "s.unproved";

/** The table of a task's references for which a blank cell may refer to the expected record: `pk` and `column`. */
const BLANK_REFERENCE_TABLE = "s.blank_reference";

interface TaskObservation {
  /** counts of the records that the export lacks, if a deletion is therefore not proved */
  readonly lacking?: MissingRecordCounts | undefined;
  /** parts of the task that the export cannot show, in addition to the columns that it lacks */
  readonly unseen: readonly Pick<DriftPart, "columns" | "which">[];
}

const countLackingRecords = (
  database: Database,
  { kind }: PlanDefinition,
  versions: VersionSchema,
): MissingRecordCounts => {
  createTargetIndex(database);
  const isAmbiguous = `exists (select 1 from ${AMBIGUOUS_TABLE} a where a.pk = t.pk)`;
  const row = database.get(
    `select count(*) as of, count(*) filter (where ${buildIsMissingRecordSql("t.pk")} and not ${isAmbiguous}) as records
     from ${kind.thing.name} t where ${kind.inScope} and t.pk is distinct from :usual
       and not exists (select 1 from main.${getObservedTable(versions)} o where o.pk = t.pk)`,
    { kind: kind.name, usual: kind.table.usual ?? null },
  );
  return { records: Number(row?.["records"]), of: Number(row?.["of"]) };
};

/**
 * Finds a task's deletions that an export does not prove. @returns counts of the export's missing records; undefined if
 * all deletions are proved
 */
const findUnprovedDeletions = (
  database: Database,
  plan: PlanDefinition,
  { versions, revision }: { readonly versions: VersionSchema; readonly revision: number },
): MissingRecordCounts | undefined => {
  const { thing } = plan.kind;
  database.exec(`drop table if exists ${UNPROVED_DELETION_TABLE}`);
  database.exec(`create table ${UNPROVED_DELETION_TABLE} (pk integer primary key)`);
  const isShown = [DELETED_HERE_TABLE, AMBIGUOUS_TABLE].map(
    (table) => `exists (select 1 from ${table} x where x.pk = d.pk)`,
  );
  const isOfKind = `d.pk in (select o.pk from main.${getObservedTable(versions)} o where ${buildIsInKindScopeSql(thing, "o")})`;
  database.run(
    `insert into ${UNPROVED_DELETION_TABLE} select d.pk from (${buildChangeDriftSql(versions)}) d
     where d.action = 'delete' and d.mask & ~d.confirmed <> 0 and not (${isShown.join(" or ")}) and ${isOfKind}`,
    { revision, ...getKindParam(plan, isOfKind) },
  );
  if (database.get(`select 1 from ${UNPROVED_DELETION_TABLE}`) === undefined) return undefined;
  const lacking = countLackingRecords(database, plan, versions);
  if (lacking.records > 0) return lacking;
  database.exec(`delete from ${UNPROVED_DELETION_TABLE}`);
  return undefined;
};

/**
 * Finds a task's references that count as done even if their cell is blank, because the referenced record may lack a
 * key in the console.
 */
const findBlankReferences = (
  database: Database,
  plan: PlanDefinition,
  versions: VersionSchema,
): TaskObservation["unseen"] => {
  const { references, thing, table } = plan.kind;
  database.exec(`drop table if exists ${BLANK_REFERENCE_TABLE}`);
  database.exec(`create table ${BLANK_REFERENCE_TABLE} (pk integer not null, "column" text not null)`);
  const staged = table.planner === undefined ? references.filter(({ field }) => isStaged(plan, field)) : [];
  return staged.flatMap((reference) => {
    const { field } = reference;
    if (field.merge !== "reference") return [];
    database.run(
      `insert into ${BLANK_REFERENCE_TABLE} select e.pk, :column from ${TASK_MASK_TABLE} e ${ORDERED_JOIN} ${MERGED_TABLE} x on x.pk = e.pk
         ${ORDERED_JOIN} s.row r on r.row = x.row ${ORDERED_JOIN} ${thing.name} t on t.pk = e.pk
       where e.mask & ${getColumnBit(versions, field.stored)} <> 0 and ${buildIsBlankCellSql(plan, field)} and ${buildMayBeBlankSql(reference, recordColumn(field.stored))}`,
      { column: field.stored },
    );
    return [
      {
        columns: [field.stored],
        which: `d.pk in (select pk from ${BLANK_REFERENCE_TABLE} where "column" = '${field.stored}')`,
      },
    ];
  });
};

/**
 * Stores what a compared export shows about the records of a task.
 *
 * @param revision revision of the change that the task belongs to
 * @param own revision of the change that stores the observation
 */
export const observeTask = (
  database: Database,
  plan: PlanDefinition,
  revision: number,
  own: number,
): TaskObservation => {
  const versions = getMergedVersions(plan);
  if (versions === undefined) return { unseen: [] };
  database.exec(`drop table if exists ${TASK_MASK_TABLE}`);
  database.exec(`create table ${TASK_MASK_TABLE} (pk integer primary key, mask integer not null)`);
  const mask = buildCaseSql("d.action = 'update'", "d.mask", ALL_COLUMNS_MASK);
  database.run(
    `insert into ${TASK_MASK_TABLE} select d.pk, max(${mask}) from (${buildChangeDriftSql(versions)}) d where d.mask <> 0 group by d.pk`,
    { revision },
  );
  for (const table of [MERGED_TABLE, DELETED_HERE_TABLE])
    database.exec(`delete from ${table} as m where not exists (select 1 from ${TASK_MASK_TABLE} e where e.pk = m.pk)`);
  const custom = buildCustomFieldsBitSql(versions);
  // for a new record, the whole row is kept, because any row shows that the console has the record
  database.exec(
    `update ${MERGED_TABLE} as m set shown = m.shown & (e.mask | ${PRESENCE_BIT}), contradicted = m.contradicted & e.mask,
       ${["keys", "entries"].map((name) => `${name} = ${buildCaseSql(`e.mask & ${custom} <> 0`, `m.${name}`, "null")}`).join(", ")}
     from ${TASK_MASK_TABLE} e where e.pk = m.pk and not m.isNew`,
  );
  const named = (of: VersionSchema): string =>
    `o.pk in (select d.pk from (${buildThingDriftSql(of, "true")}) d where d.revision = ${revision} and d.mask <> 0)`;
  const lacking = findUnprovedDeletions(database, plan, { versions, revision });
  const isProved = lacking === undefined ? `o.pk in (select pk from ${TASK_MASK_TABLE})` : "false";
  observeExport(database, plan, own, { deletions: isProved, named });
  const deletions = { columns: ["id"], which: `d.pk in (select pk from ${UNPROVED_DELETION_TABLE})` };
  return { lacking, unseen: [...findBlankReferences(database, plan, versions), ...(lacking ? [deletions] : [])] };
};

/** SQL: open tasks that create or delete records or change keys: `pk`, `number`.  @param records SQL: record numbers */
export const buildKeyTasksSql = (plan: PlanDefinition, versions: VersionSchema, records: string): string => {
  // an organisation without a code is identified by its name and place
  const key = plan.kind.table.planner === undefined ? getColumnBit(versions, keyOf(plan).field) : ALL_COLUMNS_MASK;
  return `select d.pk, c.number from (${buildThingDriftSql(versions, `o.pk in (${records})`)}) d ${ORDERED_JOIN} main.change c on c.revision = d.revision
    where d.mask & ~d.confirmed & (${key} | ${PRESENCE_BIT}) <> 0`;
};

export const listUnshownColumns = (plan: PlanDefinition): readonly string[] => {
  const versions = getMergedVersions(plan);
  if (versions === undefined) return [];
  const shown = new Set(
    plan.kind.fields.filter((field) => isStaged(plan, field)).map((field) => getColumnBit(versions, field.stored)),
  );
  return versions.columns.filter(({ leads, bit }) => leads && !shown.has(bit)).map(({ name }) => name);
};

export interface TasksBeforeConsoleImport extends OpenTasks {
  readonly mirroredBefore: string | null;
  /** numbers of the tasks for which at least one local change is discarded */
  readonly givenUp: ReadonlySet<number>;
}

const findGivenUpTasks = (database: Database, plan: PlanDefinition, versions: VersionSchema): ReadonlySet<number> => {
  if (!prefersConsole(plan)) return new Set();
  const { thing, inScope } = plan.kind;
  const isGone =
    plan.request.mode === "replace"
      ? `o.pk in (select t.pk from main.${thing.name} t where t.pk = o.pk and ${inScope}) and ${IS_CONTRADICTED_BY_ABSENCE_SQL} and ${IS_MISSING_IN_EXPORT_SQL}`
      : "false";
  const drift = buildThingDriftSql(
    versions,
    `(o.pk in (select x.pk from ${MERGED_TABLE} x where x.givenUp <> 0) or ${isGone})`,
  );
  const rows = database.all(
    `select distinct c.number from (${drift}) d ${ORDERED_JOIN} main.change c on c.revision = d.revision left join ${MERGED_TABLE} x on x.pk = d.pk
     where d.mask & ~d.confirmed <> 0 and (x.pk is null or d.action <> 'update' or d.mask & x.givenUp <> 0)`,
    getKindParam(plan, drift),
  );
  return new Set(rows.map(({ number }) => Number(number)));
};

export const readTasksBeforeConsoleImport = async (
  reader: Reader,
  database: Database,
  plan: PlanDefinition,
): Promise<TasksBeforeConsoleImport> => {
  const versions = getMergedVersions(plan);
  return {
    ...(await readOpenTasks(reader)),
    mirroredBefore: await readMirroredAt(reader),
    givenUp: versions === undefined ? new Set() : findGivenUpTasks(database, plan, versions),
  };
};

/** Returns the tasks whose state changed because a console export was imported.  @param change number of the import */
export const readConsoleImportResult = async (
  reader: Reader,
  { mirroredBefore, open: before, givenUp }: TasksBeforeConsoleImport,
  { kind, change }: { readonly kind: PlanDefinition["kind"]; readonly change: number },
): Promise<ConsoleImportResult> => {
  const { open, contradicted } = await readOpenTasks(reader, kind.thing.name);
  const closed = [...before.keys()].filter((number) => !open.has(number));
  return {
    mirroredBefore,
    closed: closed.filter((number) => !givenUp.has(number)),
    givenUp: closed.filter((number) => givenUp.has(number)),
    advanced: [...before].flatMap(([number, records]) => ((open.get(number) ?? records) < records ? [number] : [])),
    // if a console value is not possible in the tenant, but the record was not changed locally, the value becomes a
    // task of the import itself
    contradicted: [...contradicted].filter((number) => before.has(number) || number === change),
    reopened: [...open.keys()].filter((number) => !before.has(number) && number !== change),
    open: open.size,
  };
};

/**
 * Sets the age of the mirror after the import of a console export was undone, or after such an undo was undone. These
 * imports can be undone in any order.
 */
export const restoreMirrorAge = async (writer: Writer, undone: ImportRecord): Promise<void> => {
  let taken = undone;
  while (taken.detail.reverts !== null) taken = await readImport(writer, taken.detail.reverts);
  const { detail } = await readImport(writer, taken.id);
  const { settled, committedAt, revertedBy } = detail;
  if (settled === undefined) return;
  const mirrored = await readMirroredAt(writer);
  const stands = revertedBy === null;
  if (stands && (mirrored === null || (isFullConsoleImport(taken) && mirrored < (committedAt ?? ""))))
    await writeMirroredAt(writer, committedAt);
  if (stands || mirrored !== committedAt) return;
  const others = (await listImports(writer)).filter((one) => one.detail.settled && one.detail.revertedBy !== null);
  let before = settled.mirroredBefore;
  for (const one of others) if (one.detail.committedAt === before) before = one.detail.settled?.mirroredBefore ?? null;
  await writeMirroredAt(writer, before);
};
