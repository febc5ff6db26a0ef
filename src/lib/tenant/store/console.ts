import type { ConsoleTask } from "../../contract/index.ts";
import { Failure } from "../../errors/index.ts";
import { ACCOUNT_SETTINGS } from "../../model/account.ts";
import type { ConsoleChange, ConsoleTaskState, ConsoleWork } from "../../model/console-task.ts";
import type { FormatName } from "../../model/console-files.ts";
import { OWNERS, wipeFor } from "../../model/device.ts";
import { FORMATS } from "../../model/formats.ts";
import { ORG } from "../../model/organisation.ts";
import { SCHEME } from "../../model/scheme.ts";
import { SECURED_GROUP } from "../../model/secured-user.ts";
import type { Thing } from "../../model/thing.ts";
import { countNewKeys } from "../../rules/import-file.ts";
import { text } from "../../text/index.ts";
import { NEXT_CHANGE } from "./audit.ts";
import { numberIn, numbersOf, type ImportDetail } from "./imports/record.ts";
import { THEN } from "./sql/forms.ts";
import { ROOT } from "./orgs.ts";
import { versionsOf } from "../versions/keep.ts";
import { changedValues, Timelines } from "../versions/timeline.ts";
import type { Reader, Row, Writer } from "./store.ts";

/** Something that has to be done in the console. */
export interface NewConsoleTask {
  readonly work: ConsoleWork;
  readonly kind: FormatName;
  /** number of the import that it comes from */
  readonly import: number | null;
  /** the custom field that it is about */
  readonly name: string | null;
  readonly at: string;
  readonly actor: string;
}

/** How a task was closed, and by whom. */
export interface Closing {
  readonly state: Exclude<ConsoleTaskState, "open">;
  readonly at: string;
  readonly actor: string;
}

/** SQL: the change that a task comes from; null of one of an import, which has it. */
const OWN_CHANGE = `case when :import is null then ${NEXT_CHANGE} end`;

export const insertTask = async (writer: Writer, task: NewConsoleTask): Promise<void> => {
  await writer.run(
    `insert into main.console_task (work, kind, import, name, state, openedAt, openedBy, change)
     values (:work, :kind, :import, :name, 'open', :at, :actor, ${OWN_CHANGE})`,
    { ...task },
  );
};

/** A record whose writing by hand has to be repeated in the console. */
export interface HandTask {
  readonly work: ConsoleWork;
  readonly changes: readonly ConsoleChange[];
  /** the tenant's, as of the last change of the record */
  readonly revision: number;
}

/** The record of a task by hand. */
interface HandTarget {
  /** name of its thing, if no file has it; null of one that the kind's files have */
  readonly thing: string | null;
  /** its number in its table */
  readonly target: number;
}

/** SQL: the organisation in which the record of a task lies; null of one that is in none. */
const ORG_OF_TARGET = `case :kind when 'orgs' then :target
  when 'users' then (select u.org from main.user u where u.pk = :target)
  when 'devices' then (select coalesce(u.org, d.ownerOrg, ${ROOT}) from main.device d left join main.user u on u.pk = d.owner
    where d.pk = :target) end`;

/** @returns its number */
export const insertHandTask = async (
  writer: Writer,
  {
    object,
    changes,
    ...task
  }: HandTask &
    Pick<NewConsoleTask, "kind" | "at" | "actor"> & {
      readonly object: { readonly id: string; readonly called: string } & HandTarget;
    },
): Promise<number> => {
  await writer.run(
    `insert into main.console_task
       (work, kind, thing, name, object, target, changes, revision, org, state, openedAt, openedBy, change)
     values (:work, :kind, :thing, :called, :id, :target, :changes, :revision, ${ORG_OF_TARGET}, 'open', :at, :actor,
       ${NEXT_CHANGE})`,
    { ...task, ...object, changes: JSON.stringify(changes) },
  );
  return writer.count("select max(pk) from main.console_task");
};

