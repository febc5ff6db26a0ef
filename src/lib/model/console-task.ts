import { line, step } from "../advice/index.ts";
import { Failure } from "../errors/index.ts";
import { text, type Text } from "../text/index.ts";
import { minuteIn } from "./time.ts";

/** What has to be done in the console, as nothing else can do it there. */
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
 * How a task stands: `contradicted` by an export of the console; `confirmed` by somebody, and shown by no export yet; `done`
 * as far as exports show.
 */
export const CONSOLE_TASK_STATE_NAMES = {
  open: text("open", "未了"),
  contradicted: text("contradicted", "不一致"),
  confirmed: text("confirmed", "完了を確認"),
  done: text("done", "完了"),
} as const satisfies Readonly<Record<string, Text>>;

export type ConsoleTaskState = keyof typeof CONSOLE_TASK_STATE_NAMES;

/** What closed a task of which nothing is left: an export, or what was done here. */
export const CONSOLE_CLOSING_NAMES = {
  export: text("an export of the console has it", "管理画面のエクスポートで確認"),
  "given-up": text("given up for what the console has", "管理画面の内容を採ったため取りやめ"),
  verify: text("verified by an export", "imports verify で確認"),
  confirm: text("confirmed", "完了を確認"),
} as const satisfies Readonly<Record<string, Text>>;

/** The names of works or states, for a contract's choices. */
export const namesIn = <N extends string>(names: Readonly<Record<N, Text>>): readonly [N, ...N[]] =>
  Object.keys(names) as readonly string[] as readonly [N, ...N[]];

/** True if something of a task is still to be done. */
export const isOpen = ({ state }: { readonly state: ConsoleTaskState }): boolean =>
  state === "open" || state === "contradicted";

/** How many records of a thing are to be added, changed and deleted. */
interface RecordCounts {
  readonly create: number;
  readonly update: number;
  readonly delete: number;
}

/** Returns the number of records of a task, of all things. */
export const countRecords = ({
  beside = [],
  ...own
}: RecordCounts & { readonly beside?: readonly RecordCounts[] | undefined }): number =>
  [own, ...beside].reduce((sum, one) => sum + one.create + one.update + one.delete, 0);

/** What tells whether a task can be confirmed. */
interface Confirmable {
  readonly number: number;
  readonly state: ConsoleTaskState;
  /** a UTC instant */
  readonly openedAt: string;
}

/**
 * Checks that a task can be confirmed.
 *
 * @param at when it was done, a UTC instant; now, if undefined
 * @param timezone in which who asks reads times; default: UTC
 * @throws Failure `conflict` if nothing of it is open; `input-rejected` for a time that cannot be
 */
export const checkConfirmable = (
  task: Confirmable,
  at: string | undefined,
  { now, timezone }: { readonly now: string; readonly timezone?: string | undefined },
): void => {
  checkDroppable(task);
  const { number, openedAt } = task;
  if (at === undefined || (at >= openedAt && at <= now)) return;
  const opened = timezone === undefined ? `${minuteIn(openedAt, "UTC")} UTC` : minuteIn(openedAt, timezone);
  throw new Failure("input-rejected", {
    what:
      at > now
        ? text("it cannot have been done in the future", "未来の日時は記録できません")
        : text(
            `task ${number} cannot have been done before it was to be done (${opened})`,
            `作業 ${number} は、発生した日時(${opened})より前には記録できません`,
          ),
    where: timezone === undefined ? at : minuteIn(at, timezone),
  });
};

/** Checks that a task can be dropped. @throws Failure `conflict` if nothing of it is open */
export const checkDroppable = (task: Pick<Confirmable, "number" | "state">): void => {
  const { number, state } = task;
  if (isOpen(task)) return;
  const { en, ja } = CONSOLE_TASK_STATE_NAMES[state];
  throw new Failure("conflict", {
    what: text(`task ${number} is closed already: ${en}`, `作業 ${number} はすでに終わっています(${ja})`),
    hint: step("see it", "確認", line("console show", [number])),
  });
};
