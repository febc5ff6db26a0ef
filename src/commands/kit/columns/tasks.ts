import type { ConsoleTask } from "../../../lib/client/index.ts";
import type { Column } from "../../../lib/terminal/index.ts";
import { text } from "../../../lib/text/index.ts";
import { getTaskScreen, getTaskSubject, summarizeTask } from "../plan/console-steps.ts";

export const TASK_COLUMNS: readonly Column<ConsoleTask>[] = [
  { key: "number", header: text("no.", "No."), value: ({ number }) => number, align: "end" },
  { key: "work", header: text("task", "作業"), value: (task) => summarizeTask(task).en, name: summarizeTask },
  { key: "place", header: text("screen", "画面"), value: (task) => getTaskScreen(task).en, name: getTaskScreen },
  { key: "name", header: text("target", "対象"), value: getTaskSubject, wraps: true },
  { key: "openedAt", header: text("opened at", "発生日時"), value: ({ openedAt }) => openedAt, instant: true },
];
