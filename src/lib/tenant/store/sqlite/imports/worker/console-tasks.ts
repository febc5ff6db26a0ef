import type { ConsoleTask } from "../../../../../contract/index.ts";
import type { PlanCounts } from "../../../../../imports/plan.ts";
import type { ConsoleChange } from "../../../../../model/console-task.ts";
import { nameKey } from "../../../../../model/normalise.ts";
import {
  closeTask,
  closeTasksOf,
  closeTasksOfChange,
  doubtTask,
  insertHandTask,
  openHandTask,
  insertTask,
  listTasks,
  openAgain,
  readTask,
} from "../../../console.ts";
import {
  changeImport,
  listImports,
  readImport,
  type ImportRecord,
  type ReopenedTask,
} from "../../../imports/record.ts";
import type { Writer } from "../../../store.ts";
import type { Verified } from "../../../imports/engine.ts";
import type { StoredChange } from "../../../change-number.ts";
import { hasTouchedConfirmed, isOvertaken, readDrift } from "../../../../console/drift.ts";
import { readPart } from "../../../../console/tasks.ts";
import { isMirror, readMirrored, setMirrored } from "../../../tenant.ts";

/** An import that was just committed. */
interface Done {
  readonly record: ImportRecord;
  readonly at: string;
  readonly actor: string;
  /** of the commit */
  readonly revision: number;
  readonly verified?: Verified | undefined;
}

/**
 * Notes what a commit means for the console: an upload that was verified is done; the console's own export shows what was
 * done there; anything else that changes a mirror has to be done in the console too.
 */
export const noteForConsole = async (writer: Writer, done: Done): Promise<void> => {
  const { record, at, actor, verified } = done;
  const { pk, kind, state, detail } = record;
  const { counts, request } = detail;
  if ((counts?.released ?? 0) > 0 && (await isMirror(writer))) await noteReleased(writer, done);
  if (state === "awaiting-console") {
    const closing = { state: verified?.state === "accepted" ? "confirmed" : "shown", at, actor } as const;
    return closeTasksOf(writer, pk, closing);
  }
  if (request?.fromConsole === true) return settleTasks(writer, done);
  if (!hasChanged(counts) || !(await isMirror(writer))) return;
  const work = request?.mode === "delete" ? "delete" : "repeat";
  await insertTask(writer, { work, kind, import: pk, name: null, at, actor });
};

/** Whether an import changed anything, if only a secret, or records of another thing. */
const hasChanged = (counts: PlanCounts | null): boolean =>
  counts !== null &&
  (counts.beside !== undefined ||
    [counts.create, counts.update, counts.delete, counts.secretsSet].some((count) => count > 0));

/** What an undo undoes: a change, and the import that made it, if one did. */
interface UndoneBy {
  readonly change: StoredChange;
  readonly original: ImportRecord | undefined;
}

/** Notes that an undo changed a mirror; whether the console had the changes is not known. */
export const noteUndo = async (writer: Writer, done: Done, { change, original }: UndoneBy): Promise<void> => {
  const { record, at, actor } = done;
  const isExport = original?.detail.request?.fromConsole === true;
  if (isExport) await unsettle(writer, original);
  const { counts, mirrorOnly } = record.detail;
  const isHere = isExport && (mirrorOnly === true || !hasChanged(counts));
  // an undo of the mirror alone asked nothing of the console: neither does its own undo
  if (isHere || original?.detail.mirrorOnly === true || !(await isMirror(writer))) return;
  const closing = { state: "dropped", at, actor } as const;
  // what is undone in part is still to be done, and then undone in part
  if ((counts?.blocked?.count ?? 0) === 0) {
    if (original === undefined) await closeTasksOfChange(writer, change.number, closing);
    else await closeTasksOf(writer, original.pk, closing);
  }
  if ((original?.detail.counts?.released ?? 0) > 0 && original !== undefined)
    await noteOwnersBack(writer, done, original);
  await insertTask(writer, { work: "undo", kind: record.kind, import: record.pk, name: null, at, actor });
};

/** A device that lost its owner by an import, and who that was, as they were before it. */
interface ReleasedDevice {
  readonly pk: number;
  readonly id: string;
  readonly serialNumber: string;
  readonly field: "owner" | "ownerOrg";
  readonly owner: { readonly id: string; readonly called: string };
}

const RELEASED = `select d.pk, d.id, d.serialNumber, u.id as userId, u.name || ' <' || (u.emails ->> 0) || '>' as user,
    o.id as orgId, coalesce(o.name || ' (' || o.code || ')', o.name) as org
  from device_version v join device d on d.pk = v.pk
    left join user_version u on u.revision = v.revision and u.pk = v.owner and u.action = 'delete'
    left join org_version o on o.revision = v.revision and o.pk = v.ownerOrg and o.action = 'delete'
  where v.revision = :revision order by v.pk`;

/** @param revision of the import */
const releasedBy = async (writer: Writer, revision: number): Promise<readonly ReleasedDevice[]> =>
  (await writer.all(RELEASED, { revision })).map((row) => ({
    pk: Number(row["pk"]),
    id: String(row["id"]),
    serialNumber: String(row["serialNumber"]),
    field: row["userId"] === null ? "ownerOrg" : "owner",
    owner: { id: String(row["userId"] ?? row["orgId"]), called: String(row["user"] ?? row["org"]) },
  }));

