import { line, step } from "../../advice/index.ts";
import { Failure } from "../../errors/index.ts";
import { ACCOUNT, ACCOUNT_SETTINGS, ACCOUNT_SETTINGS_NUMBER } from "../../nouns/account.ts";
import { type FormatName, THINGS_WITHOUT_TASKS } from "../../nouns/index.ts";
import { USER } from "../../nouns/user.ts";
import { text } from "../../text/index.ts";
import type { ConsoleImportResult } from "../plans/import-rows.ts";
import { isMirror } from "../records/tenant-rows.ts";
import type { Reader } from "../store/store.ts";
import { readDrift, readRecordDrift, readTaskNumbers, type OpenDrift } from "./drift.ts";
import { TaskRecordReader, type TaskRecord } from "./records.ts";

export interface ConsoleTask {
  readonly number: number;
  readonly kind: FormatName;
  readonly action: string;
  readonly name: string | null;
  readonly create: number;
  readonly update: number;
  readonly delete: number;
  readonly records: readonly TaskRecord[];
  readonly openedAt: string;
  readonly openedBy: string | null;
}

const MAX_LISTED_RECORDS = 20;

const readTask = async (
  reader: Reader,
  records: TaskRecordReader,
  parts: readonly [OpenDrift, ...OpenDrift[]],
  most: number,
): Promise<ConsoleTask> => {
  const [{ revision, number }] = parts;
  const listed: TaskRecord[] = [];
  for (const one of await readRecordDrift(reader, { revision, most })) listed.push(await records.read(one));
  const change = await reader.get<{ at: string; action: string; actor: string | null; name: string | null }>(
    `select m.at, m.action, (select a.actor from audit a where a.seq = m.seq) as actor,
       (select i.detail -> 'request' ->> 'fileName' from import i where i.pk = c.import) as name
     from main.change c join main.audit m on m.seq = c.number where c.number = :number`,
    { number },
  );
  const count = (action: OpenDrift["action"]): number =>
    parts.reduce((sum, one) => sum + (one.action === action ? one.records : 0), 0);
  return {
    number,
    kind: listed[0]?.kind ?? "users",
    action: String(change?.action),
    name: change?.name ?? null,
    create: count("create"),
    update: count("update"),
    delete: count("delete"),
    records: listed,
    openedAt: String(change?.at),
    openedBy: change?.actor ?? null,
  };
};

export const listTasks = async (
  reader: Reader,
  { numbers, all = false }: { readonly numbers?: readonly number[]; readonly all?: boolean | undefined } = {},
): Promise<readonly ConsoleTask[]> => {
  const drift = await readDrift(reader);
  const records = new TaskRecordReader(reader);
  const tasks: ConsoleTask[] = [];
  for (const [number, [first, ...others]] of Map.groupBy(drift, (one) => one.number))
    if (first !== undefined && (numbers?.includes(number) ?? true))
      tasks.push(
        await readTask(reader, records, [first, ...others], all ? Number.MAX_SAFE_INTEGER : MAX_LISTED_RECORDS),
      );
  return tasks;
};

export const readTasks = async (
  reader: Reader,
  numbers: readonly number[],
  all?: boolean,
): Promise<readonly ConsoleTask[]> => {
  const tasks = await listTasks(reader, { numbers, all });
  const missing = numbers.find((number) => !tasks.some((task) => task.number === number));
  if (missing === undefined) return tasks;
  throw createNoTaskFailure(
    text(
      `change ${missing} does not have an open task in the console`,
      `変更 ${missing} に、管理画面での未完了の作業はありません`,
    ),
  );
};

const createNoTaskFailure = (what: ReturnType<typeof text>): Failure =>
  new Failure("not-found", {
    what,
    hint: step("to list the open tasks", "未完了の作業の一覧", line("console list", [])),
  });

export const findLastOpenTask = async (reader: Reader, actor: string): Promise<number> => {
  const numbers = JSON.stringify([...(await readOpenTasks(reader)).keys()]);
  const own = await reader.get(
    "select max(seq) as number from audit where actor = :actor and seq in (select value from json_each(:numbers))",
    { actor, numbers },
  );
  if (own?.["number"]) return Number(own["number"]);
  throw createNoTaskFailure(
    text(
      `no change by ${actor} has an open task in the console`,
      `${actor} による変更で、管理画面での作業が残っているものはありません`,
    ),
  );
};

export const readClosedTasks = async (
  reader: Reader,
  before: ReadonlyMap<number, number>,
): Promise<ConsoleImportResult> => {
  const open = await readOpenTasks(reader);
  return { closed: [...before.keys()].filter((number) => !open.has(number)), open: open.size };
};

export const readOpenTasks = async (reader: Reader): Promise<ReadonlyMap<number, number>> => {
  const open = new Map<number, number>();
  for (const { number, records } of await readDrift(reader)) open.set(number, (open.get(number) ?? 0) + records);
  return open;
};

/** Returns the number of a record, even if it was deleted. An account has its user's number. */
const findRecordNumber = async (reader: Reader, thing: string, id: string): Promise<number | undefined> => {
  if (thing === ACCOUNT_SETTINGS.name) return ACCOUNT_SETTINGS_NUMBER;
  const table = thing === ACCOUNT.name ? USER.name : thing;
  const row = await reader.get(
    `select t.pk from ${table} t where t.id = :id union all select o.pk from ${table}_observed o where o.id = :id`,
    { id },
  );
  return row && Number(row["pk"]);
};

export const findTaskOfRecord = async (
  reader: Reader,
  { thing, id }: { readonly thing: string; readonly id: string },
): Promise<number | null> => {
  const pk = THINGS_WITHOUT_TASKS.some(({ name }) => name === thing)
    ? undefined
    : await findRecordNumber(reader, thing, id);
  if (pk === undefined) return null;
  // the name, the password and the administrator mark of an account are stored with the user
  const things = thing === ACCOUNT.name ? [thing, USER.name] : [thing];
  const numbers = (await readTaskNumbers(reader, things, JSON.stringify([pk]))).map(({ number }) => number);
  return numbers.length === 0 ? null : Math.max(...numbers);
};

export const readTasksOfUsers = async (
  reader: Reader,
  ids: string,
): Promise<ReadonlyMap<string, readonly number[]>> => {
  if (!(await isMirror(reader))) return new Map();
  const users = await reader.all("select pk, id from user where id in (select value from json_each(:ids))", { ids });
  const pks = JSON.stringify(users.map(({ pk }) => pk));
  const tasks = await readTaskNumbers(reader, [USER.name, ACCOUNT.name], pks);
  return new Map(
    users.map(({ pk, id }) => {
      const numbers = tasks.flatMap((one) => (one.pk === pk ? [one.number] : []));
      return [String(id), [...new Set(numbers)].toSorted((a, b) => a - b)];
    }),
  );
};
