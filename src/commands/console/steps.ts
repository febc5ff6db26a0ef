import { line } from "../../lib/advice/index.ts";
import type { ConsoleTask, TaskRecord } from "../../lib/client/index.ts";
import { ACCOUNT, ACCOUNT_SETTINGS } from "../../lib/model/account.ts";
import { getConsoleLabel, formatConsoleValue } from "../../lib/model/console-change.ts";
import { CONSOLE_WORK_NAMES } from "../../lib/model/console-task.ts";
import { FORMATS } from "../../lib/model/formats.ts";
import { getDisplayName } from "../../lib/model/import.ts";
import { formatOrgPath, ORG } from "../../lib/model/organisation.ts";
import { getThingNoun } from "../../lib/model/problem.ts";
import type { Field, Thing } from "../../lib/model/thing.ts";
import { THINGS } from "../../lib/model/things.ts";
import { addArticle, joinTexts, same, text, type Text } from "../../lib/text/index.ts";
import { describeUpload, getConsolePage, insertAppName } from "./screen.ts";
import { buildConsoleImportCommand } from "../imports/refusal/command.ts";

type RecordChange = TaskRecord["changes"][number];

/** Maximum number of records that the steps of a task list with their values. */
const MAX_NAMED_RECORDS = 10;

const COMMA = text(", ", "、");

export const getThing = ({ thing }: Pick<TaskRecord, "thing">): Thing => THINGS.get(thing) ?? FORMATS.users.thing;

const isExportedThing = ({ formats }: Thing): boolean => Object.keys(formats).length > 0;

/**
 * Returns what to do in the console and afterwards, one step after another.
 *
 * @param most maximum number of records that are named
 */
export const buildTaskSteps = (task: ConsoleTask, most = MAX_NAMED_RECORDS): readonly Text[] => [
  ...buildUploadStep(task),
  ...buildRecordSteps(task, most),
  ...buildClosingSteps(task),
];

/** Returns how to upload the records of a task instead of entering them, if there are several. */
function buildUploadStep({ kind, number, create, update, records }: ConsoleTask): readonly Text[] {
  if (create + update < 2 || !records.every((record) => isExportedThing(getThing(record)))) return [];
  const [write, upload] = [
    line("console upload", [number], { output: "upload" }),
    describeUpload({ kind, mode: "append" }),
  ];
  return [
    text(
      `instead of entering them one by one: ${write}; ${upload.en}`,
      `1 件ずつ入力する代わりに: ${write}。${upload.ja}`,
    ),
  ];
}

/** Returns what to do with each record: where to click and what to enter. */
function buildRecordSteps(task: ConsoleTask, most: number): readonly Text[] {
  const { records, number } = task;
  const count = task.create + task.update + task.delete;
  const [only] = records;
  if (only !== undefined && count === 1) return buildSingleRecordSteps(only);
  const shown = records.slice(0, most);
  const groups = Map.groupBy(shown, ({ thing, work }) => `${thing} ${work}`);
  const steps = [...groups.values()].flatMap(([first, ...others]) =>
    first === undefined
      ? []
      : [
          ...buildExistenceCheck(first),
          describeClicks(first, others.length + 1),
          ...[first, ...others].map(renderRecordLine),
        ],
  );
  const rest = count - shown.length;
  if (rest <= 0) return steps;
  const see = line("console show", [number], { rows: true });
  return [...steps, text(`to see the other ${rest}: ${see}`, `ほかの ${rest} 件を表示するには: ${see}`)];
}

const getClickInstructions = (record: TaskRecord): Text => {
  const { clicks } = getThing(record);
  const { work } = record;
  const way = work === "create" || work === "move" || work === "delete" ? clicks?.[work] : clicks?.edit;
  return way === undefined ? getConsolePage(record.kind) : insertAppName(record.kind, way);
};

const describeClicks = (record: TaskRecord, count: number): Text => {
  const { en, ja } = getClickInstructions(record);
  const work = getDisplayName(CONSOLE_WORK_NAMES, record.work);
  return text(`${work.en} ${count}, one at a time: ${en}`, `${count} 件を${work.ja}: ${ja}`);
};

const renderRecordLine = (record: TaskRecord): Text => {
  const [name, { fields }] = [formatConsoleName(record), getThing(record)];
  if (record.changes.length === 0) return same(name);
  const { en, ja } = joinTexts(
    record.changes.map((change) => describeValueChange(fields, change)),
    COMMA,
  );
  return text(`${name}: ${en}`, `「${name}」: ${ja}`);
};

function buildSingleRecordSteps(record: TaskRecord): readonly Text[] {
  const thing = getThing(record);
  const name = formatConsoleName(record);
  const there = ({ en, ja }: Text): Text => text(`${name}: ${en}`, `「${name}」: ${ja}`);
  const usual = there(getClickInstructions(record));
  const places = Map.groupBy(record.changes, ({ field }) => thing.clicks?.fields?.[field]?.ja);
  const steps = [...places].flatMap(([, changes]) => {
    const page = thing.clicks?.fields?.[changes[0]?.field ?? ""];
    return [page === undefined ? usual : there(page), ...changes.map((one) => describeValueChange(thing.fields, one))];
  });
  return [...buildExistenceCheck(record), ...(steps.length === 0 ? [usual] : steps)];
}

