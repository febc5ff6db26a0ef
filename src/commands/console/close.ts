import { line } from "../../lib/advice/index.ts";
import type { Client, ConsoleTask } from "../../lib/client/index.ts";
import { CONSOLE_TASK_STATE_NAMES, isOpen } from "../../lib/model/console-task.ts";
import { nameIn } from "../../lib/model/import.ts";
import { text, type Text } from "../../lib/text/index.ts";
import { isUsualTable, listColumns } from "../listing/list.ts";
import { proposeUndo, WRITTEN } from "../records/written.ts";
import type { Tools } from "../tools.ts";
import { TASK_COLUMNS, TASK_DETAILS, USUAL_COLUMNS } from "./columns.ts";
import { subjectOf, workOf } from "./steps.ts";

type ConfirmRequest = Parameters<Client<"console">["console"]["confirm"]>[0];

/** Confirms tasks and shows them: none if one is not there or cannot be confirmed. */
export async function confirmTasks(tools: Tools, confirmation: ConfirmRequest): Promise<void> {
  const { client, permitChange } = await tools.tenant("console");
  await permitChange();
  tools.describeState(() => text("they may have been recorded", "記録されている可能性があります"));
  const tasks = await client.console.confirm({ ...confirmation, numbers: [...new Set(confirmation.numbers)] });
  tools.describeDone(WRITTEN);
  await showConfirmed(tools.terminal, tasks);
  await proposeUndo(tools);
}

/** A single task as fields for people, more of them as a list; and in a sentence what is recorded of each. */
async function showConfirmed(terminal: Tools["terminal"], tasks: readonly ConsoleTask[]): Promise<void> {
  const [first, ...more] = tasks;
  if (first !== undefined && more.length === 0 && isUsualTable(terminal)) await terminal.show(TASK_DETAILS, first);
  else await terminal.list(listColumns(terminal, TASK_COLUMNS, [...USUAL_COLUMNS, "state"]), tasks);
  for (const task of tasks) await terminal.note(recorded(task));
}

const recorded = (task: ConsoleTask): Text => {
  const [state, work, subject] = [nameIn(CONSOLE_TASK_STATE_NAMES, task.state), workOf(task), subjectOf(task)];
  const of = subject === null ? "" : `: ${subject}`;
  if (isOpen(task)) {
    const show = line("console show", [task.number]);
    return text(
      `task ${task.number} is recorded in part; still to do: ${work.en}${of}; how: ${show}`,
      `作業 ${task.number} の一部を記録しました。残り: ${work.ja}${of}。手順: ${show}`,
    );
  }
  return text(
    `task ${task.number} is recorded: ${state.en} (${work.en}${of})`,
    `作業 ${task.number} を「${state.ja}」として記録しました(${work.ja}${of})`,
  );
};
