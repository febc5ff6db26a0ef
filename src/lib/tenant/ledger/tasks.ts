import { line, step } from "../../advice/index.ts";
import { Failure } from "../../errors/index.ts";
import { ACCOUNT } from "../../nouns/account.ts";
import type { FormatName } from "../../nouns/index.ts";
import { FORMATS } from "../../derived/formats.ts";
import { USER } from "../../nouns/user.ts";
import { text } from "../../text/index.ts";
import type { ConsoleImportResult } from "./import-rows.ts";
import { isMirror } from "./tenant-rows.ts";
import type { Reader } from "../store/types.ts";
import { getVersionSchema } from "./save-versions.ts";
import { buildThingDriftSql, readDrift, readRecordDrift, type OpenDrift } from "./drift.ts";
import { TaskRecordReader, type TaskRecord } from "./task-records.ts";

export interface ConsoleTask {
  readonly number: number;
  readonly kind: FormatName;
  readonly name: string | null;
  readonly create: number;
  readonly update: number;
  readonly delete: number;
  /** number of rows of an export that may belong to several records, of which `records` has the first */
  readonly leftOut: number;
  readonly records: readonly TaskRecord[];
  readonly openedAt: string;
  readonly openedBy: string | null;
}

const MAX_LISTED_RECORDS = 20;

const toLeftOutRecords = (kind: FormatName, rows: string): readonly TaskRecord[] =>
  (JSON.parse(rows) as readonly { readonly row: number; readonly key: string }[]).map(({ row, key }) => ({
    thing: FORMATS[kind].thing.name,
    kind,
    id: "",
    name: key,
    key,
    row,
    work: "settle",
    state: "left-out",
    console: null,
    changes: [],
  }));

const readTask = async (
  reader: Reader,
  records: TaskRecordReader,
  parts: readonly [OpenDrift, ...OpenDrift[]],
  most: number,
): Promise<ConsoleTask> => {
  const [{ revision, number }] = parts;
  const listed: TaskRecord[] = [];
  for (const one of await readRecordDrift(reader, { revision, most })) listed.push(await records.read(one));
  const change = await reader.get<
    Readonly<Record<"at" | "kind" | "leftOutRows", string>> & Pick<ConsoleTask, "name" | "openedBy">
  >(
    `select m.at, (select a.actor from audit a where a.seq = m.seq) as openedBy, i.kind,
       i.detail -> 'request' ->> 'fileName' as name, i.detail -> 'counts' -> 'merged' ->> 'leftOutRows' as leftOutRows
     from main.change c join main.audit m on m.seq = c.number left join import i on i.pk = c.import where c.number = :number`,
    { number },
  );
  if (change !== undefined && parts.some(({ action }) => action === "left-out"))
    listed.push(...toLeftOutRecords(change.kind as FormatName, change.leftOutRows));
  const count = (action: OpenDrift["action"]): number =>
    parts.reduce((sum, one) => sum + (one.action === action ? one.records : 0), 0);
  return {
    number,
    kind: listed[0]?.kind ?? "users",
    name: change?.name ?? null,
    create: count("create"),
    update: count("update"),
    delete: count("delete"),
    leftOut: count("left-out"),
    records: listed,
    openedAt: String(change?.at),
    openedBy: change?.openedBy ?? null,
  };
};

export const listTasks = async (
  reader: Reader,
  { numbers, all = false }: { readonly numbers?: readonly number[]; readonly all?: boolean | undefined } = {},
): Promise<readonly ConsoleTask[]> => {
  const drift = await readDrift(reader);
  const records = new TaskRecordReader(reader);
  const most = all ? Number.MAX_SAFE_INTEGER : MAX_LISTED_RECORDS;
  const tasks: ConsoleTask[] = [];
  for (const [number, [first, ...others]] of Map.groupBy(drift, (one) => one.number))
    if (first !== undefined && (numbers?.includes(number) ?? true))
      tasks.push(await readTask(reader, records, [first, ...others], most));
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
  throw new Failure("not-found", {
    what: text(
      `change ${missing} does not have an open task in the console`,
      `変更 ${missing} に、管理画面での未完了の作業はありません`,
    ),
    hint: step("to list the open tasks", "未完了の作業の一覧", line("console list", [])),
  });
};

export const readClosedTasks = async (reader: Reader, before: ReadonlySet<number>): Promise<ConsoleImportResult> => {
  const open = await readOpenTasks(reader);
  return { closed: [...before.difference(open)], open: open.size };
};

export const readOpenTasks = async (reader: Reader): Promise<ReadonlySet<number>> =>
  new Set((await readDrift(reader)).map(({ number }) => number));

/** @param ids JSON list of users @returns by user, the numbers of open tasks about the user or their account */
export const readTasksOfUsers = async (
  reader: Reader,
  ids: string,
): Promise<ReadonlyMap<string, readonly number[]>> => {
  if (!(await isMirror(reader))) return new Map();
  const which = "o.pk in (select pk from user where id in (select value from json_each(:ids)))";
  const drift = [USER.name, ACCOUNT.name].map((thing) => buildThingDriftSql(getVersionSchema(thing), which));
  const rows = await reader.all(
    `select distinct u.id, c.number from (${drift.join(" union all ")}) d join main.change c on c.revision = d.revision
       join main.user u on u.pk = d.pk where d.action not in ('restore', 'unsettled') order by c.number`,
    { ids },
  );
  const byUser = Map.groupBy(rows, ({ id }) => String(id));
  return new Map([...byUser].map(([id, all]) => [id, all.map(({ number }) => Number(number))]));
};