export const updateHandTask = async (
  writer: Writer,
  number: number,
  { changes, ...task }: HandTask & { readonly called: string },
): Promise<void> => {
  await writer.run(
    `update main.console_task set work = :work, name = :called, changes = :changes, revision = :revision,
       change = ${NEXT_CHANGE} where pk = :number`,
    { number, ...task, changes: JSON.stringify(changes) },
  );
  const moved = await writer.get("select kind, target from main.console_task where pk = :number", { number });
  await writer.run(`update main.console_task set org = coalesce(${ORG_OF_TARGET}, org) where pk = :number`, {
    number,
    ...moved,
  });
};

/** A task by hand that is open. */
interface OpenHandTask extends HandTask {
  readonly number: number;
  readonly called: string;
}

const OPEN_HAND = `select pk, work, name, changes, revision from console_task
  where kind = :kind and thing is not distinct from :thing and state = 'open'`;

const openHandOf = (row: Row): OpenHandTask => ({
  number: Number(row["pk"]),
  work: row["work"] as ConsoleWork,
  called: String(row["name"]),
  ...handOf(row),
});

/** The last open task of a record that no export has contradicted. */
export const openHandTask = async (
  reader: Reader,
  kind: FormatName,
  { thing, target }: HandTarget,
): Promise<OpenHandTask | undefined> => {
  const sql = `${OPEN_HAND} and target = :target and doubtedAt is null order by pk desc limit 1`;
  const row = await reader.get(sql, { kind, thing, target });
  return row && openHandOf(row);
};

/** The open tasks by hand of the records that a kind's files have. */
export const openHandTasks = async (reader: Reader, kind: FormatName): Promise<readonly OpenHandTask[]> =>
  (await reader.all(`${OPEN_HAND} and target is not null order by pk`, { kind, thing: null })).map(openHandOf);

/** Whether an import, or the undoing of one, has changed a record that the console is to change after it. */
export const isImportedSince = async (
  reader: Reader,
  thing: Thing,
  { target, revision }: { readonly target: number; readonly revision: number },
): Promise<boolean> => {
  // what no file has no import changes
  if (Object.keys(thing.formats).length === 0) return false;
  const sql = `select count(*) from (select 1 from ${thing.name}_version v ${THEN} import i on i.revision = v.revision
    where v.revision > :revision and v.pk = :target and v.action = 'update'
      and coalesce(i.detail -> 'request' ->> 'fromConsole', 0) = 0 limit 1)`;
  return (await reader.count(sql, { target, revision })) > 0;
};

const handOf = (row: Row): Pick<HandTask, "changes" | "revision"> => ({
  changes: JSON.parse(String(row["changes"])) as readonly ConsoleChange[],
  revision: Number(row["revision"]),
});

/**
 * The number of a record's open task; null if it has none that the asker sees.
 *
 * @param thing the name of its thing, if no file has it
 */
export const openTaskOf = async (reader: Reader, id: string, thing: string | null): Promise<number | null> => {
  const row = await reader.get(
    `select pk from console_task where object = :id and thing is not distinct from :thing and state = 'open'
     order by pk desc limit 1`,
    { id, thing },
  );
  return row === undefined ? null : Number(row["pk"]);
};

/** A task's number, or null if the asker does not see the task. */
export const visibleTask = async (reader: Reader, number: number): Promise<number | null> =>
  (await reader.get("select pk from console_task where pk = :number", { number })) === undefined ? null : number;

/** The numbers of the open tasks of a kind, oldest first. */
export const openTaskNumbers = async (reader: Reader, kind: FormatName): Promise<number[]> => {
  const sql = "select pk from console_task where state = 'open' and kind = :kind order by pk";
  return (await reader.all(sql, { kind })).map(({ pk }) => Number(pk));
};

/** The record of a task by hand that files have: its number in its table, and the tenant's revision as of its last change. */
export const handTarget = async (
  reader: Reader,
  number: number,
): Promise<{ readonly target: number; readonly revision: number } | undefined> => {
  const row = await reader.get("select target, revision from console_task where pk = :number and thing is null", {
    number,
  });
  if (row === undefined || row["target"] === null) return undefined;
  return { target: Number(row["target"]), revision: Number(row["revision"]) };
};

