import { text, type Text } from "../text/index.ts";

export const CONSOLE_WORK_NAMES = {
  create: text("add", "追加する"),
  edit: text("change", "変更する"),
  move: text("move", "移動する"),
  delete: text("delete", "削除する"),
  perform: text("carry out", "実行する"),
} as const satisfies Readonly<Record<string, Text>>;

export type ConsoleWork = keyof typeof CONSOLE_WORK_NAMES;
