import { line, step } from "../advice/index.ts";
import { Failure } from "../errors/index.ts";
import { text, type Text } from "../text/index.ts";
import { formatMinute } from "./time.ts";

/** The kinds of work that somebody has to do in the console because clomoctl cannot do it there. */
export const CONSOLE_WORK_NAMES = {
  upload: text("upload a file", "ファイルをアップロードする"),
  several: text("make several changes", "複数の変更をする"),
  create: text("add", "追加する"),
  edit: text("change", "変更する"),
  move: text("move", "移動する"),
  delete: text("delete", "削除する"),
  check: text("check", "確認する"),
} as const satisfies Readonly<Record<string, Text>>;

export type ConsoleWork = keyof typeof CONSOLE_WORK_NAMES;

/**
 * The states of a task. `contradicted`: an export of the console shows another value; `confirmed`: somebody confirmed
 * the task, but no export shows the change yet; `done`: the exports show the change.
 */
export const CONSOLE_TASK_STATE_NAMES = {
  open: text("open", "未了"),
  contradicted: text("contradicted", "不一致"),
  confirmed: text("confirmed", "完了を確認"),
  done: text("done", "完了"),
} as const satisfies Readonly<Record<string, Text>>;

export type ConsoleTaskState = keyof typeof CONSOLE_TASK_STATE_NAMES;

/** Returns true if a part of a task still has to be done. */
export const isOpenTask = ({ state }: { readonly state: ConsoleTaskState }): boolean =>
  state === "open" || state === "contradicted";

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

interface ConfirmableTask {
  readonly number: number;
  readonly state: ConsoleTaskState;
  /** a UTC instant */
  readonly openedAt: string;
}

/**
 * Checks that a task can be confirmed.
 *
 * @param at the UTC instant at which the task was done; default: now
 * @param timezone the time zone in which the acting account reads times; default: UTC
 * @throws Failure `conflict` if the task is closed; `input-rejected` if the time is in the future or before the task
 * was opened
 */
export const checkConfirmable = (
  task: ConfirmableTask,
  at: string | undefined,
  { now, timezone }: { readonly now: string; readonly timezone?: string | undefined },
): void => {
  checkDroppable(task);
  const { number, openedAt } = task;
  if (at === undefined || (at >= openedAt && at <= now)) return;
  const opened = timezone === undefined ? `${formatMinute(openedAt, "UTC")} UTC` : formatMinute(openedAt, timezone);
  throw new Failure("input-rejected", {
    what:
      at > now
        ? text("the time is in the future", "未来の日時は記録できません")
        : text(
            `the time is before task ${number} was opened (${opened})`,
            `作業 ${number} の完了日時に、作業の発生日時(${opened})より前の日時は指定できません`,
          ),
    where: timezone === undefined ? at : formatMinute(at, timezone),
  });
};

/** Checks that a task can be dropped. @throws Failure `conflict` if the task is closed */
export const checkDroppable = (task: Pick<ConfirmableTask, "number" | "state">): void => {
  const { number, state } = task;
  if (isOpenTask(task)) return;
  const { en, ja } = CONSOLE_TASK_STATE_NAMES[state];
  throw new Failure("conflict", {
    what: text(`task ${number} is already closed: ${en}`, `作業 ${number} はすでに終了しています(${ja})`),
    hint: step("to see the task", "作業の確認", line("console show", [number])),
  });
};