/** What a record has until an open task is done, as far as that changes it. */
export interface FormerValues {
  /** the task that changes it */
  readonly number: number;
  readonly objectId: string;
  /** by field */
  readonly values: Readonly<Record<string, unknown>>;
}

/** What records have until open tasks are done that change them, in the order of these. @param ids of the records */
export const formerValues = async (
  reader: Reader,
  { kind, thing }: Pick<ConsoleTask, "kind" | "thing">,
  ids: readonly string[],
): Promise<readonly FormerValues[]> => {
  const byHand = await reader.all(
    `select pk, object, changes from console_task t where state = 'open' and kind = :kind and thing is not distinct from :thing
       and work <> 'create' and changes is not null and object in (select value from json_each(:ids))`,
    { kind, thing, ids: JSON.stringify(ids) },
  );
  const place = kind === "orgs" ? ", (select p.id from org p where p.pk = v.parent) as parentId" : "";
  const imported = await reader.all(
    `select distinct k.pk as task, t.object, v.*${place} from console_task t ${THEN} console_task k on k.kind = t.kind and k.state = 'open'
       ${THEN} import i on i.pk = k.import
       ${THEN} ${tableOf(kind)}_version v on v.revision = i.revision and v.pk = t.target and v.action = 'update'
     where t.kind = :kind and t.thing is null and t.object in (select value from json_each(:ids))`,
    { kind, ids: JSON.stringify(ids) },
  );
  const all = [
    ...byHand.map((row) => ({
      number: Number(row["pk"]),
      objectId: String(row["object"]),
      values: beforeIn(row),
    })),
    ...imported.map(({ task, object, parentId = null, ...version }) => {
      const values = changedValues(versionsOf(tableOf(kind)), version);
      const moved = "parent" in values ? { parentId } : {};
      return { number: Number(task), objectId: String(object), values: { ...values, ...moved } };
    }),
  ];
  return all.toSorted((a, b) => a.number - b.number);
};

