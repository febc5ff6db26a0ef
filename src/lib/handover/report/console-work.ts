import { commandName, line } from "../../advice/index.ts";
import { CONSOLE_WORK_NAMES } from "../../model/console-task.ts";
import { calledOnScreen, toldOnScreen } from "../../model/console-change.ts";
import { nameIn } from "../../model/import.ts";
import { nounNamed } from "../../model/problem.ts";
import type { Fields } from "../../model/thing.ts";
import { THINGS } from "../../model/things.ts";
import { minuteIn } from "../../model/time.ts";
import { indefinite, joined, text, type Text } from "../../text/index.ts";
import type { Block, Section, Words } from "../../document/blocks.ts";
import { unseenTasks } from "./not-taken.ts";
import { MAX_TASKS, zoneOfReport, type RecordIn, type ReportData } from "./data.ts";

type Task = RecordIn<"console-tasks">;

/** Tasks in the table; more are counted. */
const MAX_SHOWN = 100;

/** What is still to be done in the console, as far as a report knows: up to `MAX_TASKS`. */
const openTasks = ({ records }: Pick<ReportData, "records">): readonly Task[] => records["console-tasks"];

const ACCOUNT = "account";

/** What the console lacks of an account: the whole of it, or a change. */
const WAITING = {
  absent: text("not yet in the console", "管理画面では未登録"),
  changed: text("a change is not yet made in the console", "管理画面では変更が未実施"),
} as const satisfies Readonly<Record<string, Text>>;

/** What a task keeps from an account in the console: of a user whom the console does not have it has no account either. */
const keptBy = ({ work, thing }: Task): keyof typeof WAITING | undefined => {
  const isNew = work === "create";
  if (thing === ACCOUNT) return isNew ? "absent" : "changed";
  return thing === "user" && isNew ? "absent" : undefined;
};

/** What of an account is open in the console, for people; undefined for nothing. It has the id of its user. */
export const waitingOf = (data: Pick<ReportData, "records">): ((account: AccountId) => Text | undefined) => {
  const tasks = openTasks(data);
  return ({ id }) => {
    const kept = tasks.flatMap((task) => (task.object === id ? (keptBy(task) ?? []) : []));
    if (kept.length === 0) return undefined;
    return kept.includes("absent") ? WAITING.absent : WAITING.changed;
  };
};

type AccountId = Pick<RecordIn<"administrators">, "id">;

/** What a task is, as `console list` has it. */
const workOf = ({ work, thing }: Task): Text => {
  const { en, ja } = nameIn(CONSOLE_WORK_NAMES, work ?? "");
  const noun = nounNamed(thing ?? "");
  return text(`${en} ${indefinite(noun.en)}`, `${noun.ja}を${ja}`);
};

/** What to set in the console, as its screens call it. */
const changesOf = ({ changes, thing }: Task): Text => {
  const fields: Fields = THINGS.get(thing ?? "")?.fields ?? {};
  const shown = changes.map(({ field, before, after }): Text => {
    const { [field]: of } = fields;
    const [label, from, to] = [calledOnScreen(fields, field), toldOnScreen(of, before), toldOnScreen(of, after)];
    if (of?.secret === true)
      return text(`${label}: the new one (clomoctl kept none)`, `${label}: 新しい値(clomoctl は保存していません)`);
    return before === null
      ? text(`${label}: ${to.en}`, `${label}: ${to.ja}`)
      : text(`${label}: ${from.en} → ${to.en}`, `${label}: ${from.ja} → ${to.ja}`);
  });
  return joined(shown, text("; ", "、"));
};

const numberOf = (id: string): string => id.replace(/^0+(?=\d)/, "").replace(/-.*/, "");

const countOf = (tasks: readonly Task[]): string =>
  tasks.length < MAX_TASKS ? `${tasks.length}` : `${tasks.length - 1}+`;

/** How much is open, for the summary; nothing where nothing is. */
export const consoleWorkRows = (data: ReportData): readonly (readonly [Text, Words])[] => {
  const tasks = openTasks(data);
  const label = text("still to be done in the console", "管理画面での未実施の作業");
  const unseen = unseenTasks(data);
  if (unseen !== undefined) return [[label, unseen]];
  return tasks.length === 0 ? [] : [[label, countOf(tasks)]];
};

/** The open tasks, the first of them one by one. */
const tableOf = (data: ReportData, tasks: readonly Task[]): Block => {
  const zone = zoneOfReport(data);
  const row = (task: Task): readonly Words[] => [
    numberOf(task.id),
    workOf(task),
    task.name ?? "",
    changesOf(task),
    task.openedAt === null ? "" : minuteIn(task.openedAt, zone),
    task.openedBy ?? "",
  ];
  return {
    kind: "table",
    caption: text("Open work", "未実施の作業"),
    head: [
      text("no.", "No."),
      text("what", "作業"),
      text("target", "対象"),
      text("what to set", "設定する内容"),
      text("since", "発生日時"),
      text("by", "実行者"),
    ],
    rows: tasks.slice(0, MAX_SHOWN).map(row),
  };
};

/** How many more there are than the table has. */
const moreThan = (tasks: readonly Task[]): readonly Block[] => {
  const more = tasks.length - MAX_SHOWN;
  if (more <= 0) return [];
  const where = "resources/console-tasks.ndjson";
  const words =
    tasks.length < MAX_TASKS
      ? text(`And ${more} more: ${where}`, `ほか ${more} 件: ${where}`)
      : text(`And at least ${more - 1} more: ${where}`, `ほか ${more - 1} 件以上: ${where}`);
  return [{ kind: "paragraph", words }];
};

/** What was recorded here and is still to be done in the console; no section where nothing is. */
export function consoleWorkSection(data: ReportData): readonly Section[] {
  const tasks = openTasks(data);
  if (tasks.length === 0) return [];
  const count = countOf(tasks);
  return [
    {
      id: "console-work",
      title: text(`Still to be done in the console: ${count}`, `管理画面での未実施の作業 ${count} 件`),
      blocks: [
        {
          kind: "paragraph",
          words: text(
            `It is recorded here and not in CLOMO PANEL yet. \`handover apply\` takes it over as one task of the new tenant; do it with the predecessor, or after applying (screen by screen: ${line("console show", ["NO"])}.). Files to upload are not in the bundle: get them before the last day.`,
            `clomoctl には登録済みですが、CLOMO PANEL にはまだ反映されていません。handover apply で適用すると、新しいテナントの 1 つの作業として引き継がれます。前任の方と一緒に行うか、適用後に行ってください(画面ごとの手順: ${commandName("console show")} No.)。アップロードするファイルは引き継ぎデータに含まれないため、最終日までに受け取ってください。`,
          ),
        },
        tableOf(data, tasks),
        ...moreThan(tasks),
      ],
    },
  ];
}
