import { line } from "../../lib/advice/index.ts";
import type { Client, ConsoleTask } from "../../lib/client/index.ts";
import { CONSOLE_TASK_STATE_NAMES, isOpenTask } from "../../lib/model/console-task.ts";
import { getDisplayName } from "../../lib/model/import.ts";
import { text, type Text } from "../../lib/text/index.ts";
import { isDefaultTable, listColumns } from "../listing/list.ts";
import type { Tools } from "../tools.ts";
import { TASK_COLUMNS, TASK_DETAILS, DEFAULT_TASK_COLUMNS } from "./columns.ts";
import { getTaskSubject, summarizeTask } from "./steps.ts";

type ConfirmRequest = Parameters<Client<"console">["console"]["confirm"]>[0];

/** Confirms tasks and shows them. If a task does not exist or cannot be confirmed, none is confirmed. */
export async function confirmTasks(tools: Tools, confirmation: ConfirmRequest): Promise<void> {
  const { client, permitChange } = await tools.tenant("console");
  await permitChange();
  const tasks = await client.console.confirm({ ...confirmation, numbers: [...new Set(confirmation.numbers)] });
  await showConfirmedTasks(tools.terminal, tasks);
}

async function showConfirmedTasks(terminal: Tools["terminal"], tasks: readonly ConsoleTask[]): Promise<void> {
  const [first, ...more] = tasks;
  if (first !== undefined && more.length === 0 && isDefaultTable(terminal)) await terminal.show(TASK_DETAILS, first);
  else await terminal.list(listColumns(terminal, TASK_COLUMNS, [...DEFAULT_TASK_COLUMNS, "state"]), tasks);
  for (const task of tasks) await terminal.note(describeConfirmedTask(task));
}

const describeConfirmedTask = (task: ConsoleTask): Text => {
  const [state, work, subject] = [
    getDisplayName(CONSOLE_TASK_STATE_NAMES, task.state),
    summarizeTask(task),
    getTaskSubject(task),
  ];
  const of = subject === null ? "" : `: ${subject}`;
  if (isOpenTask(task)) {
    const show = line("console show", [task.number]);
    return text(
      `task ${task.number} is partly recorded; still to do: ${work.en}${of}; steps: ${show}`,
      `作業 ${task.number} の一部を記録しました。残り: ${work.ja}${of}。手順: ${show}`,
    );
  }
  return text(
    `task ${task.number} is recorded as ${state.en} (${work.en}${of})`,
    `作業 ${task.number} を「${state.ja}」として記録しました(${work.ja}${of})`,
  );
};
