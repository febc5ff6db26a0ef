import { line, step } from "../../advice/index.ts";
import type { ConsoleTask, TaskRecord } from "../../contract/index.ts";
import { Failure } from "../../errors/index.ts";
import { ACCOUNT } from "../../model/account.ts";
import type { ConsoleWork } from "../../model/console-task.ts";
import type { FormatName } from "../../model/console-files.ts";
import { FORMATS } from "../../model/formats.ts";
import { DEVICE } from "../../model/device.ts";
import { USER } from "../../model/user.ts";
import { text } from "../../text/index.ts";
import { DETAIL } from "../audit/records.ts";
import { recordOf, type ImportRecord } from "../plans/import-rows.ts";
import type { Reader, Row } from "../store/store.ts";
import { hasWritten } from "../versions/tables.ts";
import {
  countOutdated,
  creationOf,
  lastRewrite,
  nothingLeft,
  ofCreation,
  readClosing,
  readWork,
  readWorkRecords,
  REMAINS,
} from "./closed.ts";
import { countWipes, readDrift, readRecordDrift, tasksOfRecord, type DriftState, type OpenDrift } from "./drift.ts";
import { observedTable } from "./observed.ts";
import { numberOfRecord } from "./named.ts";
import { TaskRecords } from "./records.ts";

/** Maximum number of records that a task names, where not all are wanted. */
const MAX_RECORDS = 20;

/** A change of which a task is. */
interface TaskChange {
  readonly revision: number;
  readonly number: number;
  readonly at: string;
  readonly actor: string | null;
  readonly action: string;
  readonly importPk: number | null;
}

const changeOf = (row: Row): TaskChange => ({
  revision: Number(row["revision"]),
  number: Number(row["number"]),
  at: String(row["at"]),
  actor: row["actor"] === null ? null : String(row["actor"]),
  action: String(row["action"]),
  importPk: row["import"] === null ? null : Number(row["import"]),
});

/** SQL: changes `c` as tasks tell of them. Who made one is told to those who see its record in the audit. */
const CHANGES = `select c.revision, c.number, c.import, m.at, m.action, (select a.actor from audit a where a.seq = c.number) as actor
  from main.change c join main.audit m on m.seq = c.number`;

const readChanges = async (reader: Reader, revisions: readonly number[]): Promise<ReadonlyMap<number, TaskChange>> => {
  const rows = await reader.all(`${CHANGES} where c.revision in (select value from json_each(:revisions))`, {
    revisions: JSON.stringify(revisions),
  });
  return new Map(rows.map((row) => [Number(row["revision"]), changeOf(row)]));
};

/** Returns all that is open, and the changes that it is of, by their revisions. */
const readOpenDrift = async (reader: Reader) => {
  const drift = await readDrift(reader);
  return { drift, changes: await readChanges(reader, [...new Set(drift.map(({ revision }) => revision))]) };
};

/** Maximum number of records that a task names which is done, in a list. */
const MAX_DONE_RECORDS = 2;

/** Tasks of what is open, of what somebody confirmed, or of what changes wrote of which nothing is left. */
type TaskState = DriftState | "done";

/** Reads tasks; what several of them name is read once. */
class TaskReader {
  readonly #reader: Reader;
  readonly #most: number;
  readonly #records: TaskRecords;

  /**
   * @param most number of records that a task names at most
   * @param occupants see {@link TaskRecords}
   */
  constructor(reader: Reader, { most = MAX_RECORDS, occupants = false } = {}) {
    this.#reader = reader;
    this.#most = most;
    this.#records = new TaskRecords(reader, { occupants });
  }