const buildExistenceCheck = ({ work, thing }: TaskRecord): readonly Text[] =>
  work === "create" && thing === ACCOUNT.name
    ? [
        text(
          "check first whether the console already has this account: if so, change only the values that differ from those below",
          "先に、管理画面にこのアカウントがあるかを確認してください。ある場合は、下の値と異なるものだけを変更してください",
        ),
      ]
    : [];

function describeValueChange(fields: Thing["fields"], { field, before, after }: RecordChange): Text {
  const { [field]: of } = fields as Readonly<Record<string, Field | undefined>>;
  const label = getConsoleLabel(fields, field);
  if (of?.secret === true)
    return text(`${label}: the new value (not stored by clomoctl)`, `${label}: 新しい値(clomoctl は保存していません)`);
  const [from, to] = [formatConsoleValue(of, before), formatConsoleValue(of, after)];
  return before === null
    ? text(`${label}: ${to.en}`, `${label}: ${to.ja}`)
    : text(`${label}: ${from.en} → ${to.en}`, `${label}: ${from.ja} → ${to.ja}`);
}

/** Returns how a task is closed: by the next export if it shows the records, and otherwise by a confirmation. */
function buildClosingSteps({ number, records }: ConsoleTask): readonly Text[] {
  const [confirm, drop] = [line("console confirm", [number]), line("console drop", [number])];
  const exported = records.every((record) => isExportedThing(getThing(record)))
    ? new Set(records.map(({ kind }) => `${buildConsoleImportCommand(kind)}`))
    : [];
  return [
    ...[...exported].map((take) =>
      text(`export the records in the console, then: ${take}`, `管理画面でエクスポートしてから: ${take}`),
    ),
    text(
      `if no export shows the change, when the task is done: ${confirm} (if you will not do it: ${drop})`,
      `エクスポートに出ない変更は、完了したら: ${confirm}(行わない場合: ${drop})`,
    ),
  ];
}

const formatNameWithKey = (
  { thing }: Pick<TaskRecord, "thing">,
  { name, key }: Pick<TaskRecord, "name" | "key">,
): string => {
  if (thing === ACCOUNT_SETTINGS.name) return "CLOMO アカウント設定";
  if (key === null || key === name) return name;
  if (thing !== ORG.name) return `${name} <${key}>`;
  // the path of an organisation without a code ends with the organisation's name
  return key === formatOrgPath([name]) ? name : key.endsWith(`/${formatOrgPath([name])}`) ? key : `${name} (${key})`;
};

const formatConsoleName = (record: TaskRecord): string => formatNameWithKey(record, record.console ?? record);

/** Returns the display name of a record; both names if it has a different one in the console. */
export const formatRecordLabel = (record: TaskRecord): string => {
  const here = formatNameWithKey(record, record);
  return record.console === null ? here : `${formatNameWithKey(record, record.console)} → ${here}`;
};

/** Returns what a task is about: its record, or the file of its import. */
export const getTaskSubject = ({ name, records: [only, ...more] }: ConsoleTask): string | null => {
  if (only === undefined) return name;
  return more.length === 0 ? formatRecordLabel(only) : (name ?? `${formatRecordLabel(only)}, …`);
};

/** Summarises what to do for a task: `change a user`, `add 3, change 2`. */
export const summarizeTask = ({ records: [only, ...more], ...counts }: ConsoleTask): Text => {
  if (only !== undefined && more.length === 0) {
    const [{ en, ja }, of] = [CONSOLE_WORK_NAMES[only.work], getThingNoun(only.thing)];
    return text(`${en} ${addArticle(of.en)}`, `${of.ja}を${ja}`);
  }
  const done = (["create", "update", "delete"] as const).flatMap((action): Text | readonly Text[] => {
    if (counts[action] === 0) return [];
    const { en, ja } = CONSOLE_WORK_NAMES[action === "update" ? "edit" : action];
    return text(`${en} ${counts[action]}`, `${ja.replace(/する$/, "")} ${counts[action]}`);
  });
  return joinTexts(done, COMMA);
};

export const getTaskScreen = ({ kind, records: [first] }: ConsoleTask): Text => {
  const own = first && getThing(first).clicks?.page;
  return own === undefined ? getConsolePage(kind) : insertAppName(kind, own);
};

/** Returns the values to change in the only record of a task; empty if the task has several records. */
export const describeTaskChanges = ({ records: [only, ...others] }: ConsoleTask): readonly Text[] =>
  only === undefined || others.length > 0
    ? []
    : only.changes.map((change) => describeValueChange(getThing(only).fields, change));
