import { buildThingDriftSql } from "../../../console/drift.ts";
import { readOpenTasks, type OpenTasks } from "../../../console/tasks.ts";
import { PRESENCE_BIT } from "../../../console/observed.ts";
import { ALL_COLUMNS_MASK, getColumnBit, type VersionSchema } from "../../../versions/tables.ts";
import {
  isFullConsoleImport,
  listImports,
  readImport,
  type ImportRecord,
  type ConsoleImportResult,
} from "../../import-rows.ts";
import { ORDERED_JOIN } from "../../../store/sql/forms.ts";
import type { Reader, Writer } from "../../../store/store.ts";
import { readMirroredAt, writeMirroredAt } from "../../../records/tenant-rows.ts";
import type { Database } from "../../../store/sqlite/database.ts";
import { keyOf } from "../expressions.ts";
import { type PlanDefinition } from "../stored-kind.ts";
import {
  IS_CONTRADICTED_BY_ABSENCE_SQL,
  IS_MISSING_IN_EXPORT_SQL,
  getKindParam,
  MERGED_TABLE,
  getMergedVersions,
  prefersConsole,
} from "./tables.ts";

/** SQL: open tasks that create or delete records or change keys: `pk`, `number`.  @param records SQL: record numbers */
export const buildKeyTasksSql = (plan: PlanDefinition, versions: VersionSchema, records: string): string => {
  // an organisation without a code is identified by its name and place
  const key = plan.kind.table.planner === undefined ? getColumnBit(versions, keyOf(plan).field) : ALL_COLUMNS_MASK;
  return `select d.pk, c.number from (${buildThingDriftSql(versions, `o.pk in (${records})`)}) d ${ORDERED_JOIN} main.change c on c.revision = d.revision
    where d.mask & ~d.confirmed & (${key} | ${PRESENCE_BIT}) <> 0`;
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
