import { line, step } from "../../advice/index.ts";
import { Failure } from "../../errors/index.ts";
import { ACCOUNT } from "../../model/account.ts";
import type { ConsoleTaskState, ConsoleWork } from "../../model/console-task.ts";
import type { FormatName } from "../../model/console-files.ts";
import { FORMATS } from "../../model/formats.ts";
import { DEVICE } from "../../model/device.ts";
import type { IMPORT_MODE_NAMES } from "../../model/import.ts";
import { USER } from "../../model/user.ts";
import { text } from "../../text/index.ts";
import { DETAIL_SQL } from "../audit/records.ts";
import { toImportRecord, type ImportRecord } from "../plans/import-rows.ts";
import type { Reader, Row } from "../store/store.ts";
import { buildHasWrittenSql } from "../versions/tables.ts";
import { countOutdatedRecords } from "./outdated.ts";
import {
  countRequiredWipes,
  readDrift,
  readRecordDrift,
  findTaskRevisions,
  readTaskRevisions,
  type DriftState,
  type OpenDrift,
} from "./drift.ts";
import { getObservedTable } from "./observed.ts";
import { findRecordNumber } from "./record-ids.ts";
import { isMirror } from "../records/tenant-rows.ts";
import { TaskRecordReader, type TaskRecord } from "./records.ts";

/** A task in the console: the part of a change that the console does not have yet. */
export interface ConsoleTask extends RecordCounts {
  readonly number: number;
  readonly work: ConsoleWork;
  readonly kind: FormatName;
  /** type of most of the records, which the counts are about; if the task is done, they are what its change wrote */
  readonly thing: string;
  /** action of the change, as in the audit log */
  readonly action: string;
  readonly importId: string | null;
  /** file name of the import */
  readonly name: string | null;
  readonly file: string | null;
  readonly mode: keyof typeof IMPORT_MODE_NAMES | null;
  readonly beside?: readonly (RecordCounts & { readonly thing: string })[];
  /** devices whose owner has to be removed first */
  readonly released?: number;
  /** records that the upload file leaves out */
  readonly leftOut?: number;
  /** records whose values were changed after the upload file was written */
  readonly outdated?: number;
  /** devices that have to be wiped first for a different owner */
  readonly wipes?: number;
  /** the first 20, beginning with those that the upload file leaves out */
  readonly records: readonly TaskRecord[];
  readonly state: ConsoleTaskState;
  readonly openedAt: string;
  readonly openedBy: string | null;
  readonly closedAt: string | null;
  readonly closedBy: string | null;
}

const MAX_LISTED_RECORDS = 20;

interface TaskChange {
  readonly revision: number;
  readonly number: number;
  readonly at: string;
  readonly actor: string | null;
  readonly action: string;
  readonly importPk: number | null;
}

const toTaskChange = (row: Row): TaskChange => ({
  revision: Number(row["revision"]),
  number: Number(row["number"]),
  at: String(row["at"]),
  actor: row["actor"] === null ? null : String(row["actor"]),
  action: String(row["action"]),
  importPk: row["import"] === null ? null : Number(row["import"]),
});

/** SQL: changes `c` with the values that tasks show. The actor is null if the audit record is not visible. */
const SELECT_TASK_CHANGES = `select c.revision, c.number, c.import, m.at, m.action, (select a.actor from audit a where a.seq = c.number) as actor
  from main.change c join main.audit m on m.seq = c.number`;

const readTaskChanges = async (
  reader: Reader,
  revisions: readonly number[],
): Promise<ReadonlyMap<number, TaskChange>> => {
  const rows = await reader.all(
    `${SELECT_TASK_CHANGES} where c.revision in (select value from json_each(:revisions))`,
    {
      revisions: JSON.stringify(revisions),
    },
  );
  return new Map(rows.map((row) => [Number(row["revision"]), toTaskChange(row)]));
};

const readOpenDriftAndChanges = async (reader: Reader) => {
  const drift = await readDrift(reader);
  return { drift, changes: await readTaskChanges(reader, [...new Set(drift.map(({ revision }) => revision))]) };
};

/** Reads tasks. Data that several tasks need is read only once. */
class TaskReader {
  readonly #reader: Reader;
  readonly #most: number;
  readonly #records: TaskRecordReader;

  constructor(reader: Reader, { most = MAX_LISTED_RECORDS } = {}) {
    this.#reader = reader;
    this.#most = most;
    this.#records = new TaskRecordReader(reader);
  }

