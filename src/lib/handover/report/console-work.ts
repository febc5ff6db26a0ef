import { commandName, line } from "../../advice/index.ts";
import { formatActor } from "../../model/actor.ts";
import { CONSOLE_WORK_NAMES } from "../../model/console-task.ts";
import { getConsoleLabel, formatConsoleValue } from "../../model/console-change.ts";
import { getDisplayName } from "../../model/import.ts";
import { getThingNoun } from "../../model/problem.ts";
import type { Fields } from "../../model/thing.ts";
import { THINGS } from "../../model/things.ts";
import { formatMinute } from "../../model/time.ts";
import { addArticle, joinTexts, text, type Text } from "../../text/index.ts";
import type { Block, Section, DisplayText } from "../../document/blocks.ts";
import { describeUnseenTasks } from "./not-taken.ts";
import { MAX_REPORT_TASKS, resolveReportZone, type ResourceRecord, type ReportData } from "./data.ts";

type ConsoleTaskRecord = ResourceRecord<"console-tasks">;

/** Maximum number of tasks in the table. Further tasks are only counted. */
const MAX_SHOWN_TASKS = 100;

/** Returns the open tasks that a report has, at most {@link MAX_REPORT_TASKS}. */
const listOpenTasks = ({ records }: Pick<ReportData, "records">): readonly ConsoleTaskRecord[] =>
  records["console-tasks"];

const ACCOUNT_RECORD_TYPE = "account";

/** What the console does not have yet: the whole account, or a change to it. */
const PENDING_WORK_LABELS = {
  absent: text("not in the console yet", "管理画面では未登録"),
  changed: text("changed in clomoctl, but not in the console yet", "管理画面では変更が未実施"),
} as const satisfies Readonly<Record<string, Text>>;

/**
 * Returns what an account lacks in the console until a task is done; undefined if the task does not affect the account.
 * If the console does not have a user, it does not have the user's account either.
 */
const findPendingWork = ({ work, thing }: ConsoleTaskRecord): keyof typeof PENDING_WORK_LABELS | undefined => {
  const isNew = work === "create";
  if (thing === ACCOUNT_RECORD_TYPE) return isNew ? "absent" : "changed";
  return thing === "user" && isNew ? "absent" : undefined;
};

/** Creates a function that describes what an account lacks in the console. An account has the ID of its user. */
export const createPendingWorkLookup = (
  data: Pick<ReportData, "records">,
): ((account: AccountRef) => Text | undefined) => {
  const tasks = listOpenTasks(data);
  return ({ id }) => {
    const kept = tasks.flatMap((task) => (task.object === id ? (findPendingWork(task) ?? []) : []));
    if (kept.length === 0) return undefined;
    return kept.includes("absent") ? PENDING_WORK_LABELS.absent : PENDING_WORK_LABELS.changed;
  };
};

type AccountRef = Pick<ResourceRecord<"administrators">, "id">;

/** Describes a task in the same words as `console list`. */
const describeTask = ({ work, thing }: ConsoleTaskRecord): Text => {
  const { en, ja } = getDisplayName(CONSOLE_WORK_NAMES, work ?? "");
  const noun = getThingNoun(thing ?? "");
  return text(`${en} ${addArticle(noun.en)}`, `${noun.ja}を${ja}`);
};

/** Describes what to set in the console, with the labels on its screens. */
const describeChanges = ({ changes, thing }: ConsoleTaskRecord): Text => {
  const fields: Fields = THINGS.get(thing ?? "")?.fields ?? {};
  const shown = changes.map(({ field, before, after }): Text => {
    const { [field]: of } = fields;
    const [label, from, to] = [
      getConsoleLabel(fields, field),
      formatConsoleValue(of, before),
      formatConsoleValue(of, after),
    ];
    if (of?.secret === true)
      return text(
        `${label}: the new value (clomoctl does not store it)`,
        `${label}: 新しい値(clomoctl は保存していません)`,
      );
    return before === null
      ? text(`${label}: ${to.en}`, `${label}: ${to.ja}`)
      : text(`${label}: ${from.en} → ${to.en}`, `${label}: ${from.ja} → ${to.ja}`);
  });
  return joinTexts(shown, text("; ", "、"));
};

