import type { Database } from "../../../store/sqlite/database.ts";
import { nextChange } from "../../../audit/audit-rows.ts";
import type { Reader, Scope, Writer } from "../../../store/store.ts";
import { viewOf } from "../../../store/scope.ts";
import { hold, see } from "../../../store/sqlite/scope.ts";
import { blockedPlaces, countBlocked, undoEtag, type BlockedPlace } from "../undo/blocked.ts";
import { prepareUndo } from "../undo/plan.ts";
import { observeWritten, reopen, restoreObserved } from "../undo/confirmation.ts";
import { droppedRecords, settleDropped, stageDrop } from "../undo/drop.ts";
import { noteLeftOutOfUndo } from "../undo/lines.ts";
import { stagedCollections } from "../undo/staged.ts";
import { writeUndo } from "../undo/write.ts";
import { advance } from "../compare.ts";
import { defineFunctions } from "../functions.ts";
import { changeImport, readImport, type ImportRecord } from "../../import-rows.ts";
import { blockedOtherwise, undoneAlready, withoutPlan } from "../../refusals.ts";
import type { UndoneChange } from "../../engine.ts";
import { readChange, undoneChange, type StoredChange } from "../../../audit/change-number.ts";
import { restoreAge } from "../merge/tasks.ts";
import { isMirror } from "../../../records/tenant-rows.ts";
import { SETTLING } from "../../../versions/keep.ts";
import { auditImport, committedDetail } from "./audit.ts";
import type { Task } from "./messages.ts";
import { kindNamed } from "../tables.ts";

/** The change that a plan undoes; undefined if it drops tasks. */
const undoneBy = async (reader: Reader, { detail: { undoes } }: ImportRecord): Promise<StoredChange | undefined> =>
  undoes === undefined ? undefined : readChange(reader, undoes);

/** What is dropped that somebody sees who sees a part of the tenant. */
const droppedInSight = (database: Database, options: UndoneChange, scope: Scope): UndoneChange["inSight"] => {
  const seeing = database.reader();
  try {
    defineFunctions(seeing, () => database.isInterrupted());
    const view = viewOf(scope);
    see(seeing, view);
    hold(seeing, view);
    stageDrop(seeing, options);
    return droppedRecords(seeing);
  } finally {
    seeing.close();
  }
};

/** What stands in the way of an undo for who sees a part of the tenant: found on a connection of its own, which sees that. */
const blockedInSight = (database: Database, options: UndoneChange, scope: Scope): readonly BlockedPlace[] => {
  const seeing = database.reader();
  try {
    defineFunctions(seeing, () => database.isInterrupted());
    const view = viewOf(scope);
    see(seeing, view);
    hold(seeing, view);
    prepareUndo(seeing, options);
    return blockedPlaces(seeing);
  } finally {
    seeing.close();
  }
};

/** Records that an import was undone: what it undid, if it is an undo, stands again, and what that undid is undone again. */
const noteReverted = async (writer: Writer, original: ImportRecord, by: string): Promise<void> => {
  await changeImport(writer, original, { detail: { revertedBy: by } });
  let [undo, stands] = [original, false];
  while (undo.detail.reverts !== null) {
    const next = await readImport(writer, undo.detail.reverts);
    const { revertedBy } = next.detail;
    const now = stands ? (revertedBy ?? undo.id) : revertedBy === undo.id ? null : revertedBy;
    await changeImport(writer, next, { detail: { revertedBy: now } });
    [undo, stands] = [next, !stands];
  }
};

/** How an undo is applied. */
interface Applying extends Pick<Extract<Task, { type: "undo" }>, "moment" | "scope" | "written"> {
  /** reads what is dropped, if no change is undone */
  readonly readDropped: () => Promise<UndoneChange>;
}

/** Undoes a change and writes the audit record; inside the caller's transaction. @throws Failure `conflict` */
export const undoAndRecord = async (
  database: Database,
  writer: Writer,
  record: ImportRecord,
  { moment, scope, written, readDropped }: Applying,
): Promise<void> => {
  const { now, actor } = moment;
  const { skipBlocked = false, reverts } = record.detail;
  const undone = await undoneBy(writer, record);
  if (undone !== undefined && undone.undoneBy !== null)
    throw await undoneAlready(writer, undone.number, undone.undoneBy);
  if (record.state !== "planned") throw withoutPlan(record);
  const asked = undone === undefined ? await readDropped() : undoneChange(undone, skipBlocked);
  const options = {
    ...asked,
    ...(asked.dropped !== undefined && scope && { inSight: droppedInSight(database, asked, scope) }),
  };
  prepareUndo(database, options, scope && blockedInSight(database, options, scope));
  if (undoEtag(database, options) !== record.etag || (!skipBlocked && countBlocked(database) > 0))
    throw blockedOtherwise(record);
  const staged = stagedCollections(database);
  // as an import that changed no record does
  const collections = staged.length === 0 ? [kindNamed(record.kind).collection] : staged;
  await writer.lock(collections);
  const revision = advance(database, collections);
  const change = await nextChange(writer);
  if (written?.fields !== undefined)
    noteLeftOutOfUndo(database, kindNamed(record.kind), { fields: written.fields, revision });
  writeUndo(database, revision);
  await changeImport(writer, record, {
    state: "committed",
    revision,
    change,
    detail: committedDetail(now, actor, written?.file),
  });
  const original = reverts === null ? undefined : await readImport(writer, reverts);
  if (original !== undefined) await noteReverted(writer, original, record.id);
  for (const sql of SETTLING) database.run(sql, { revision });
  reopen(database, options);
  if (undone === undefined) settleDropped(database);
  else if (record.detail.mirrorOnly === true) {
    restoreObserved(database, { undone: undone.revision, revision });
  } else if (await isMirror(writer)) observeWritten(database, revision);
  if (original !== undefined) await restoreAge(writer, original);
  await auditImport(database, writer, record, { change, moment, revision, written });
};
