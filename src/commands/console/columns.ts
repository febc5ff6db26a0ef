import { line } from "../../lib/advice/index.ts";
import type { Client, ConsoleTask } from "../../lib/client/index.ts";
import { formatActor } from "../../lib/model/actor.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { joinTexts, text, type Text } from "../../lib/text/index.ts";
import { parseChangeNumber } from "../imports/plan/find.ts";
import { describeTaskChanges, getTaskScreen, buildTaskSteps, getTaskSubject, summarizeTask } from "./steps.ts";

export const TASK_ARGUMENT = {
  kind: "string",
  value: "NUMBER|last",
  required: true,
  about: text(
    "number of the task (the number of the change that opened it), or `last` for your latest change",
    "作業の番号(作業のもとになった変更の番号)、または last(自分の最新の変更)",
  ),
} as const;

export const readTaskNumber = async (
  { console }: Pick<Client<"console">, "console">,
  typed: string,
): Promise<number> => {
  const number = parseChangeNumber(typed, line("console list", []));
  return number === "last" ? (await console.show("last")).number : number;
};

export const TASK_COLUMNS: readonly Column<ConsoleTask>[] = [
  { key: "number", header: text("no.", "No."), value: ({ number }) => number, align: "end" },
  { key: "work", header: text("task", "作業"), value: (task) => summarizeTask(task).en, name: summarizeTask },
  { key: "place", header: text("screen", "画面"), value: (task) => getTaskScreen(task).en, name: getTaskScreen },
  { key: "name", header: text("target", "対象"), value: getTaskSubject, wraps: true },
  { key: "openedAt", header: text("opened at", "発生日時"), value: ({ openedAt }) => openedAt, instant: true },
];

export const DEFAULT_TASK_COLUMNS = ["number", "work", "name"];

export const TASK_DETAILS: readonly Column<ConsoleTask>[] = [
  ...TASK_COLUMNS,
  {
    key: "records",
    header: text("changes", "変更"),
    value: ({ records }) => records,
    name: (task) => {
      const changes = describeTaskChanges(task);
      return changes.length === 0 ? null : joinTexts(changes);
    },
  },
  {
    key: "openedBy",
    header: text("opened by", "実行者"),
    value: ({ openedBy }) => openedBy,
    name: ({ openedBy }) => (openedBy ? formatActor(openedBy) : null),
  },
];

const listSteps = (task: ConsoleTask): readonly Text[] => buildTaskSteps(task, task.records.length);

export const STEPS_COLUMN: Column<ConsoleTask> = {
  key: "steps",
  header: text("steps", "手順"),
  advice: true,
  value: (task) => listSteps(task).map(({ en }) => en),
  name: (task) => joinTexts(listSteps(task)),
};