/** Opens a task for a device whose owner changes in the console as it did here. */
const askOwner = async (
  writer: Writer,
  { pk, id, serialNumber }: ReleasedDevice,
  change: ConsoleChange,
  { at, actor, revision }: Done,
): Promise<void> => {
  const object = { id, called: serialNumber, target: pk, thing: null };
  const task = { work: "edit", kind: "devices", object, changes: [change], revision, at, actor } as const;
  await insertHandTask(writer, task);
};

/** Opens a task for each device that lost its owner. */
const noteReleased = async (writer: Writer, done: Done): Promise<void> => {
  for (const device of await releasedBy(writer, done.revision)) {
    const { field, owner } = device;
    const change = { field, before: owner.called, after: null, ids: { before: owner.id, after: null } };
    await askOwner(writer, device, change, done);
  }
};

/** Drops the tasks of devices that get their owner back; a device whose task was done gets another one. */
const noteOwnersBack = async (writer: Writer, done: Done, original: ImportRecord): Promise<void> => {
  const { revision, at, actor } = done;
  const written = await writer.all("select pk from device_version where revision = :revision", { revision });
  const restored = new Set(written.map(({ pk }) => Number(pk)));
  for (const device of await releasedBy(writer, original.revision ?? 0)) {
    if (!restored.has(device.pk)) continue;
    const { field, owner } = device;
    const open = await openHandTask(writer, "devices", { thing: null, target: device.pk });
    const [change, ...others] = open?.changes ?? [];
    const isOurs = others.length === 0 && change?.field === field && change.ids?.before === owner.id;
    if (open !== undefined && isOurs) await closeTask(writer, open.number, { state: "dropped", at, actor });
    else {
      const back = { field, before: null, after: owner.called, ids: { before: null, after: owner.id } };
      await askOwner(writer, device, back, done);
    }
  }
};

/**
 * Closes the tasks of which an export of the console leaves no drift, marks those that it contradicts, and opens those again
 * that somebody had confirmed and that it does not have.
 */
async function settleTasks(writer: Writer, { record, at, actor, revision }: Done): Promise<void> {
  const settled: { closed: number[]; doubted: number[]; reopened: ReopenedTask[] } = {
    closed: [],
    doubted: [],
    reopened: [],
  };
  const confirmed = (await hasTouchedConfirmed(writer, revision)) ? await listTasks(writer, "confirmed") : [];
  for (const task of [...(await listTasks(writer, "open")), ...confirmed]) {
    const { number, kind, state } = task;
    if (kind !== record.kind || task.work === "upload") continue;
    const part = await readPart(writer, task);
    const isShown = part === undefined && (await isFieldShown(writer, record, task));
    const drift =
      part === undefined ? (isShown ? "done" : undefined) : await readDrift(writer, part, state === "confirmed");
    if (state === "open") {
      if ((drift === "contradicted") !== (task.doubtedAt !== null))
        await doubtTask(writer, number, drift === "contradicted" ? at : null);
      if (drift === "contradicted") settled.doubted.push(number);
      if (drift !== "done") continue;
      const isReplaced = task.gone || (part !== undefined && (await isOvertaken(writer, part)));
      await closeTask(writer, number, { state: isReplaced ? "dropped" : "shown", at, actor });
      settled.closed.push(number);
    } else if (drift === "open" || drift === "contradicted") {
      await openAgain(writer, number, at);
      settled.reopened.push({ number, closedAt: task.closedAt, closedBy: task.closedBy });
    }
  }
  const detail = { settled: { mirroredBefore: await readMirrored(writer), ...settled } };
  await changeImport(writer, await readImport(writer, record.id), { detail });
}

/**
 * True if an export shows that a custom field was added. If it was removed before it was added again, a column of its name
 * may be the former one, which is still to be removed.
 */
const isFieldShown = async (writer: Writer, { detail }: ImportRecord, task: ConsoleTask): Promise<boolean> => {
  if (task.work !== "add-field" || task.fieldTask !== undefined) return false;
  const key = nameKey(task.name ?? "");
  const row = await writer.get("select pk from custom_field where nameKey = :key", { key });
  return detail.staged?.places.some(({ field }) => field === `custom:${Number(row?.["pk"])}`) === true;
};

/** Opens the tasks again that an export of the console had closed, as it is undone, and makes the mirror as old as it was. */
async function unsettle(writer: Writer, { detail: { settled, committedAt } }: ImportRecord): Promise<void> {
  if (settled === undefined) return;
  for (const number of [...settled.closed, ...settled.doubted]) {
    const task = await readTask(writer, number);
    const part = await readPart(writer, task);
    if (part !== undefined && (await readDrift(writer, part)) !== "done") await openAgain(writer, number, null);
  }
  for (const { number, closedAt, closedBy } of settled.reopened ?? []) {
    const task = await readTask(writer, number);
    const part = await readPart(writer, task);
    if (task.state === "open" && part !== undefined && (await readDrift(writer, part)) === "done")
      await closeTask(writer, number, { state: "confirmed", at: closedAt ?? "", actor: closedBy ?? "" });
  }
  if ((await readMirrored(writer)) !== committedAt) return;
  const undone = (await listImports(writer)).filter(({ detail }) => detail.settled && detail.revertedBy !== null);
  let before = settled.mirroredBefore;
  // exports may be undone in any order
  for (const { detail } of undone) if (detail.committedAt === before) before = detail.settled?.mirroredBefore ?? null;
  await setMirrored(writer, before);
}
