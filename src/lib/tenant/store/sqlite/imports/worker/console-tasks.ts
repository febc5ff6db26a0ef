import type { ConsoleTask } from "../../../../../contract/index.ts";
import type { PlanCounts } from "../../../../../imports/plan.ts";
import type { ConsoleChange } from "../../../../../model/console-task.ts";
import { comparisonKey, nameKey } from "../../../../../model/normalise.ts";
import {
  closeTask,
  closeTasksOf,
  closeTasksOfChange,
  doubtTask,
  handTarget,
  insertHandTask,
  openHandTask,
  rewrittenAfter,
  insertTask,
  listTasks,
  reopenTasks,
  type Closing,
} from "../../../console.ts";
import { changeImport, listImports, readImport, type ImportRecord } from "../../../imports/record.ts";
import { restoredFields } from "../../../imports/restored.ts";
import { quoteIdentifier, THEN } from "../../../sql/forms.ts";
import type { Writer } from "../../../store.ts";
import type { Verified } from "../../../imports/engine.ts";
import type { StoredChange } from "../../../change-number.ts";
import { isMade } from "../history/committed.ts";
import { storedKeys } from "../expressions.ts";
import { wasTable, type StoredKind } from "../stored-kind.ts";
import { kindNamed } from "../tables.ts";
import { isImportedAfter, isWholeExport, seenIn, shownSince } from "./contradictions.ts";
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
  if (request?.fromConsole === true) return settleTasks(writer, record, { at, actor });
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
  from device_was d left join user_was u on u.import = d.import and u.pk = d.owner
    left join org_was o on o.import = d.import and o.pk = d.ownerOrg
  where d.import = :import order by d.pk`;

const releasedBy = async (writer: Writer, by: number): Promise<readonly ReleasedDevice[]> =>
  (await writer.all(RELEASED, { import: by })).map((row) => ({
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
  for (const device of await releasedBy(writer, done.record.pk)) {
    const { field, owner } = device;
    const change = { field, before: owner.called, after: null, ids: { before: owner.id, after: null } };
    await askOwner(writer, device, change, done);
  }
};

/** Drops the tasks of devices that get their owner back; a device whose task was done gets another one. */
const noteOwnersBack = async (writer: Writer, done: Done, original: ImportRecord): Promise<void> => {
  const { record, at, actor } = done;
  const written = await writer.all("select pk from device_was where import = :undo", { undo: record.pk });
  const restored = new Set(written.map(({ pk }) => Number(pk)));
  for (const device of await releasedBy(writer, original.pk)) {
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
 * Closes the tasks that the console's export shows to be done: it has every column they changed, and agreed with the
 * mirror about their records. Where it did not, the mirror has the console's values by now, so that one that agrees proves
 * nothing, but one by which the records are again as the task left them does. An export of which what it lacks was kept
 * contradicts, and proves nothing.
 */
async function settleTasks(writer: Writer, record: ImportRecord, by: Omit<Closing, "state">): Promise<void> {
  const [closed, doubted]: [number[], number[]] = [[], []];
  const close = async (number: number, state: Closing["state"]): Promise<void> => {
    await closeTask(writer, number, { ...by, state });
    closed.push(number);
  };
  const [seen, isWhole] = [seenIn(record), isWholeExport(record)];
  const stillOpen: Asked[] = [];
  for (const task of await listTasks(writer, "open")) {
    if (task.kind !== record.kind || task.work === "upload") continue;
    const hand = await handTarget(writer, task.number);
    const imported = task.importId === null ? undefined : await importAsked(writer, task.importId);
    let end = await fieldEnd(writer, record, { task, seen });
    if (hand !== undefined)
      end = await (task.doubtedAt === null ? handEnd : doubtedEnd)(writer, record, { task, ...hand, seen });
    if (imported !== undefined) end = await importEnd(writer, record, { task, ...imported, seen, stillOpen });
    if (end === "doubted") {
      await doubtTask(writer, task.number, by.at);
      doubted.push(task.number);
    } else if (end !== "open" && isWhole) await close(task.number, end);
    if (imported !== undefined && (end === "open" || end === "doubted" || !isWhole)) stillOpen.push(imported.asked);
  }
  const contradicted = await contradictedIn(writer, record);
  const settled = { mirroredBefore: await readMirrored(writer), closed, doubted, contradicted };
  await changeImport(writer, await readImport(writer, record.id), { detail: { settled } });
}

/** What an export of the console says of a task. */
type End = "open" | "doubted" | "shown" | "dropped";

/**
 * What an export of the console says of a task of a custom field. Where the field was removed before it was added again, a
 * column of its name may be the former one, which is still to be removed.
 */
const fieldEnd = async (
  writer: Writer,
  { detail }: ImportRecord,
  { task: { work, name, fieldTask }, seen }: Pick<ImportAsked, "task" | "seen">,
): Promise<End> => {
  if (work !== "add-field" && work !== "remove-field") return "open";
  const field = await fieldOf(writer, `${CUSTOM}${name ?? ""}`);
  if (field === undefined || !seen.has(field.name)) return "open";
  if (work === "add-field") return fieldTask === undefined ? "shown" : "open";
  const counted = detail.counts?.columns.find((column) => column.field === `${CUSTOM}${name ?? ""}`);
  return (counted?.changed ?? 0) + (counted?.cleared ?? 0) > 0 ? "doubted" : "open";
};

/** A task of an import, and what it asks for. */
interface ImportAsked {
  readonly task: ConsoleTask;
  readonly done: ImportRecord;
  readonly undone: ImportRecord | undefined;
  readonly asked: Asked;
  /** some of the fields were removed since */
  readonly isLost: boolean;
  readonly seen: ReadonlySet<string>;
  /** the earlier tasks of imports that are open yet */
  readonly stillOpen: readonly Asked[];
}

const importAsked = async (
  writer: Writer,
  importId: string,
): Promise<Pick<ImportAsked, "done" | "undone" | "asked" | "isLost">> => {
  const done = await readImport(writer, importId);
  const undone = done.detail.reverts === null ? undefined : await readImport(writer, done.detail.reverts);
  const { fields, isLost } = await changedFields(writer, done, done.detail.counts);
  return { done, undone, asked: { done, undone, fields }, isLost };
};

/** What an export of the console says of a task of an import. */
const importEnd = async (
  writer: Writer,
  record: ImportRecord,
  { task, done, undone, asked, isLost, seen, stillOpen }: ImportAsked,
): Promise<End> => {
  const kind = kindNamed(record.kind);
  const counts = (undone ?? done).detail.counts;
  const isDeleting = (done.detail.counts?.delete ?? 0) > 0;
  const isDoubtedBefore = task.doubtedAt !== null;
  if (isDoubtedBefore) {
    if (isLost || !(await isAsLeft(writer, { ...asked, kind }))) return "open";
    if (isDeleting && (await isBroughtBack(writer, done))) return "open";
  } else {
    if (isDeleting && (await isSeenAgain(writer, record, done))) return "doubted";
    if (await changesSame(writer, record, asked)) return "doubted";
  }
  // no export shows secrets, nor that nobody needs a group or an organisation any more
  if ((counts?.secretsSet ?? 0) > 0) return "open";
  if (undone !== undefined && (counts?.groupsCreated ?? 0) + (counts?.orgsCreated ?? 0) > 0) return "open";
  if (!asked.fields.every(({ name }) => seen.has(name)) || (await isUntold(writer, kind, asked))) return "open";
  // who is not there yet, or not any more, is there again once what was to be done before is done
  if (isDeleting && (await isAskedBefore(writer, done, stillOpen))) return "open";
  if (isDoubtedBefore) return "shown";
  const isOvertaken =
    isLost || (await isChangedSince(writer, record, asked)) || (isDeleting && (await isMadeAgain(writer, done)));
  return isOvertaken ? "dropped" : "shown";
};

/** The tasks that somebody had confirmed, and that an export, the first one since that shows what they ask for, contradicts. */
async function contradictedIn(writer: Writer, record: ImportRecord): Promise<readonly number[]> {
  const confirmed = (await listTasks(writer, "confirmed")).filter(({ kind }) => kind === record.kind);
  if (confirmed.length === 0) return [];
  const kind = kindNamed(record.kind);
  const [seen, isShown] = [seenIn(record), await shownSince(writer, kind, record.pk)];
  const found: number[] = [];
  for (const task of confirmed) {
    const { asked, deleting } = await confirmedAsked(writer, kind, task);
    if (asked === undefined) continue;
    const told = asked.fields.filter(({ value }) => value !== undefined).map(({ name }) => name);
    if (isShown(task, told)) continue;
    const fields = asked.fields.filter(({ name }) => seen.has(name));
    const isBack = deleting !== undefined && (await isSeenAgain(writer, record, deleting));
    if (isBack || (await isLeftOtherwise(writer, { ...asked, fields }, { kind, task }))) found.push(task.number);
  }
  return found;
}

/** What a task asks for; nothing of one of a custom field, nor of what no file has. `deleting`: the import, if it deletes. */
const confirmedAsked = async (
  writer: Writer,
  kind: StoredKind,
  task: ConsoleTask,
): Promise<{ readonly asked?: Asked; readonly deleting?: ImportRecord | undefined }> => {
  const hand = await handTarget(writer, task.number);
  if (hand !== undefined) return { asked: (await handAsked(writer, kind, { task, ...hand })).asked };
  if (task.importId === null) return {};
  const { done, asked } = await importAsked(writer, task.importId);
  const isDeleting = (done.detail.counts?.delete ?? 0) > 0;
  return { asked, deleting: isDeleting ? done : undefined };
};

/** A task by hand, and the columns that an export showed. */
interface HandAsked {
  readonly task: ConsoleTask;
  readonly target: number;
  readonly revision: number;
  readonly seen: ReadonlySet<string>;
}

/** What an export of the console says of a task by hand: as of an import that had written this one record. */
const handEnd = async (
  writer: Writer,
  record: ImportRecord,
  { task, target, revision, seen }: HandAsked,
): Promise<End> => {
  const kind = kindNamed(record.kind);
  const { asked, isLost } = await handAsked(writer, kind, { task, target, revision });
  if (await changesSame(writer, record, asked)) return "doubted";
  const isThere = (await writer.count(`select count(*) from ${kind.thing.name} where pk = :target`, { target })) > 0;
  if (!isThere) return "dropped";
  // what asks for nothing that is known has nothing that shows it
  if (task.changes.length === 0 && task.work !== "delete") return "open";
  if (!asked.fields.every(({ name }) => seen.has(name)) || (await isUntold(writer, kind, asked))) return "open";
  return isLost || (await isChangedSince(writer, record, asked)) ? "dropped" : "shown";
};

/** A task by hand, as one of an import that had written this one record. `isLost`: some of its fields were removed since. */
const handAsked = async (
  writer: Writer,
  kind: StoredKind,
  { task, target, revision }: Omit<HandAsked, "seen">,
): Promise<{ readonly asked: Asked; readonly isLost: boolean }> => {
  const fields = await Promise.all(task.changes.map(({ field }) => handField(writer, field, kind)));
  const known = fields.filter((field) => field !== undefined);
  const done = { pk: 0, revision, madeAfter: target - 1, madeUpTo: target };
  return { asked: { done, undone: undefined, fields: known }, isLost: known.length < fields.length };
};

/** What an export says of a task by hand that an earlier one contradicted. */
const doubtedEnd = async (
  writer: Writer,
  record: ImportRecord,
  { task, target, revision, seen }: HandAsked,
): Promise<End> => {
  const later = await rewrittenAfter(writer, task.number);
  // all of it was written by hand again since, of which that task tells
  if (task.changes.length > 0 && task.changes.every(({ field }) => later.has(field))) return "dropped";
  const kind = kindNamed(record.kind);
  const { asked, isLost } = await handAsked(writer, kind, { task, target, revision });
  const isTold = asked.fields.every(({ name }) => seen.has(name)) && !(await isUntold(writer, kind, asked));
  return task.changes.length > 0 && !isLost && isTold && (await isAsLeft(writer, { ...asked, kind }))
    ? "shown"
    : "open";
};

/** A field that was set by hand, as the columns of a staged file name it; undefined of a custom one that was removed since. */
const handField = async (writer: Writer, name: string, kind: StoredKind): Promise<Field | undefined> => {
  if (name.startsWith(CUSTOM)) return fieldOf(writer, name);
  const column = kind.thing.fields[name]?.short ?? name;
  const found = kind.fields.find(({ stored }) => stored === column || stored === name);
  // the key of a record is seen in every export; what no file has in none
  return found === undefined
    ? { name: name === kind.fixed ? name : unshown(name) }
    : fieldOf(writer, found.field, kind);
};

/** Puts back what an export of the console had settled, as it is undone: its tasks, and how old the mirror was. */
async function unsettle(writer: Writer, { detail: { settled, committedAt } }: ImportRecord): Promise<void> {
  if (settled === undefined) return;
  await reopenTasks(writer, settled);
  if ((await readMirrored(writer)) !== committedAt) return;
  const undone = (await listImports(writer)).filter(({ detail }) => detail.settled && detail.revertedBy !== null);
  let before = settled.mirroredBefore;
  // exports may be undone in any order
  for (const { detail } of undone) if (detail.committedAt === before) before = detail.settled?.mirroredBefore ?? null;
  await setMirrored(writer, before);
}

/** What a task asks for, by its import. */
interface Asked {
  readonly done: Pick<ImportRecord, "pk" | "revision" | "madeAfter" | "madeUpTo">;
  /** what that import undid */
  readonly undone: Pick<ImportRecord, "pk"> | undefined;
  /** the fields that it changed, or gave to those whom it created */
  readonly fields: readonly Field[];
}

/** A field as the columns of a staged file name it: a custom one by the tenant's number. */
interface Field {
  readonly name: string;
  /** SQL: its value in a version of a record; undefined if it is stored elsewhere */
  readonly value?: ((version: string) => string) | undefined;
}

const CUSTOM = "custom:";

/** A field by its name in a plan's counts, which is that of a custom field; undefined if that was removed since. */
const fieldOf = async (writer: Writer, name: string, kind?: StoredKind): Promise<Field | undefined> => {
  if (!name.startsWith(CUSTOM)) {
    const stored = kind?.fields.find(({ field }) => field === name)?.stored;
    return { name, value: stored === undefined ? undefined : (version) => `${version}.${quoteIdentifier(stored)}` };
  }
  const key = nameKey(name.slice(CUSTOM.length));
  const row = await writer.get("select pk from custom_field where nameKey = :key", { key });
  if (row === undefined) return undefined;
  const pk = Number(row["pk"]);
  return { name: `${CUSTOM}${pk}`, value: (version) => `${version}.custom ->> '${pk}'` };
};

/** The fields that a task's import changed or gave. `isLost`: some of them were removed since. */
const changedFields = async (
  writer: Writer,
  done: ImportRecord,
  counts: PlanCounts | null,
): Promise<{ readonly fields: readonly Field[]; readonly isLost: boolean }> => {
  const kind = kindNamed(done.kind);
  const changed = (counts?.columns ?? []).filter((column) => column.changed + column.cleared > 0);
  const names = new Set(changed.map(({ field }) => field));
  const found = await Promise.all([...names].map((name) => fieldOf(writer, name, kind)));
  const fields = found.filter((field) => field !== undefined);
  const given = (await createdFields(writer, done)).filter((name) => fields.every((field) => field.name !== name));
  return { fields: [...fields, ...given.map((name) => ({ name }))], isLost: fields.length < found.length };
};

/** The fields of the records that an import made; those that an undoing brought back have all that they had. */
const createdFields = async (writer: Writer, { id, kind, detail }: ImportRecord): Promise<readonly string[]> => {
  const { counts, staged, undoes } = detail;
  if ((counts?.create ?? 0) === 0) return [];
  const { columns, custom } = kindNamed(kind).format;
  const own = (custom ? await writer.all("select pk from custom_field") : []).map(({ pk }) => `${CUSTOM}${Number(pk)}`);
  if (undoes !== undefined) {
    const restored = await restoredFields(writer, kind, id);
    const still = restored.custom.map((pk) => `${CUSTOM}${pk}`).filter((name) => own.includes(name));
    return [...restored.inFiles, ...still, ...restored.beside.map(unshown)];
  }
  const shown = [...columns.flatMap(({ field, secret }) => (secret === true ? [] : [field])), ...own];
  return shown.filter((name) => staged?.places.some(({ field }) => field === name) === true);
};

/** A field that no file has, named so that no column of an export shows it. */
const unshown = (name: string): string => `${name}:`;

/** SQL: of a record `w` that an import kept, that another one, or what that one undid, had written it. @param of its alias */
const isOf = (was: string, of = "w"): string =>
  `(exists (select 1 from ${was} k where k.import in (:done, :undone) and k.pk = ${of}.pk)
    or ${of}.pk > :madeAfter and ${of}.pk <= :madeUpTo)`;

const ofParams = ({ done: { pk, madeAfter, madeUpTo }, undone }: Asked) => ({
  done: pk,
  undone: undone?.pk ?? pk,
  madeAfter: madeAfter ?? 0,
  madeUpTo: madeUpTo ?? 0,
});

/** SQL: of a record as it was, `w`, and as it is, `t`, that it is gone or has another value in one of the fields. */
const isOther = (fields: readonly Field[], was = "w"): string =>
  ["t.pk is null", ...fields.flatMap(({ value }) => (value ? [`${value(was)} is distinct from ${value("t")}`] : []))]
    .map((condition) => `(${condition})`)
    .join(" or ");

/**
 * Whether a task asks for a record to which no cell can refer, as it has no code, and which is not the only one without:
 * a blank, which leaves what was there, then tells nothing.
 */
const isUntold = async (writer: Writer, kind: StoredKind, asked: Asked): Promise<boolean> => {
  const { thing, references } = kind;
  for (const { field, refers, table } of references) {
    if (field.clearable || asked.fields.every(({ name }) => name !== field.field)) continue;
    const [to, by] = [table.thing.name, quoteIdentifier(refers.by)];
    const sql = `select count(*) from (select 1 from ${thing.name} t
        join ${to} o on o.pk = t.${quoteIdentifier(field.stored)}
      where ${isOf(wasTable(kind), "t")} and o.${by} is null
        and exists (select 1 from ${to} p where p.${by} is null and p.pk <> o.pk) limit 1)`;
    if ((await writer.count(sql, ofParams(asked))) > 0) return true;
  }
  return false;
};

/** Whether an export had other values of what a task asks for. */
const changesSame = async (writer: Writer, { pk, kind }: ImportRecord, asked: Asked): Promise<boolean> => {
  const stored = kindNamed(kind);
  const was = wasTable(stored);
  const sql = `select count(*) from (select 1 from ${was} w left join ${stored.thing.name} t on t.pk = w.pk
    where w.import = :pk and ${isOf(was)} and (${isOther(asked.fields)}) limit 1)`;
  return (await writer.count(sql, { pk, ...ofParams(asked) })) > 0;
};

/** Whether imports since changed what a task asks for: what the console has by now is something else. */
const isChangedSince = async (writer: Writer, record: ImportRecord, asked: Asked): Promise<boolean> => {
  const stored = kindNamed(record.kind);
  const was = wasTable(stored);
  const sql = `select count(*) from (select 1 from import i ${THEN} ${was} w on w.import = i.pk
      left join ${stored.thing.name} t on t.pk = w.pk
    where i.revision > :revision and i.pk <> :pk and ${isOf(was)} and (${isOther(asked.fields)})
      and not exists (select 1 from import o ${THEN} ${was} v on v.import = o.pk and v.pk = w.pk
        where o.revision > :revision and o.revision < i.revision) limit 1)`;
  const values = { revision: asked.done.revision ?? 0, pk: record.pk, ...ofParams(asked) };
  return (await writer.count(sql, values)) > 0;
};

/** SQL: joins to a record as it was, `c`, whoever has one of its unique values by now, `t`; for each such field. */
const holdersOf = ({ thing, claims, fixed }: StoredKind): readonly { readonly join: string }[] => {
  const before = (column: string): string => `c.${quoteIdentifier(column)}`;
  const scope = thing.scope === undefined ? "true" : `t.${thing.scope} = c.${thing.scope}`;
  return [
    ...claims.map(({ field, own, key, table, record }) => ({
      join: own
        ? `${THEN} ${thing.name} t on ${key("t")} = ${key("c")}`
        : `${THEN} json_each(${storedKeys(field, before)}) e ${THEN} ${table} k on ${key("k")} = e.value
           ${THEN} ${thing.name} t on t.pk = k.${record}`,
    })),
    // by which a row meets its record to the letter
    ...(fixed === undefined
      ? []
      : [{ join: `${THEN} ${thing.name} t on ${scope} and t.${quoteIdentifier(fixed)} = ${before(fixed)}` }]),
  ];
};

/** SQL: of a record `c` that an import deleted, that another one of a unique value of it is as it was. */
const isAgain = (kind: StoredKind, fields: readonly Field[]): readonly string[] =>
  holdersOf(kind).map(
    ({ join }) =>
      `c.action = 'delete' and exists (select 1 from (select 1) one ${join} where not (${isOther(fields, "c")}))`,
  );

/**
 * Whether the records that a task asks for are as its import left them, which the first import that changed one since kept;
 * one that an export had not, and a later one has again, is another record of the same unique value.
 */
const isAsLeft = async (writer: Writer, asked: Asked & { readonly kind: StoredKind }): Promise<boolean> => {
  const { kind, fields } = asked;
  const was = wasTable(kind);
  const same = `not (${isOther(fields, "c")})`;
  const isThere = [
    `exists (select 1 from ${kind.thing.name} t where t.pk = c.pk and ${same})`,
    ...isAgain(kind, fields),
  ];
  const sql = `select count(*) from (select 1 from import i ${THEN} ${was} c on c.import = i.pk
    where i.revision > :revision and ${isOf(was, "c")} and not (${isThere.map((one) => `(${one})`).join(" or ")})
      and not exists (select 1 from import o ${THEN} ${was} v on v.import = o.pk and v.pk = c.pk
        where o.revision > :revision and o.revision < i.revision) limit 1)`;
  return (await writer.count(sql, { revision: asked.done.revision ?? 0, ...ofParams(asked) })) === 0;
};

/**
 * Whether an export, the last or an earlier one, has left a record of a task otherwise than the task had it, of those that
 * nothing else wrote since.
 */
const isLeftOtherwise = async (
  writer: Writer,
  asked: Asked,
  { kind, task: { number } }: { readonly kind: StoredKind; readonly task: Pick<ConsoleTask, "number"> },
): Promise<boolean> => {
  const was = wasTable(kind);
  const sql = `select count(*) from (select 1 from import i ${THEN} ${was} c on c.import = i.pk
      left join ${kind.thing.name} t on t.pk = c.pk
    where i.revision > :revision and ${isOf(was, "c")} and (${isOther(asked.fields, "c")})
      ${isAgain(kind, asked.fields)
        .map((again) => `and not (${again})`)
        .join(" ")}
      and not exists (select 1 from import o ${THEN} ${was} v on v.import = o.pk and v.pk = c.pk
        where o.revision > :revision and o.revision < i.revision)
      and not ${isImportedAfter(kind, "c.pk", ":revision")}
      and not exists (select 1 from console_task k
        where k.kind = :kind and k.thing is null and k.target = c.pk and k.pk > :number) limit 1)`;
  const values = { revision: asked.done.revision ?? 0, kind: kind.name, number, ...ofParams(asked) };
  return (await writer.count(sql, values)) > 0;
};

/** Whether earlier tasks ask for one of those whom an import deleted: a file that is uploaded makes him again. */
const isAskedBefore = async (
  writer: Writer,
  { pk, kind }: ImportRecord,
  earlier: readonly Asked[],
): Promise<boolean> => {
  const was = wasTable(kindNamed(kind));
  const sql = `select count(*) from (select 1 from ${was} d
    where d.import = :pk and d.action = 'delete' and ${isOf(was, "d")} limit 1)`;
  for (const asked of earlier) if ((await writer.count(sql, { pk, ...ofParams(asked) })) > 0) return true;
  return false;
};

/**
 * Whether an export has somebody anew who may be one of those whom an import deleted: by the name, or a value by which rows
 * meet records.
 */
const isSeenAgain = async (writer: Writer, { id }: ImportRecord, done: ImportRecord): Promise<boolean> => {
  const made = await readImport(writer, id);
  const values = { madeAfter: made.madeAfter ?? 0, madeUpTo: made.madeUpTo ?? 0 };
  return isLikeDeleted(writer, done, isMade("t.pk"), values);
};

/** Whether somebody is there whom an export since had anew, and who may be one of those whom an import deleted. */
const isBroughtBack = (writer: Writer, done: ImportRecord): Promise<boolean> => {
  const made = `exists (select 1 from import e where e.kind = :kind and e.revision > :revision
    and e.detail -> 'request' ->> 'fromConsole' and t.pk > e.madeAfter and t.pk <= e.madeUpTo)`;
  return isLikeDeleted(writer, done, made, { kind: done.kind, revision: done.revision ?? 0 });
};

/** SQL: tasks that the console may not have got, whose records it has as they were before. */
const NOT_DONE = "k.kind = :kind and k.state in ('open', 'dropped')";

/**
 * Whether one of those whom an import deleted is like a record `t`: as he was, or as he was before tasks that the console
 * may not have got. @param which SQL of the records that may be
 */
const isLikeDeleted = async (
  writer: Writer,
  { pk, kind }: ImportRecord,
  which: string,
  values: Readonly<Record<string, string | number>>,
): Promise<boolean> => {
  const stored = kindNamed(kind);
  const { thing, namedBy, keys, fixed } = stored;
  const was = wasTable(stored);
  const known = stored.fields.filter(
    (field) => field.stored === namedBy || keys.some((key) => key.field === field.field),
  );
  const of = (alias: string) => (column: string) => `${alias}.${quoteIdentifier(column)}`;
  const keysOf = (alias: string): readonly string[] => [
    ...known.map((field) => storedKeys(field, of(alias))),
    ...(fixed === undefined ? [] : [of(alias)(fixed)]),
  ];
  const now = keysOf("t");
  const isList = (at: number): boolean => known[at]?.merge === "list";
  const isNow = (value: string, at: number): string =>
    `${value} in (select ${isList(at) ? "n.value" : now[at]} from ${thing.name} t${isList(at) ? `, json_each(${now[at]}) n` : ""}
      where ${which})`;
  const same = keysOf("c").map((kept, at) =>
    isList(at) ? `exists (select 1 from json_each(${kept}) e where ${isNow("e.value", at)})` : isNow(kept, at),
  );
  const deleted = `select d.pk from ${was} d where d.import = :pk and d.action = 'delete'`;
  const sql = `select count(*) from (select 1 from ${was} c where (c.import = :pk and c.action = 'delete'
      or c.pk in (${deleted}) and c.import in (select k.import from console_task k where ${NOT_DONE}))
    and (${same.join(" or ")}) limit 1)`;
  const all = { ...values, pk, kind };
  if ((await writer.count(sql, all)) > 0) return true;
  const changed = await writer.all(
    `select c.value ->> 'field' as field, c.value -> 'before' as before from console_task k, json_each(k.changes) c
     where ${NOT_DONE} and k.thing is null and k.target in (${deleted})`,
    { pk, kind },
  );
  for (const [at, { field, comparison, stored: column }] of known.entries()) {
    const former = changed
      .filter((change) => change["field"] === column || change["field"] === field)
      .flatMap(({ before }) => JSON.parse(String(before)) as string | readonly string[] | null)
      .flatMap((value) => (value === null ? [] : [comparisonKey(comparison, value)]));
    if (former.length === 0) continue;
    const isThere = `select count(*) from json_each(:former) e where ${isNow("e.value", at)}`;
    if ((await writer.count(isThere, { ...values, kind, former: JSON.stringify(former) })) > 0) return true;
  }
  return false;
};

/** Whether somebody whom an import deleted is there again, as another record with one of his unique values. */
const isMadeAgain = async (writer: Writer, { pk, kind, madeAfter, madeUpTo }: ImportRecord): Promise<boolean> => {
  const stored = kindNamed(kind);
  const values = { pk, madeAfter: madeAfter ?? 0, madeUpTo: madeUpTo ?? 0 };
  for (const { join } of holdersOf(stored)) {
    const sql = `select count(*) from (select 1 from ${wasTable(stored)} c ${join}
      where c.import = :pk and c.action = 'delete' and not ${isMade("t.pk")} limit 1)`;
    if ((await writer.count(sql, values)) > 0) return true;
  }
  return false;
};