const taskNumberOf = (id: string): string => id.replace(/^0+(?=\d)/, "").replace(/-.*/, "");

const formatTaskCount = (tasks: readonly ConsoleTaskRecord[]): string =>
  tasks.length < MAX_REPORT_TASKS ? `${tasks.length}` : `${tasks.length - 1}+`;

/** Builds the row of the summary with the number of open tasks; no row if there are no open tasks. */
export const buildConsoleWorkRows = (data: ReportData): readonly (readonly [Text, DisplayText])[] => {
  const tasks = listOpenTasks(data);
  const label = text("tasks to do in the console", "管理画面での未実施の作業");
  const unseen = describeUnseenTasks(data);
  if (unseen !== undefined) return [[label, unseen]];
  return tasks.length === 0 ? [] : [[label, formatTaskCount(tasks)]];
};

/** Builds the table of open tasks. It shows the first {@link MAX_SHOWN_TASKS}. */
const buildTaskTable = (data: ReportData, tasks: readonly ConsoleTaskRecord[]): Block => {
  const zone = resolveReportZone(data);
  const row = (task: ConsoleTaskRecord): readonly DisplayText[] => [
    taskNumberOf(task.id),
    describeTask(task),
    task.name ?? "",
    describeChanges(task),
    task.openedAt === null ? "" : formatMinute(task.openedAt, zone),
    formatActor(task.openedBy ?? ""),
  ];
  return {
    kind: "table",
    caption: text("Open tasks", "未実施の作業"),
    head: [
      text("no.", "No."),
      text("task", "作業"),
      text("record", "対象"),
      text("values to set", "設定する内容"),
      text("open since", "発生日時"),
      text("opened by", "実行者"),
    ],
    rows: tasks.slice(0, MAX_SHOWN_TASKS).map(row),
  };
};

/** Returns a note with the number of tasks that the table leaves out; no note if the table shows all tasks. */
const buildHiddenTasksNote = (tasks: readonly ConsoleTaskRecord[]): readonly Block[] => {
  const more = tasks.length - MAX_SHOWN_TASKS;
  if (more <= 0) return [];
  const where = "resources/console-tasks.ndjson";
  const words =
    tasks.length < MAX_REPORT_TASKS
      ? text(`And ${more} more in ${where}`, `ほか ${more} 件: ${where}`)
      : text(`And at least ${more - 1} more in ${where}`, `ほか ${more - 1} 件以上: ${where}`);
  return [{ kind: "paragraph", words }];
};

/**
 * Builds the section on changes that are recorded in clomoctl but not made in the console yet; no section if there are
 * no open tasks.
 */
export function buildConsoleWorkSections(data: ReportData): readonly Section[] {
  const tasks = listOpenTasks(data);
  if (tasks.length === 0) return [];
  const count = formatTaskCount(tasks);
  return [
    {
      id: "console-work",
      title: text(`Tasks to do in the console: ${count}`, `管理画面での未実施の作業 ${count} 件`),
      blocks: [
        {
          kind: "paragraph",
          words: text(
            `These changes are recorded in clomoctl, but not in CLOMO PANEL yet. \`handover apply\` adds them to the new tenant as one task. Do them with your predecessor, or after applying (screen by screen: ${line("console show", ["NO"])}). Files to upload are not in the bundle: get them before your predecessor's last day.`,
            `clomoctl には登録済みですが、CLOMO PANEL にはまだ反映されていません。handover apply で適用すると、新しいテナントの 1 つの作業として引き継がれます。前任の方と一緒に行うか、適用後に行ってください(画面ごとの手順: ${commandName("console show")} No.)。アップロードするファイルは引き継ぎデータに含まれないため、最終日までに受け取ってください。`,
          ),
        },
        buildTaskTable(data, tasks),
        ...buildHiddenTasksNote(tasks),
      ],
    },
  ];
}
