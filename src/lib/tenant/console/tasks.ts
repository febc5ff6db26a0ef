import { line, step } from "../../advice/index.ts";
import { Failure } from "../../errors/index.ts";
import { ACCOUNT } from "../../model/account.ts";
import type { ConsoleTaskState, ConsoleWork } from "../../model/console-task.ts";
import type { FormatName } from "../../model/console-files.ts";
import { FORMATS } from "../../model/formats.ts";
import type { IMPORT_MODE_NAMES } from "../../model/import.ts";
import { USER } from "../../model/user.ts";
import { text } from "../../text/index.ts";
import { DETAIL_SQL } from "../audit/records.ts";
import { SELECT_IMPORTS, toImportRecord, type ImportRecord } from "../plans/import-rows.ts";
import type { Reader, Row } from "../store/store.ts";
import { buildHasWrittenSql } from "../versions/tables.ts";
import { readDrift, readRecordDrift, readTaskRevisions, type OpenDrift } from "./drift.ts";
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
  readonly mode: keyof typeof IMPORT_MODE_NAMES | null;
  readonly beside?: readonly (RecordCounts & { readonly thing: string })[];
  /** devices whose owner has to be removed first */
  readonly released?: number;
  /** the first 20 */
  readonly records: readonly TaskRecord[];
  readonly state: ConsoleTaskState;
  readonly openedAt: string;
  readonly openedBy: string | null;
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

  async read(drift: readonly OpenDrift[]): Promise<readonly ConsoleTask[]> {
    const byChange = Map.groupBy(drift, ({ revision }) => revision);
    const changes = await readTaskChanges(this.#reader, [...byChange.keys()]);
    const tasks: ConsoleTask[] = [];
    for (const [revision, parts] of byChange) {
      const change = changes.get(revision);
      if (change !== undefined) tasks.push(await this.#task(change, parts));
    }
    return tasks;
  }

  async #task(change: TaskChange, parts: readonly OpenDrift[]): Promise<ConsoleTask> {
    const { revision, importPk } = change;
    const records: TaskRecord[] = [];
    for (const record of await readRecordDrift(this.#reader, { revision, most: this.#most }))
      records.push(await this.#records.read(record));
    const made = importPk === null ? undefined : await readTaskImport(this.#reader, importPk);
    const main = getMainThing(parts, made);
    const { [main]: own = ZERO_COUNTS, ...others } = countRecordsByThing(parts);
    const beside = Object.entries(others).map(([thing, counts]) => ({ thing, ...counts }));
    const isOwn = made !== undefined && isThingOfImport(main, made);
    return {
      ...buildChangeFacts(change, made),
      work: determineTaskWork(parts, records),
      kind: isOwn ? made.kind : findRecordKind(records, main),
      thing: main,
      ...own,
      ...(beside.length > 0 && { beside }),
      ...(isOwn && getPreparatoryWork(made)),
      records,
      state: "open",
    };
  }
}

const readTaskImport = async (reader: Reader, pk: number): Promise<ImportRecord | undefined> => {
  const row = await reader.get(`${SELECT_IMPORTS} where i.pk = :pk`, { pk });
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
  mode: made === undefined ? null : (made.detail.request?.mode ?? ("undo" as const)),
  openedAt: at,
  openedBy: actor,
});

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

const determineTaskWork = (parts: readonly OpenDrift[], [first, ...more]: readonly TaskRecord[]): ConsoleWork => {
  if (first !== undefined && more.length === 0) return first.work;
  const works = new Set(parts.map(({ action }) => action));
  return works.size === 1 && works.has("delete") ? "delete" : "several";
};

const MIRROR_START_REVISION = `select min(a.revision) from main.change a where a.writer = 'console' or a.writer = 'apply'
  and exists (select 1 from main.audit t where t.seq = a.number and ${DETAIL_SQL} ->> 'mirroredAt' is not null)`;

/** SQL: true for a change `c` of a mirror that required work in the console and that the acting account can see. */
const IS_TASK_CHANGE = `c.revision >= (${MIRROR_START_REVISION}) and c.writer not in ('console', 'confirm')
  and ${buildHasWrittenSql("c.revision")} and exists (select 1 from audit seen where seen.seq = c.number)`;

/** Returns the task of a change of which nothing is left to do; undefined if the change required no work. */
const readDoneTask = async (reader: Reader, number: number): Promise<ConsoleTask | undefined> => {
  const row = await reader.get(`${SELECT_TASK_CHANGES} where c.number = :number and ${IS_TASK_CHANGE}`, { number });
  if (row === undefined) return undefined;
  const change = toTaskChange(row);
  const made = change.importPk === null ? undefined : await readTaskImport(reader, change.importPk);
  return {
    ...buildChangeFacts(change, made),
    work: "several",
    kind: made?.kind ?? "users",
    thing: made === undefined ? USER.name : FORMATS[made.kind].thing.name,
    ...ZERO_COUNTS,
    records: [],
    state: "done",
  };
};

/** Returns the open tasks of a mirror, oldest first, each with all its records. */
export const listOpenTasksInFull = async (reader: Reader): Promise<readonly ConsoleTask[]> =>
  new TaskReader(reader, { most: Number.MAX_SAFE_INTEGER }).read(await readDrift(reader));

/** Returns the tasks of a mirror, oldest first. */
export const listTasks = async (reader: Reader): Promise<readonly ConsoleTask[]> =>
  new TaskReader(reader).read(await readDrift(reader));

/**
 * Returns a task. @param number number of its change @param all true to list all of its records @throws Failure
 * `not-found`
 */
export const readTask = async (reader: Reader, number: number, { all = false } = {}): Promise<ConsoleTask> => {
  const row = await reader.get(`${SELECT_TASK_CHANGES} where c.number = :number`, { number });
  if (row !== undefined && row["revision"] !== null) {
    const revision = Number(row["revision"]);
    const tasks = new TaskReader(reader, all ? { most: Number.MAX_SAFE_INTEGER } : {});
    const [task] = await tasks.read(await readDrift(reader, revision));
    if (task !== undefined) return task;
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

/** Returns how many records are open in each task, by the number of the task. */
export const readOpenTasks = async (reader: Reader): Promise<ReadonlyMap<number, number>> => {
  const { drift, changes } = await readOpenDriftAndChanges(reader);
  const open = new Map<number, number>();
  for (const { revision, records } of drift) {
    const number = changes.get(revision)?.number;
    if (number !== undefined) open.set(number, (open.get(number) ?? 0) + records);
  }
  return open;
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
  const drift = await Promise.all(things.map((of) => readTaskRevisions(reader, of, JSON.stringify([pk]))));
  const newest = Math.max(-1, ...drift.flat().map(({ revision }) => revision));
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
