import { type Operation, getItemName } from "./role-policy.ts";
import { text, type Text, same } from "../text/index.ts";
import { SCHEME } from "../nouns/scheme.ts";
import type { Field, Fields } from "../model/thing.ts";

export const CONSOLE_WORK_NAMES = {
  create: text("add", "追加する"),
  edit: text("change", "変更する"),
  move: text("move", "移動する"),
  delete: text("delete", "削除する"),
  perform: text("carry out", "実行する"),
  settle: text("settle", "扱いを決める"),
} as const satisfies Readonly<Record<string, Text>>;

export type ConsoleWork = keyof typeof CONSOLE_WORK_NAMES;

/** @param field name of a field; `custom:NAME` is a custom field of the tenant */
export const getConsoleLabel = (fields: Fields, field: string): string => {
  const { [field]: of } = fields;
  return of?.onScreen ?? of?.label?.ja ?? of?.column?.header ?? field.replace(/^custom:/, "");
};

const BLANK_VALUE = text("(blank)", "(空)");

const isSwitchField = (field: Field): boolean =>
  field.type === "boolean" || ("rule" in field && field.rule?.kind === "boolean");

export function formatConsoleValue(of: Field | undefined, value: string | readonly string[] | null): Text {
  if (of !== undefined && isSwitchField(of)) return value === "TRUE" ? text("on", "オン") : text("off", "オフ");
  if (value === null || value.length === 0) return BLANK_VALUE;
  if (of?.type === "choice" && typeof value === "string") return of.names?.[value] ?? same(value);
  if (of === SCHEME.fields.operations && typeof value !== "string")
    return same(value.map((item) => `「${getItemName(item as Operation)}」`).join(""));
  return same(typeof value === "string" ? value : value.join(", "));
}
