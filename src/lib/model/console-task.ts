import { text, type Text } from "../text/index.ts";

/** What has to be done in the console, as nothing else can do it there. */
export const CONSOLE_WORK_NAMES = {
  upload: text("upload a file", "ファイルをアップロードする"),
  repeat: text("make the changes of an import", "インポートと同じ変更をする"),
  delete: text("delete records", "削除する"),
  undo: text("take back the changes of an import", "インポートの変更を元に戻す"),
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
