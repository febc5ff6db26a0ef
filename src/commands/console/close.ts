import { line } from "../../lib/advice/line.ts";
import { isWithoutFiles } from "../../lib/model/console-change.ts";
import type { ConsoleTask, ImportKind } from "../../lib/client/index.ts";
import { nextExport } from "../imports/refusal/command.ts";
import { WRITTEN } from "../records/written.ts";
import { rightsIn, type Rights } from "../rights.ts";
import { CONSOLE_TASK_STATE_NAMES } from "../../lib/model/console-task.ts";
import { nameIn } from "../../lib/model/import.ts";
import { ACCOUNT } from "../../lib/model/account.ts";
import { text, type Text } from "../../lib/text/index.ts";
import { isUsualTable, listColumns } from "../listing/list.ts";
import type { Tools } from "../tools.ts";
import { taskColumns, taskDetails, USUAL_COLUMNS } from "./columns.ts";
import { recordTold, workOf } from "./steps.ts";

/** Closes tasks and shows them: none where one is not there or cannot be closed. */
export async function closeTasks(
  tools: Tools,
  numbers: readonly number[],
  closing: {
    readonly state: "confirmed" | "dropped";
    readonly by?: string | undefined;
    /** a UTC instant */
    readonly at?: string | undefined;
  },
): Promise<void> {
  const { client, context, permitChange } = await tools.tenant("console");
  const rights = await rightsIn(tools, context);
  await permitChange();
  tools.describeState(() => text("they may have been recorded", "記録されている可能性があります"));
  const closed = await client.console.close({ numbers: [...new Set(numbers)], ...closing });
  tools.describeDone(WRITTEN);
  await showClosed(tools.terminal, closed, rights);
}

/** A single task as fields for people, more of them as a list; and in a sentence what is recorded of each. */
async function showClosed(terminal: Tools["terminal"], closed: readonly ConsoleTask[], rights: Rights): Promise<void> {
  const [first, ...more] = closed;
  if (first !== undefined && more.length === 0 && isUsualTable(terminal))
    await terminal.show(taskDetails(terminal, rights), first);
  else await terminal.list(listColumns(terminal, taskColumns(terminal), [...USUAL_COLUMNS, "state"]), closed);
  for (const task of closed) await terminal.note(recorded(task));
  const dropped = closed.filter(({ state }) => state === "dropped");
  for (const task of dropped) {
    const kept = keptHere(task);
    if (kept !== undefined) await terminal.warn(kept);
  }
  for (const kind of new Set(dropped.filter(isShownByExports).map((task) => task.kind)))
    await terminal.note(untilExport(kind, rights));
}

/** True if exports of the console show the records of a task. */
const isShownByExports = (task: ConsoleTask): boolean =>
  !task.gone && !isWithoutFiles(task) && (task.objectId !== null || task.importNumber !== null);

/** What becomes of values whose task is dropped. */
const untilExport = (kind: ImportKind, rights: Rights): Text => {
  const next = nextExport(kind, rights);
  return text(
    `the values here stay until the next export, and follow it then: ${next.en}`,
    `次のエクスポートで管理画面の値になり、それまではここでの値が残ります。${next.ja}`,
  );
};

/** What a task that is dropped leaves recorded here, where no export of the console will put it right. */
const keptHere = (task: ConsoleTask): Text | undefined => {
  if (task.gone || task.objectId === null || !isWithoutFiles(task)) return undefined;
  // an account's name is the user's, which exports have
  if (task.thing === ACCOUNT.name && task.changes.every(({ field }) => field === "name")) return undefined;
  const name = recordTold(task) ?? task.name ?? "";
  const undo = task.fromChange === null ? undefined : line("undo", [task.fromChange]);
  const [en, ja] = undo === undefined ? ["", ""] : [`; undo: ${undo}`, `。取り消すには: ${undo}`];
  return text(
    `${name}: what was recorded here stays and counts, as no export of the console shows it${en}`,
    `${name}: ここでの記録は有効なまま残ります(管理画面のエクスポートに含まれないため、取り込んでも戻りません)${ja}`,
  );
};

const recorded = (task: ConsoleTask): Text => {
  const [state, work] = [nameIn(CONSOLE_TASK_STATE_NAMES, task.state), workOf(task)];
  const record = recordTold(task);
  const of = record === null ? "" : `: ${record}`;
  return text(
    `task ${task.number} is recorded: ${state.en} (${work.en}${of})`,
    `作業 ${task.number} を「${state.ja}」として記録しました(${work.ja}${of})`,
  );
};