  /** Returns the tasks of changes. @param drift of one or several changes */
  async read(drift: readonly OpenDrift[], state: TaskState): Promise<readonly ConsoleTask[]> {
    const byChange = Map.groupBy(drift, ({ revision }) => revision);
    const changes = await readChanges(this.#reader, [...byChange.keys()]);
    const tasks: ConsoleTask[] = [];
    for (const [revision, parts] of byChange) {
      const change = changes.get(revision);
      if (change !== undefined) tasks.push(await this.#task(change, parts, state));
    }
    return tasks;
  }

  async #task(change: TaskChange, parts: readonly OpenDrift[], state: TaskState): Promise<ConsoleTask> {
    const { revision, importPk } = change;
    const records = await this.#recordsOf(revision, state);
    const made = importPk === null ? undefined : await this.#importOf(importPk);
    const main = mainThing(parts, made);
    const { [main]: own = NO_RECORDS, ...others } = countByThing(parts);
    const beside = Object.entries(others).map(([thing, counts]) => ({ thing, ...counts }));
    const isContradicted = parts.some(({ contradicted }) => contradicted > 0);
    const confirmed = state === "confirmed" ? await readConfirmed(this.#reader, revision) : undefined;
    const isOwn = made !== undefined && isOfFile(main, made);
    const byHand = parts.reduce((sum, { leftOut }) => sum + leftOut, 0);
    const inFile = parts.some(({ thing, records: all, leftOut }) => thing === main && all > leftOut);
    const of = { parts, records, upload: isOwn && isToUpload(made) && inFile };
    const isWritten = made !== undefined && of.upload && state === "open";
    const outdated = isWritten ? await countOutdated(this.#reader, made, revision) : 0;
    const wipes = state === "open" && isUpdated(parts, DEVICE.name) ? await countWipes(this.#reader, revision) : 0;
    return {
      ...taskOf(change, made),
      work: workOf(of),
      kind: made !== undefined && (isOwn || isToUpload(made)) ? made.kind : kindIn(records, main),
      thing: main,
      ...own,
      ...(beside.length > 0 && { beside }),
      ...(isOwn && state !== "done" && beforehand(made)),
      ...(byHand > 0 && { leftOut: byHand }),
      ...(outdated > 0 && { outdated }),
      ...(wipes > 0 && { wipes }),
      records,
      state: isContradicted && state === "open" ? "contradicted" : state,
      closedAt: confirmed?.at ?? null,
      closedBy: confirmed?.by ?? null,
    };
  }

  async #recordsOf(revision: number, state: TaskState): Promise<TaskRecord[]> {
    const records: TaskRecord[] = [];
    const most = this.#most;
    if (state === "done")
      for (const record of await readWorkRecords(this.#reader, { revision, most }))
        records.push(...[await this.#records.readDone(record, revision)].filter((one) => one !== undefined));
    else
      for (const record of await readRecordDrift(this.#reader, { revision, state, most }))
        records.push(await this.#records.read(record));
    return records;
  }

  async #importOf(pk: number): Promise<ImportRecord | undefined> {
    const row = await this.#reader.get("select * from import where pk = :pk", { pk });
    return row && recordOf(row);
  }
}

const NO_RECORDS = { create: 0, update: 0, delete: 0 };

/** Returns the counts of the records of a task, by things. */
const countByThing = (parts: readonly OpenDrift[]): Readonly<Record<string, typeof NO_RECORDS>> => {
  const counts: Record<string, typeof NO_RECORDS> = {};
  for (const { thing, action, records } of parts)
    counts[thing] = { ...NO_RECORDS, ...counts[thing], [action]: records };
  return counts;
};

const isUpdated = (parts: readonly OpenDrift[], of: string): boolean =>
  parts.some(({ thing, action }) => thing === of && action === "update");

/** Returns what has to be done before a task of an import, and how often. */
const beforehand = ({ detail: { counts } }: ImportRecord): Partial<ConsoleTask> => {
  const { released = 0 } = counts ?? {};
  return released > 0 ? { released } : {};
};

/** Returns the facts of a task that are those of its change. */
const taskOf = ({ number, at, actor, action }: TaskChange, made: ImportRecord | undefined) => ({
  number,
  action,
  importId: made?.id ?? null,
  name: made?.detail.request?.fileName ?? null,
  file: made?.detail.emittedFile ?? null,
  mode: made === undefined ? null : (made.detail.request?.mode ?? ("undo" as const)),
  openedAt: at,
  openedBy: actor,
});

const isToUpload = ({ detail: { emittedFile } }: ImportRecord): boolean => emittedFile !== undefined;

const isOfFile = (thing: string, { kind }: ImportRecord): boolean => FORMATS[kind].thing.name === thing;

const kindIn = (records: readonly TaskRecord[], of: string): FormatName =>
  records.find(({ thing }) => thing === of)?.kind ?? "users";

/** Returns what a task is of: what the file of its import is of, if any of that is open; else what most of its records are. */
const mainThing = (parts: readonly OpenDrift[], made: ImportRecord | undefined): string => {
  const [most] = parts.toSorted((a, b) => b.records - a.records);
  const own = made && parts.find(({ thing }) => isOfFile(thing, made));
  return (own ?? most)?.thing ?? USER.name;
};

/** Returns what is to be done for a task, in a word. */
const workOf = ({
  parts,
  records: [first, ...more],
  upload,
}: {
  readonly parts: readonly OpenDrift[];
  readonly records: readonly TaskRecord[];
  /** a file of what is open was written */
  readonly upload: boolean;
}): ConsoleWork => {
  if (upload) return "upload";
  if (parts.every(({ records, unchanged }) => records === unchanged)) return "check";
  if (first !== undefined && more.length === 0) return first.work;
  const works = new Set(parts.map(({ action }) => action));
  return works.size === 1 && works.has("delete") ? "delete" : "several";
};

const readConfirmed = async (
  reader: Reader,
  revision: number,
): Promise<{ readonly at: string; readonly by: string } | undefined> => {
  const drift = await readRecordDrift(reader, { revision, state: "confirmed", most: 1 });
  const [first] = drift;
  if (first === undefined) return undefined;
  const row = await reader.get(
    `select confirmedAt as at, confirmedBy as by from main.${observedTable({ thing: { name: first.thing } })} where pk = :pk`,
    { pk: first.pk },
  );
  return row && row["at"] !== null ? { at: String(row["at"]), by: String(row["by"]) } : undefined;
};

/** SQL: the revision of the change that made the tenant a mirror: an export of the console, or a bundle. */
const MIRRORING = `select min(a.revision) from main.change a where a.writer = 'console' or a.writer = 'apply'
  and exists (select 1 from main.audit t where t.seq = a.number and ${DETAIL} ->> 'mirroredAt' is not null)`;

/** SQL: the changes `c` of a mirror that asked something of the console, as who asks sees them. */
const OF_MIRROR = `c.revision >= (${MIRRORING}) and c.writer not in ('console', 'confirm', 'drop')
  and ${hasWritten("c.revision")} and exists (select 1 from audit seen where seen.seq = c.number)`;

/** Returns the tasks that are done: of changes that the asker sees, and that were not written again since. @param number of a single one */
const readDone = async (
  reader: Reader,
  { but = new Set<number>(), number }: { readonly but?: ReadonlySet<number>; readonly number?: number },
): Promise<readonly ConsoleTask[]> => {
  const isOne = number === undefined ? "true" : "c.number = :number";
  const rows = await reader.all(
    `${CHANGES} where ${OF_MIRROR} and ${REMAINS} and ${isOne}`,
    number === undefined ? {} : { number },
  );
  const changes = rows.map(changeOf).filter((change) => !but.has(change.number));
  const work = await readWork(
    reader,
    changes.map(({ revision }) => revision),
  );
  return new TaskReader(reader, number === undefined ? { most: MAX_DONE_RECORDS } : {}).read(work, "done");
};

/** Returns the open tasks of a mirror, oldest first, each with all its records. */
export const listWholeTasks = async (reader: Reader): Promise<readonly ConsoleTask[]> =>
  new TaskReader(reader, { most: Number.MAX_SAFE_INTEGER }).read(await readDrift(reader), "open");

/** Returns the tasks of a mirror, oldest first; what is only to be checked comes last. @param all also those that are closed */
export const listTasks = async (reader: Reader, all = false): Promise<readonly ConsoleTask[]> => {
  const tasks = new TaskReader(reader);
  const open = await tasks.read(await readDrift(reader), "open");
  if (!all) return [...open.filter(({ work }) => work !== "check"), ...open.filter(({ work }) => work === "check")];
  const known = new Set(open.map(({ number }) => number));
  const confirmed = (await tasks.read(await readDrift(reader, { state: "confirmed" }), "confirmed")).filter(
    ({ number }) => !known.has(number),
  );
  for (const { number } of confirmed) known.add(number);
  const found = [...open, ...confirmed, ...(await readDone(reader, { but: known }))];
  return found.toSorted((a, b) => a.number - b.number);
};

const ALL_TASKS = line("console list", [], { all: true });

/** Returns a task. @param number of its change @param all with all its records @throws Failure `not-found`; `conflict` if later changes wrote all of it again */
export const readTask = async (reader: Reader, number: number, { all = false } = {}): Promise<ConsoleTask> => {
  const row = await reader.get(`${CHANGES} where c.number = :number`, { number });
  if (row !== undefined && row["revision"] !== null) {
    const revision = Number(row["revision"]);
    const tasks = new TaskReader(reader, { occupants: true, ...(all && { most: Number.MAX_SAFE_INTEGER }) });
    for (const state of ["open", "confirmed"] as const) {
      const [task] = await tasks.read(await readDrift(reader, { state, revision }), state);
      if (task !== undefined) return task;
    }
    const [done] = await readDone(reader, { number });
    if (done !== undefined) return { ...done, ...(await readClosing(reader, number)) };
    const creation = await creationOf(reader, revision);
    if (creation !== undefined) throw ofCreation(number, creation);
    if ((await reader.get(`${CHANGES} where c.number = :number and ${OF_MIRROR}`, { number })) !== undefined)
      throw nothingLeft(number, await lastRewrite(reader, revision));
  }
  throw new Failure("not-found", {
    what: text(`no task ${number} for the console`, `管理画面での作業 ${number} はありません`),
    hint: step("see them all", "一覧", ALL_TASKS),
  });
};

/** Returns the number of the newest change of somebody of which something is open. @throws Failure `not-found` */
export const lastOpenTask = async (reader: Reader, actor: string): Promise<number> => {
  const { changes } = await readOpenDrift(reader);
  const own = [...changes.values()].filter((change) => change.actor === actor);
  if (own.length > 0) return Math.max(...own.map(({ number }) => number));
  throw new Failure("not-found", {
    what: text(
      `no change of ${actor} is open in the console`,
      `${actor} による変更で、管理画面での作業が残っているものはありません`,
    ),
    hint: step("see them all", "一覧", line("console list", [])),
  });
};

/** Returns tasks in the order of their numbers as they are given. @throws Failure `not-found` */
export const readTasks = async (reader: Reader, numbers: readonly number[]): Promise<readonly ConsoleTask[]> => {
  const tasks: ConsoleTask[] = [];
  for (const number of numbers) tasks.push(await readTask(reader, number));
  return tasks;
};

/** The open tasks, and which of them exports contradicted. */
export interface OpenTasks {
  /** the number of records of each */
  readonly open: ReadonlyMap<number, number>;
  readonly contradicted: ReadonlySet<number>;
}

/** Returns the open tasks by their numbers. @param of the thing in whose records contradictions count; default: all */
export const readOpenTasks = async (reader: Reader, of?: string): Promise<OpenTasks> => {
  const { drift, changes } = await readOpenDrift(reader);
  const open = new Map<number, number>();
  const contradicted = new Set<number>();
  for (const { revision, thing, records, contradicted: disputed } of drift) {
    const number = changes.get(revision)?.number;
    if (number === undefined) continue;
    open.set(number, (open.get(number) ?? 0) + records);
    if (disputed > 0 && (of === undefined || of === thing)) contradicted.add(number);
  }
  return { open, contradicted };
};

/** Returns the number of the newest open task that a record is in, also a deleted one; null if it is in none. */
export const taskOfRecord = async (
  reader: Reader,
  { thing, id }: { readonly thing: string; readonly id: string },
): Promise<number | null> => {
  const pk = await numberOfRecord(reader, thing, id);
  if (pk === undefined) return null;
  // the name of an account, its password and its mark are the user's
  const things = thing === ACCOUNT.name ? [thing, USER.name] : [thing];
  const revisions = (await Promise.all(things.map((of) => tasksOfRecord(reader, of, pk)))).flat();
  const newest = Math.max(-1, ...revisions);
  return (await readChanges(reader, [newest])).get(newest)?.number ?? null;
};
