import type { StagedFile } from "../../../../../imports/plan.ts";
import { nameKey } from "../../../../../model/normalise.ts";
import { closeTask, closeTasksOf, doubtTask, insertTask, isMirror, listTasks, type Closing } from "../../../console.ts";
import { readImport, type ImportRecord } from "../../../imports/record.ts";
import type { Writer } from "../../../store.ts";
import type { Verified } from "../../../imports/engine.ts";
import { wasTable } from "../stored-kind.ts";
import { kindNamed } from "../tables.ts";

/** An import that was just committed. */
interface Done {
  readonly record: ImportRecord;
  readonly at: string;
  readonly actor: string;
  readonly verified?: Verified | undefined;
}

/**
 * Notes what a commit means for the console: an upload that was verified is done; the console's own export shows what was
 * done there; anything else that changes a mirror has to be done in the console too.
 */
export const noteForConsole = async (writer: Writer, { record, at, actor, verified }: Done): Promise<void> => {
  const { pk, kind, state, detail } = record;
  const { counts, request } = detail;
  if (state === "awaiting-console") {
    const closing = { state: verified?.state === "accepted" ? "confirmed" : "shown", at, actor } as const;
    return closeTasksOf(writer, pk, closing);
  }
  if (request?.fromConsole === true) return settleTasks(writer, record, { state: "shown", at, actor });
  const changes = (counts?.create ?? 0) + (counts?.update ?? 0) + (counts?.delete ?? 0) + (counts?.secretsSet ?? 0);
  if (changes === 0 || !(await isMirror(writer))) return;
  await insertTask(writer, { work: "repeat", kind, import: pk, name: null, at, actor });
};

/** Notes that an undoing changed a mirror; whether the console had the changes is not known. */
export const noteUndo = async (writer: Writer, { record, at, actor }: Done, original: ImportRecord): Promise<void> => {
  // an export that is taken back asks nothing of the console
  if (original.detail.request?.fromConsole === true || !(await isMirror(writer))) return;
  await closeTasksOf(writer, original.pk, { state: "dropped", at, actor });
  await insertTask(writer, { work: "undo", kind: record.kind, import: record.pk, name: null, at, actor });
};

/**
 * Closes the tasks that the console's export shows to be done: it has every column they changed, and agreed with the
 * mirror about their records. Where it did not, the mirror has the console's values by now, so that a later export that
 * agrees proves nothing.
 */
async function settleTasks(writer: Writer, record: ImportRecord, closing: Closing): Promise<void> {
  const { staged: file } = record.detail;
  for (const task of await listTasks(writer, "open")) {
    if (task.kind !== record.kind || task.work === "upload" || task.doubtedAt !== null) continue;
    if (task.work === "add-field" && isSeen(file, `${CUSTOM}${task.name ?? ""}`))
      await closeTask(writer, task.number, closing);
    if (task.importId === null) continue;
    const done = await readImport(writer, task.importId);
    const undone = done.detail.reverts === null ? undefined : await readImport(writer, done.detail.reverts);
    const { counts } = undone?.detail ?? done.detail;
    const deleted = done.detail.counts?.delete ?? 0;
    const isDoubted =
      (deleted > 0 && (record.detail.counts?.create ?? 0) > 0) || (await touchesSame(writer, record, done, undone));
    if (isDoubted) {
      await doubtTask(writer, task.number, closing.at);
      continue;
    }
    if (await isWrittenSince(writer, { record, done, undone })) {
      await closeTask(writer, task.number, { ...closing, state: "dropped" });
      continue;
    }
    // no export shows secrets, nor that nobody needs a group or an organisation any more
    if ((counts?.secretsSet ?? 0) > 0) continue;
    if (undone !== undefined && (counts?.groupsCreated ?? 0) + (counts?.orgsCreated ?? 0) > 0) continue;
    const fields = [...(counts?.columns ?? []).map(({ field }) => field), ...createdFields(done)];
    if (fields.every((field) => isSeen(file, field))) await closeTask(writer, task.number, closing);
  }
}

/** The fields of the records that an import made; those that an undoing brought back have all that they had. */
const createdFields = ({ kind, detail: { counts, staged, reverts } }: ImportRecord): readonly string[] => {
  if ((counts?.create ?? 0) === 0) return [];
  if (reverts === null) return staged?.staged ?? [];
  return kindNamed(kind).format.columns.flatMap(({ field, secret }) => (secret === true ? [] : [field]));
};

const CUSTOM = "custom:";

/** Whether an export has a field; custom fields are told by their names. */
const isSeen = (file: StagedFile | null, field: string): boolean => {
  if (file === null) return false;
  if (!field.startsWith(CUSTOM)) return file.staged.includes(field);
  const key = nameKey(field.slice(CUSTOM.length));
  return file.header.some((header) => nameKey(header) === key);
};

/** SQL: of a record `w` that an import kept, that another one, or what that one undid, had written it. */
const isOf = (was: string): string =>
  `(exists (select 1 from ${was} k where k.import in (:done, :undone) and k.pk = w.pk)
    or w.pk > :madeAfter and w.pk <= :madeUpTo)`;

const ofParams = ({ pk, madeAfter, madeUpTo }: ImportRecord, undone: ImportRecord | undefined) => ({
  done: pk,
  undone: undone?.pk ?? pk,
  madeAfter: madeAfter ?? 0,
  madeUpTo: madeUpTo ?? 0,
});

/** Whether an import wrote a record that another one, or what that one undid, had written. */
const touchesSame = async (
  writer: Writer,
  { pk, kind }: ImportRecord,
  done: ImportRecord,
  undone: ImportRecord | undefined,
): Promise<boolean> => {
  const was = wasTable(kindNamed(kind));
  const sql = `select count(*) from (select 1 from ${was} w where w.import = :pk and ${isOf(was)} limit 1)`;
  return (await writer.count(sql, { pk, ...ofParams(done, undone) })) > 0;
};

/** Whether another import wrote one of its records after it: what the console has by now is not what it asked for. */
const isWrittenSince = async (
  writer: Writer,
  { record, done, undone }: { record: ImportRecord; done: ImportRecord; undone: ImportRecord | undefined },
): Promise<boolean> => {
  const was = wasTable(kindNamed(record.kind));
  const sql = `select count(*) from (select 1 from ${was} w where w.import in
    (select pk from import where revision > :revision and pk <> :pk) and ${isOf(was)} limit 1)`;
  const which = { revision: done.revision ?? 0, pk: record.pk, ...ofParams(done, undone) };
  return (await writer.count(sql, which)) > 0;
};
