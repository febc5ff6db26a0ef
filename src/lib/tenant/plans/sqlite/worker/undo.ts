import type { Database } from "../../../store/sqlite/database.ts";
import { getNextChangeNumber } from "../../../audit/audit-rows.ts";
import type { Scope, Writer } from "../../../store/store.ts";
import { countBlockedRecords, buildUndoEtag } from "../undo/blocked.ts";
import { prepareUndo } from "../undo/plan.ts";
import { settleDrop } from "../undo/drop.ts";
import { createPlanScope } from "../../../store/scope.ts";
import { listStagedCollections, readStagedKeys } from "../undo/staged.ts";
import { writeUndo } from "../undo/write.ts";
import { advanceRevision } from "../compare.ts";
import { registerSqlFunctions } from "../functions.ts";
import { updateImport, type ImportRecord } from "../../import-rows.ts";
import { createAlreadyUndoneFailure, createNotOpenFailure, createTenantChangedFailure } from "../../import-failures.ts";
import type { UndoneChange } from "../../engine.ts";
import { readStagedChange } from "../../staged-change.ts";
import { findImportOfChange, readChange } from "../../../audit/change-number.ts";
import { isMirror, restoreMirrorAge } from "../../../records/tenant-rows.ts";
import { OBSERVE_CREATED_STATEMENTS, OBSERVE_STATEMENTS } from "../../../console/observed.ts";
import { SETTLE_STATEMENTS } from "../../../versions/keep.ts";
import { auditImport } from "./audit.ts";
import { limitToScope } from "./limit-scope.ts";
import type { ChangeJob } from "./tasks.ts";
import { getStoredKind } from "../tables.ts";

const readInSight = (database: Database, asked: UndoneChange, scope: Scope) => {
  const seeing = database.reader();
  try {
    registerSqlFunctions(seeing, () => database.isInterrupted());
    limitToScope(seeing, scope);
    prepareUndo(seeing, asked);
    return readStagedKeys(seeing);
  } finally {
    seeing.close();
  }
};

const getDeletionScope = ({ request: { scope } }: NonNullable<UndoneChange["deleted"]>): Scope | undefined =>
  scope && createPlanScope(scope);

/** Undoes a change and writes the audit record. Must run in the caller's transaction. @throws Failure `conflict` */
export const undoAndRecord = async (
  database: Database,
  writer: Writer,
  record: ImportRecord,
  { moment, scope }: ChangeJob,
): Promise<void> => {
  const { now, actor } = moment;
  const { undoes, skipBlocked = false } = record.detail;
  const undone = undoes === undefined ? undefined : await readChange(writer, undoes);
  if (undone !== undefined && undone.undoneBy !== null)
    throw createAlreadyUndoneFailure(undone.number, undone.undoneBy);
  if (record.state !== "planned") throw createNotOpenFailure(record);
  const asked = await readStagedChange(writer, record);
  const within = asked.deleted === undefined ? scope : getDeletionScope(asked.deleted);
  const inSight = within && readInSight(database, asked, within);
  const options = { ...asked, ...(asked.dropped !== undefined && { inSight }) };
  prepareUndo(database, options);
  if (buildUndoEtag(database, options) !== record.etag || (!skipBlocked && countBlockedRecords(database) > 0))
    throw createTenantChangedFailure();
  const staged = listStagedCollections(database);
  // an undo that does not change a record still advances the collection of its kind, as an import without changes does
  const collections = staged.length === 0 ? [getStoredKind(record.kind).collection] : staged;
  await writer.lock(collections);
  const revision = advanceRevision(database, collections);
  const change = await getNextChangeNumber(writer);
  writeUndo(database, revision);
  await updateImport(writer, record, {
    state: "committed",
    revision,
    change,
    detail: { committedAt: now, actor, ids: undefined },
  });
  for (const sql of SETTLE_STATEMENTS) database.run(sql, { revision });
  const original = undone && (await findImportOfChange(writer, undone));
  // what an export wrote was the console's, and so is what was there before
  const observing = original?.detail.request?.fromConsole === true ? OBSERVE_CREATED_STATEMENTS : OBSERVE_STATEMENTS;
  if (await isMirror(writer)) for (const sql of observing) database.run(sql, { revision });
  if (asked.dropped !== undefined) settleDrop(database);
  await auditImport(database, writer, record, { change, moment, revision });
  if (original?.detail.request?.fromConsole ?? original !== undefined) await restoreMirrorAge(writer);
};