/** Records of a kind that are gone, as they were then, by their ids; organisations without a code with their path. */
export const goneRecords = async (
  reader: Reader,
  kind: FormatName,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Row>> => {
  const rows = await reader.all(
    `select distinct v.* from console_task t ${THEN} import i on i.revision is not null
       ${THEN} ${tableOf(kind)}_version v on v.revision = i.revision and v.pk = t.target and v.action = 'delete'
     where t.kind = :kind and t.thing is null and t.object in (select value from json_each(:ids)) order by v.revision`,
    { kind, ids: JSON.stringify(ids) },
  );
  const gone = new Map(rows.map((row) => [String(row["id"]), row]));
  if (kind !== "orgs") return gone;
  const timelines = new Timelines(reader);
  for (const [id, row] of gone) {
    const moment = { revision: Number(row["revision"]), side: "before" } as const;
    if (row["code"] === null) gone.set(id, { ...row, path: await timelines.called(ORG, row["pk"] ?? null, moment) });
  }
  return gone;
};

/** The fields by which people find a record of a kind: what it is called, and its first key. */
const foundBy = (kind: FormatName): readonly string[] => {
  const { keys, namedBy = "name" } = FORMATS[kind].thing;
  return [namedBy, ...keys.slice(0, 1).map(({ field }) => field)];
};

/** A record that was deleted here, and what people know it by: as it was here, and as the console last showed it. */
export interface DeletedRecord {
  readonly local: Row;
  readonly console: Row;
}

/** Maximum number of deleted records that are looked at. */
const MAX_DELETED = 100;

/** Returns records that an import deleted and that the console knows by another name or key, in the order of their numbers. */
export const renamedDeletions = async (
  reader: Reader,
  kind: FormatName,
  importId: string,
): Promise<readonly DeletedRecord[]> => {
  const fields = foundBy(kind);
  const table = tableOf(kind);
  const json = (alias: string): string =>
    `json_object(${fields.map((name) => `'${name}', ${alias}.${name}`).join(", ")})`;
  const rows = await reader.all(
    `select ${json("v")} as local, ${json("o")} as console from import i
       ${THEN} ${table}_version v on v.revision = i.revision and v.action = 'delete' ${THEN} ${table}_observed o on o.pk = v.pk
     where i.id = :importId and (${fields.map((name) => `o.${name} is distinct from v.${name}`).join(" or ")})
       and not exists (select 1 from ${table} t where t.pk = v.pk) order by v.pk limit :most`,
    { importId, most: MAX_DELETED },
  );
  return rows.map((row) => ({
    local: JSON.parse(String(row["local"])) as Row,
    console: JSON.parse(String(row["console"])) as Row,
  }));
};

/** What the console has until a task by hand is done, by field. */
export const beforeIn = (row: Row): FormerValues["values"] =>
  Object.fromEntries(handChangesOf(row).map(({ field, before, ids: of }) => [field, of?.before ?? before]));

/** The table with the records of a kind. */
const tableOf = (kind: FormatName): string => TABLES[kind] ?? "secured_user";

const handChangesOf = (row: Row): readonly ConsoleChange[] =>
  JSON.parse(String(row["changes"])) as readonly ConsoleChange[];

/** Closes the open tasks of an import. */
export const closeTasksOf = async (writer: Writer, of: number, closing: Closing): Promise<void> => {
  await writer.run(
    `update main.console_task set state = :state, closedAt = :at, closedBy = :actor where import = :of and state = 'open'`,
    { of, ...closing },
  );
};

/** Closes the open tasks that a change by hand opened, and that no later one joined. @param change its number */
export const closeTasksOfChange = async (writer: Writer, change: number, closing: Closing): Promise<void> => {
  // a task has the number of the change that joined it last: one that is older than the change before was joined
  await writer.run(
    `update main.console_task set state = :state, closedAt = :at, closedBy = :actor
     where import is null and change = :change and state = 'open'
       and not exists (select 1 from main.audit a where a.seq < :change and a.at >= openedAt)`,
    { change, ...closing },
  );
};

/** Drops the open tasks of a custom field that is removed: the task of that takes their place. */
export const dropFieldTasks = async (writer: Writer, name: string, by: Omit<Closing, "state">): Promise<void> => {
  await writer.run(
    `update main.console_task set state = 'dropped', closedAt = :at, closedBy = :actor
     where import is null and name = :name and state = 'open'`,
    { name, ...by },
  );
};

export const closeTask = async (writer: Writer, number: number, closing: Closing): Promise<void> => {
  await writer.run(
    "update main.console_task set state = :state, closedAt = :at, closedBy = :actor where pk = :number",
    {
      number,
      ...closing,
    },
  );
};

/** Opens a task again. @param doubtedAt when an export of the console contradicted it */
export const openAgain = async (writer: Writer, number: number, doubtedAt: string | null): Promise<void> => {
  await writer.run(
    "update main.console_task set state = 'open', closedAt = null, closedBy = null, doubtedAt = :doubtedAt where pk = :number",
    { number, doubtedAt },
  );
};

/** Stores when an export of the console contradicted a task; null if the last one did not. */
export const doubtTask = async (writer: Writer, number: number, at: string | null): Promise<void> => {
  await writer.run("update main.console_task set doubtedAt = :at where pk = :number", { number, at });
};

/** The tables of what is written by hand and files have, by kind; those of SECURED APPs have one. */
const TABLES: Readonly<Record<string, string>> = { users: "user", orgs: "org", devices: "device" };

/** SQL: the record of a task `t` in a table: by its number, which is never given to another one. */
const isIn = (table: string): string => `exists (select 1 from ${table} r where r.pk = t.target)`;

/** SQL: true if the change with a revision deleted the record of a task `t`. */
const isDeletedIn = (revision: string): string =>
  `(${["user", "org", "device", "secured_user"].map((table) => `exists (select 1 from ${table}_version v where v.pk = t.target and v.revision = ${revision} and v.action = 'delete')`).join(" or ")})`;

/** SQL: of a task `t` that asks for values of a record, that the record is not there any more. */
const IS_GONE = `(t.state = 'open' and t.work <> 'delete' and t.target is not null and not case
  when t.thing = '${ACCOUNT_SETTINGS.name}' then true
  ${[SECURED_GROUP, SCHEME].map(({ name }) => `when t.thing = '${name}' then ${isIn(name)}`).join(" ")}
  ${Object.entries(TABLES)
    .map(([kind, table]) => `when t.kind = '${kind}' then ${isIn(table)}`)
    .join(" ")} else ${isIn("secured_user")} end)`;

/** SQL: the open task of the import that deleted the record of a task `t`. */
const DELETION_TASK = `(select max(d.pk) from console_task d join import x on x.pk = d.import
  where d.state = 'open' and d.kind = t.kind and ${isDeletedIn("x.revision")})`;

/** SQL: the import that deleted the record of a task `t`, if it took over an export of the console: nobody deleted it. */
const ABSENT_IN = `(select case when i.detail -> 'request' ->> 'fromConsole' then
    json_object('importNumber', cast(i.change as text), 'file', i.detail -> 'request' ->> 'fileName') end
  from import i where i.kind = t.kind and ${isDeletedIn("i.revision")} order by i.revision desc limit 1)`;

/**
 * SQL: the import that a task `t` undoes, and that one's task as it was until then: the undoing dropped it if it was open.
 * Null of one that took over an export of the console, which had all of it.
 */
const UNDOES = `(select json_object('importNumber', cast(o.change as text), 'task', k.pk,
    'state', case when k.state = 'dropped' and k.closedAt = t.openedAt then 'open' else k.state end)
  from import o left join console_task k on k.import = o.pk
  where o.id = i.detail ->> 'reverts' and coalesce(o.detail -> 'request' ->> 'fromConsole', 0) = 0
  order by k.pk desc limit 1)`;

/** SQL: of a task `t` of a custom field that was removed and added again, the other open one; the removal is the earlier. */
const FIELD_TASK = `(select max(o.pk) from console_task o
  where o.state = 'open' and o.import is null and o.target is null and o.name = t.name
    and (t.work = 'add-field' and o.work = 'remove-field' and o.pk < t.pk
      or t.work = 'remove-field' and o.work = 'add-field' and o.pk > t.pk))`;

const TASKS = `select t.*, case when t.state = 'open' and t.work in ('add-field', 'remove-field') then ${FIELD_TASK} end as fieldTask,
  case when t.work = 'undo' then ${UNDOES} end as undoes, i.id as importId, i.change as importChange, i.detail, ${IS_GONE} as gone,
  case when ${IS_GONE} then ${DELETION_TASK} end as deletionTask, case when ${IS_GONE} then ${ABSENT_IN} end as absentIn,
  d.platform, d.status as deviceStatus, d."androidMode"
  from console_task t left join import i on i.pk = t.import
    left join device d on t.kind = 'devices' and d.pk = t.target`;

const orNull = (value: Row[string] | undefined): string | null =>
  value === null || value === undefined ? null : String(value);

/** What was written by hand. */
const changesOf = (row: Row): ConsoleTask["changes"] => (row["changes"] === null ? [] : [...handOf(row).changes]);

/** Whether a task by hand gives a device another owner, for which it has to be wiped. */
const isWiping = (row: Row, changes: readonly ConsoleChange[]): boolean => {
  const isPassed = changes.some(({ field, before }) => OWNERS.includes(field) && before !== null);
  const { platform, deviceStatus: status, androidMode } = row;
  return isPassed && wipeFor({ platform, status, androidMode } as Parameters<typeof wipeFor>[0]) !== undefined;
};

const taskOf = (row: Row): ConsoleTask => {
  const detail = row["detail"] === null ? undefined : (JSON.parse(String(row["detail"])) as ImportDetail);
  const counts = detail?.emittedCounts ?? detail?.counts ?? undefined;
  const { create = 0, update = 0, delete: gone = 0, wipes: counted } = counts ?? {};
  const isUpload = row["work"] === "upload";
  const kind = row["kind"] as FormatName;
  const released = isUpload ? (counts?.released ?? 0) : 0;
  const columns = counts?.columns ?? [];
  const newKeys = isUpload ? countNewKeys({ kind, request: detail?.request, columns }) : 0;
  const changes = changesOf(row);
  const wipes = counted ?? (isWiping(row, changes) ? 1 : 0);
  return {
    number: Number(row["pk"]),
    work: row["work"] as ConsoleWork,
    kind,
    thing: orNull(row["thing"]),
    importNumber: row["import"] === null ? null : numbersOf({ pk: row["import"], change: row["importChange"] }).number,
    importId: orNull(row["importId"]),
    fromChange: numberIn(row, "importChange") ?? numberIn(row, "change"),
    name: orNull(row["name"]) ?? detail?.request?.fileName ?? null,
    key: null,
    objectId: orNull(row["object"]),
    changes,
    gone: row["gone"] === 1,
    restored: [],
    former: [],
    undoes: row["undoes"] === null ? null : (JSON.parse(String(row["undoes"])) as ConsoleTask["undoes"]),
    ...(row["fieldTask"] !== null && { fieldTask: Number(row["fieldTask"]) }),
    deletionTask: row["deletionTask"] === null ? null : Number(row["deletionTask"]),
    absentIn: row["absentIn"] === null ? null : (JSON.parse(String(row["absentIn"])) as ConsoleTask["absentIn"]),
    file: detail?.emittedFile ?? null,
    mode: detail === undefined ? null : (detail.request?.mode ?? "undo"),
    create,
    update,
    delete: gone,
    ...(released > 0 && { released }),
    ...(newKeys > 0 && { newKeys }),
    ...(wipes > 0 && { wipes }),
    state: row["state"] as ConsoleTaskState,
    openedAt: String(row["openedAt"]),
    openedBy: String(row["openedBy"]),
    closedAt: orNull(row["closedAt"]),
    closedBy: orNull(row["closedBy"]),
    doubtedAt: orNull(row["doubtedAt"]),
  };
};

/** Oldest first; all states if none is given. */
export const listTasks = async (reader: Reader, state?: ConsoleTaskState): Promise<readonly ConsoleTask[]> => {
  const rows =
    state === undefined
      ? await reader.all(`${TASKS} order by t.pk`)
      : await reader.all(`${TASKS} where t.state = :state order by t.pk`, { state });
  return rows.map(taskOf);
};

/** The numbers of open tasks, by those of the imports that they come from. */
export const openTasks = async (reader: Reader): Promise<ReadonlyMap<number, number>> => {
  const rows = await reader.all("select import, pk from console_task where state = 'open' and import is not null");
  return new Map(rows.map((row) => [Number(row["import"]), Number(row["pk"])]));
};

/** @throws Failure `not-found` */
export const readTask = async (reader: Reader, number: number): Promise<ConsoleTask> => {
  const row = await reader.get(`${TASKS} where t.pk = :number`, { number });
  if (row !== undefined) return taskOf(row);
  throw new Failure("not-found", {
    what: text(`no task ${number} for the console`, `管理画面での作業 ${number} はありません`),
    hint: text("see them all: clomoctl console list --all", "一覧: clomoctl console list --all"),
  });
};

/** Tasks in the order of their numbers as they are given. @throws Failure `not-found` */
export const readTasks = async (reader: Reader, numbers: readonly number[]): Promise<readonly ConsoleTask[]> => {
  const tasks: ConsoleTask[] = [];
  for (const number of numbers) tasks.push(await readTask(reader, number));
  return tasks;
};
