import { Failure } from "../errors/index.ts";
import { text, type Text } from "../text/index.ts";
import { minuteIn } from "./time.ts";

/** What has to be done in the console, as nothing else can do it there. */
export const CONSOLE_WORK_NAMES = {
  upload: text("upload a file", "ファイルをアップロードする"),
  repeat: text("make the changes of an import", "インポートと同じ変更をする"),
  delete: text("delete records", "削除する"),
  undo: text("undo a change", "変更を取り消す"),
  "add-field": text("add a custom field of users", "カスタムユーザー情報の項目を追加する"),
  "remove-field": text("remove a custom field of users", "カスタムユーザー情報の項目を削除する"),
  create: text("add", "追加する"),
  edit: text("change", "変更する"),
  move: text("move", "移動する"),
} as const satisfies Readonly<Record<string, Text>>;

export type ConsoleWork = keyof typeof CONSOLE_WORK_NAMES;

/** A value to be set in the console, as people read it; null for none. */
export interface ConsoleChange {
  /** the thing's field; `custom:NAME` of a custom one */
  readonly field: string;
  /** what the console has, as far as is known */
  readonly before: string | readonly string[] | null;
  readonly after: string | readonly string[] | null;
  /** of a field that names a record: which one; undefined of any other */
  readonly ids?: { readonly before: string | null; readonly after: string | null } | undefined;
}

/** How a task stands: `shown` once an export of the console showed that it was done, `confirmed` where somebody says so. */
export const CONSOLE_TASK_STATE_NAMES = {
  open: text("open", "未了"),
  shown: text("shown by an export", "エクスポートで確認済み"),
  confirmed: text("confirmed", "完了を確認"),
  dropped: text("dropped", "取り下げ"),
} as const satisfies Readonly<Record<string, Text>>;

export type ConsoleTaskState = keyof typeof CONSOLE_TASK_STATE_NAMES;

/** The names of works or states, for a contract's choices. */
export const namesIn = <N extends string>(names: Readonly<Record<N, Text>>): readonly [N, ...N[]] =>
  Object.keys(names) as readonly string[] as readonly [N, ...N[]];

/** What tells whether a task can be closed. */
interface Closable {
  readonly number: number;
  readonly work: ConsoleWork;
  readonly state: ConsoleTaskState;
  readonly importNumber: string | null;
  /** a UTC instant */
  readonly openedAt: string;
}

/**
 * Checks that a task can be closed by word.
 *
 * @param at when it was done, a UTC instant; now, if undefined
 * @param timezone in which who asks reads times; default: UTC
 * @throws Failure `conflict` if it is closed, or an upload; `input-rejected` for a time that cannot be
 */
export const checkClosable = (
  task: Closable,
  { state, at }: { readonly state: "confirmed" | "dropped"; readonly at?: string | undefined },
  { now, timezone }: { readonly now: string; readonly timezone?: string | undefined },
): void => {
  checkOpen(task, state);
  checkTime(task, at, { now, timezone });
};

/** @throws Failure `input-rejected` for a time before the task was there, or in the future */
function checkTime(
  { number, openedAt }: Pick<Closable, "number" | "openedAt">,
  at: string | undefined,
  { now, timezone }: { readonly now: string; readonly timezone?: string | undefined },
): void {
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
}

function checkOpen({ number, work, state, importNumber }: Closable, wanted: "confirmed" | "dropped"): void {
  if (state !== "open") {
    const { en, ja } = CONSOLE_TASK_STATE_NAMES[state];
    throw new Failure("conflict", {
      what: text(`task ${number} is closed already: ${en}`, `作業 ${number} はすでに終わっています(${ja})`),
      hint: text(`see it: clomoctl console show ${number}`, `確認: clomoctl console show ${number}`),
    });
  }
  if (work !== "upload") return;
  throw wanted === "confirmed"
    ? new Failure("conflict", {
        what: text(
          `task ${number} is an upload: the console's next export proves it, not a word`,
          `作業 ${number} はアップロードです。完了は、管理画面の新しいエクスポートで確認します`,
        ),
        hint: text(
          `export in the console, then: clomoctl imports verify ${importNumber ?? ""} --against EXPORT.csv`,
          `管理画面でエクスポートしてから: clomoctl imports verify ${importNumber ?? ""} --against EXPORT.csv`,
        ),
      })
    : new Failure("conflict", {
        what: text(
          `the plan of task ${number}, an upload, still waits`,
          `作業 ${number} のアップロードの計画がまだ照合待ちです`,
        ),
        hint: text(
          `if it was not uploaded: clomoctl imports discard ${importNumber ?? ""}`,
          `アップロードしていなければ: clomoctl imports discard ${importNumber ?? ""}`,
        ),
      });
}