  async read(drift: readonly OpenDrift[], state: DriftState): Promise<readonly ConsoleTask[]> {
    const byChange = Map.groupBy(drift, ({ revision }) => revision);
    const changes = await readTaskChanges(this.#reader, [...byChange.keys()]);
    const tasks: ConsoleTask[] = [];
    for (const [revision, parts] of byChange) {
      const change = changes.get(revision);
      if (change !== undefined) tasks.push(await this.#task(change, parts, state));
    }
    return tasks;
  }

  async #task(change: TaskChange, parts: readonly OpenDrift[], state: DriftState): Promise<ConsoleTask> {
    const { revision, importPk } = change;
    const records = await this.#recordsOf(revision, state);
    const made = importPk === null ? undefined : await readTaskImport(this.#reader, importPk);
    const main = getMainThing(parts, made);
    const { [main]: own = ZERO_COUNTS, ...others } = countRecordsByThing(parts);
    const beside = Object.entries(others).map(([thing, counts]) => ({ thing, ...counts }));
    const isContradicted = parts.some(({ contradicted }) => contradicted > 0);
    const confirmed = state === "confirmed" ? await readTaskConfirmation(this.#reader, revision) : undefined;
    const isOwn = made !== undefined && isThingOfImport(main, made);
    const byHand = parts.reduce((sum, { leftOut }) => sum + leftOut, 0);
    const inFile = parts.some(({ thing, records: all, leftOut }) => thing === main && all > leftOut);
    const of = { parts, records, upload: isOwn && hasUploadFile(made) && inFile };
    const isWritten = made !== undefined && of.upload && state === "open";
    const outdated = isWritten ? await countOutdatedRecords(this.#reader, made, revision) : 0;
    const wipes =
      state === "open" && hasUpdates(parts, DEVICE.name) ? await countRequiredWipes(this.#reader, revision) : 0;
    return {
      ...buildChangeFacts(change, made),
      work: determineTaskWork(of),
      kind: made !== undefined && (isOwn || hasUploadFile(made)) ? made.kind : findRecordKind(records, main),
      thing: main,
      ...own,
      ...(beside.length > 0 && { beside }),
      ...(isOwn && getPreparatoryWork(made)),
      ...(byHand > 0 && { leftOut: byHand }),
      ...(outdated > 0 && { outdated }),
      ...(wipes > 0 && { wipes }),
      records,
      state: isContradicted && state === "open" ? "contradicted" : state,
      closedAt: confirmed?.at ?? null,
      closedBy: confirmed?.by ?? null,
    };
  }

  async #recordsOf(revision: number, state: DriftState): Promise<TaskRecord[]> {
    const records: TaskRecord[] = [];
    for (const record of await readRecordDrift(this.#reader, { revision, state, most: this.#most }))
      records.push(await this.#records.read(record));
    return records;
  }
}

const readTaskImport = async (reader: Reader, pk: number): Promise<ImportRecord | undefined> => {
  const row = await reader.get("select * from import where pk = :pk", { pk });
  return row && toImportRecord(row);
};

interface RecordCounts {
  readonly create: number;
  readonly update: number;
  readonly delete: number;
}

const ZERO_COUNTS: RecordCounts = { create: 0, update: 0, delete: 0 };

const countRecordsByThing = (parts: readonly OpenDrift[]): Readonly<Record<string, RecordCounts>> => {
  const counts: Record<string, RecordCounts> = {};
  for (const { thing, action, records } of parts)
    counts[thing] = { ...ZERO_COUNTS, ...counts[thing], [action]: records };
  return counts;
};

const hasUpdates = (parts: readonly OpenDrift[], of: string): boolean =>
  parts.some(({ thing, action }) => thing === of && action === "update");

/** Returns the work that must be done before the task of an import, with the number of devices. */
const getPreparatoryWork = ({ detail: { counts } }: ImportRecord): Partial<ConsoleTask> => {
  const { released = 0 } = counts ?? {};
  return released > 0 ? { released } : {};
};

const buildChangeFacts = ({ number, at, actor, action }: TaskChange, made: ImportRecord | undefined) => ({
  number,
  action,
  importId: made?.id ?? null,
  name: made?.detail.request?.fileName ?? null,
  file: made?.detail.emittedFile ?? null,
  mode: made === undefined ? null : (made.detail.request?.mode ?? ("undo" as const)),
  openedAt: at,
  openedBy: actor,
});

const hasUploadFile = ({ detail: { emittedFile } }: ImportRecord): boolean => emittedFile !== undefined;

const isThingOfImport = (thing: string, { kind }: ImportRecord): boolean => FORMATS[kind].thing.name === thing;

const findRecordKind = (records: readonly TaskRecord[], of: string): FormatName =>
  records.find(({ thing }) => thing === of)?.kind ?? "users";

/**
 * Returns the main record type of a task: the record type of its import if any of its records are open, otherwise the
 * most frequent record type.
 */
const getMainThing = (parts: readonly OpenDrift[], made: ImportRecord | undefined): string => {
  const [most] = parts.toSorted((a, b) => b.records - a.records);
  const own = made && parts.find(({ thing }) => isThingOfImport(thing, made));
  return (own ?? most)?.thing ?? USER.name;
};

const determineTaskWork = ({
  parts,
  records: [first, ...more],
  upload,
}: {
  readonly parts: readonly OpenDrift[];
  readonly records: readonly TaskRecord[];
  /** true if an upload file that contains open records was written */
  readonly upload: boolean;
}): ConsoleWork => {
  if (upload) return "upload";
  if (parts.every(({ records, unchanged }) => records === unchanged)) return "check";
  if (first !== undefined && more.length === 0) return first.work;
  const works = new Set(parts.map(({ action }) => action));
  return works.size === 1 && works.has("delete") ? "delete" : "several";
};

const readTaskConfirmation = async (
  reader: Reader,
  revision: number,
): Promise<{ readonly at: string; readonly by: string } | undefined> => {
  const drift = await readRecordDrift(reader, { revision, state: "confirmed", most: 1 });
  const [first] = drift;
  if (first === undefined) return undefined;
  const row = await reader.get(
    `select confirmedAt as at, confirmedBy as by from main.${getObservedTable({ thing: { name: first.thing } })} where pk = :pk`,
    { pk: first.pk },
  );
  return row && row["at"] !== null ? { at: String(row["at"]), by: String(row["by"]) } : undefined;
};

const MIRROR_START_REVISION = `select min(a.revision) from main.change a where a.writer = 'console' or a.writer = 'apply'
  and exists (select 1 from main.audit t where t.seq = a.number and ${DETAIL_SQL} ->> 'mirroredAt' is not null)`;

/** SQL: true for a change `c` of a mirror that required work in the console and that the acting account can see. */
const IS_TASK_CHANGE = `c.revision >= (${MIRROR_START_REVISION}) and c.writer not in ('console', 'confirm', 'drop')
  and ${buildHasWrittenSql("c.revision")} and exists (select 1 from audit seen where seen.seq = c.number)`;

const readDoneTask = async (reader: Reader, number: number): Promise<ConsoleTask | undefined> => {
  const row = await reader.get(`${SELECT_TASK_CHANGES} where c.number = :number and ${IS_TASK_CHANGE}`, { number });
  if (row === undefined) return undefined;
  const change = toTaskChange(row);
  /** Returns the task of a change of which nothing is left to do; undefined if the change required no work. */
  const made = change.importPk === null ? undefined : await readTaskImport(reader, change.importPk);
  return {
    ...buildChangeFacts(change, made),
    work: "check",
    kind: made?.kind ?? "users",
    thing: made === undefined ? USER.name : FORMATS[made.kind].thing.name,
    ...ZERO_COUNTS,
    records: [],
    state: "done",
    closedAt: null,
    closedBy: null,
  };
};

/** Returns the open tasks of a mirror, oldest first, each with all its records. */
export const listOpenTasksInFull = async (reader: Reader): Promise<readonly ConsoleTask[]> =>
  new TaskReader(reader, { most: Number.MAX_SAFE_INTEGER }).read(await readDrift(reader), "open");

/**
 * Returns the tasks of a mirror, oldest first. Tasks that only require a check come last. @param all also returns the
 * tasks that somebody confirmed and that no export has shown yet
 */
export const listTasks = async (reader: Reader, all = false): Promise<readonly ConsoleTask[]> => {
  const tasks = new TaskReader(reader);
  const open = await tasks.read(await readDrift(reader), "open");
  if (!all) return [...open.filter(({ work }) => work !== "check"), ...open.filter(({ work }) => work === "check")];
  const known = new Set(open.map(({ number }) => number));
  const confirmed = (await tasks.read(await readDrift(reader, { state: "confirmed" }), "confirmed")).filter(
    ({ number }) => !known.has(number),
  );
  return [...open, ...confirmed].toSorted((a, b) => a.number - b.number);
};

/**
 * Returns a task. @param number number of its change @param all true to list all of its records @throws Failure
 * `not-found`
 */
export const readTask = async (reader: Reader, number: number, { all = false } = {}): Promise<ConsoleTask> => {
  const row = await reader.get(`${SELECT_TASK_CHANGES} where c.number = :number`, { number });
  if (row !== undefined && row["revision"] !== null) {
    const revision = Number(row["revision"]);
    const tasks = new TaskReader(reader, all ? { most: Number.MAX_SAFE_INTEGER } : {});
    for (const state of ["open", "confirmed"] as const) {
      const [task] = await tasks.read(await readDrift(reader, { state, revision }), state);
      if (task !== undefined) return task;
    }
    const done = await readDoneTask(reader, number);
    if (done !== undefined) return done;
  }
  throw new Failure("not-found", {
    what: text(`there is no console task ${number}`, `管理画面での作業 ${number} はありません`),
    hint: step("to list the open tasks", "未了の作業の一覧", line("console list", [])),
  });
};

/** Returns the number of an account's newest change that has an open task. @throws Failure `not-found` */
export const findLastOpenTask = async (reader: Reader, actor: string): Promise<number> => {
  const { changes } = await readOpenDriftAndChanges(reader);
  const own = [...changes.values()].filter((change) => change.actor === actor);
  if (own.length > 0) return Math.max(...own.map(({ number }) => number));
  throw new Failure("not-found", {
    what: text(
      `no change by ${actor} has an open task in the console`,
      `${actor} による変更で、管理画面での作業が残っているものはありません`,
    ),
    hint: step("to list the open tasks", "未了の作業の一覧", line("console list", [])),
  });
};

/** Returns the tasks with these numbers, in the same order. @throws Failure `not-found` */
export const readTasks = async (reader: Reader, numbers: readonly number[]): Promise<readonly ConsoleTask[]> => {
  const tasks: ConsoleTask[] = [];
  for (const number of numbers) tasks.push(await readTask(reader, number));
  return tasks;
};

export interface OpenTasks {
  readonly open: ReadonlyMap<number, number>;
  readonly contradicted: ReadonlySet<number>;
}

/** Returns the open tasks by number.  @param of record type whose contradictions count; default: all record types */
export const readOpenTasks = async (reader: Reader, of?: string): Promise<OpenTasks> => {
  const { drift, changes } = await readOpenDriftAndChanges(reader);
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

/**
 * Returns the number of the newest open task that contains a record, which may be deleted; null if there is no such
 * task.
 */
export const findTaskOfRecord = async (
  reader: Reader,
  { thing, id }: { readonly thing: string; readonly id: string },
): Promise<number | null> => {
  const pk = await findRecordNumber(reader, thing, id);
  if (pk === undefined) return null;
  // the name, the password and the administrator mark of an account are stored with the user
  const things = thing === ACCOUNT.name ? [thing, USER.name] : [thing];
  const revisions = (await Promise.all(things.map((of) => findTaskRevisions(reader, of, pk)))).flat();
  const newest = Math.max(-1, ...revisions);
  return (await readTaskChanges(reader, [newest])).get(newest)?.number ?? null;
};

/** Returns the numbers of the open tasks of users and of their accounts, by the user's id.  @param ids as JSON */
export const readTasksOfUsers = async (
  reader: Reader,
  ids: string,
): Promise<ReadonlyMap<string, readonly number[]>> => {
  if (!(await isMirror(reader))) return new Map();
  const users = await reader.all("select pk, id from user where id in (select value from json_each(:ids))", { ids });
  const pks = JSON.stringify(users.map(({ pk }) => pk));
  const drift = (await Promise.all([USER.name, ACCOUNT.name].map((of) => readTaskRevisions(reader, of, pks)))).flat();
  const changes = await readTaskChanges(reader, [...new Set(drift.map(({ revision }) => revision))]);
  const numbers = (of: number): readonly number[] =>
    drift.flatMap(({ pk, revision }) => (pk === of ? (changes.get(revision)?.number ?? []) : []));
  return new Map(users.map(({ pk, id }) => [String(id), [...new Set(numbers(Number(pk)))].toSorted((a, b) => a - b)]));
};
