import { line, step } from "../advice/index.ts";
import { Failure } from "../errors/index.ts";
import { text, type Text } from "../text/index.ts";

/** The kinds of work that somebody has to do in the console because clomoctl cannot do it there. */
export const CONSOLE_WORK_NAMES = {
  several: text("make several changes", "複数の変更をする"),
  create: text("add", "追加する"),
  edit: text("change", "変更する"),
  move: text("move", "移動する"),
  delete: text("delete", "削除する"),
} as const satisfies Readonly<Record<string, Text>>;

export type ConsoleWork = keyof typeof CONSOLE_WORK_NAMES;

/** The states of a task. `done`: nothing of the change differs from what the console showed last. */
export const CONSOLE_TASK_STATE_NAMES = {
  open: text("open", "未了"),
  done: text("done", "完了"),
} as const satisfies Readonly<Record<string, Text>>;

export type ConsoleTaskState = keyof typeof CONSOLE_TASK_STATE_NAMES;

/** Returns true if a part of a task still has to be done. */
export const isOpenTask = ({ state }: { readonly state: ConsoleTaskState }): boolean => state === "open";

interface RecordCounts {
  readonly create: number;
  readonly update: number;
  readonly delete: number;
}

export const countTaskRecords = ({
  beside = [],
  ...own
}: RecordCounts & { readonly beside?: readonly RecordCounts[] | undefined }): number =>
  [own, ...beside].reduce((sum, one) => sum + one.create + one.update + one.delete, 0);

/** Checks that a task can be confirmed or dropped. @throws Failure `conflict` if the task is done */
export const checkDroppable = ({
  number,
  state,
}: {
  readonly number: number;
  readonly state: ConsoleTaskState;
}): void => {
  if (state === "open") return;
  const { en, ja } = CONSOLE_TASK_STATE_NAMES[state];
  throw new Failure("conflict", {
    what: text(`task ${number} is already closed: ${en}`, `作業 ${number} はすでに終了しています(${ja})`),
    hint: step("to see the task", "作業の確認", line("console show", [number])),
  });
};
