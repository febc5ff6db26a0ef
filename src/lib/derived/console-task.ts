import { type Operation, getItemName } from "./role-policy.ts";
import { text, type Text, same } from "../text/index.ts";
import { SCHEME } from "../nouns/scheme.ts";
import type { Field, Fields } from "../model/thing.ts";
import type { FormatName } from "../nouns/index.ts";
import { FORMATS } from "./formats.ts";
import type { IMPORT_MODE_NAMES } from "../model/import.ts";

export const CONSOLE_WORK_NAMES = {
  create: text("add", "追加する"),
  edit: text("change", "変更する"),
  move: text("move", "移動する"),
  delete: text("delete", "削除する"),
  perform: text("carry out", "実行する"),
  settle: text("settle", "扱いを決める"),
} as const satisfies Readonly<Record<string, Text>>;

export type ConsoleWork = keyof typeof CONSOLE_WORK_NAMES;

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

/** Files for CLOMO PANEL contain only changes (追加更新). @see facts 1.4, 6.2 */
export const getUploadMode = (kind: FormatName, mode: keyof typeof IMPORT_MODE_NAMES): "append" | "replace" =>
  mode === "replace" && FORMATS[kind].app !== undefined ? "replace" : "append";

/** A record that the upload file omits becomes a task that is done by hand. */
export const UPLOAD_OMISSION_REASONS = {
  key: text(
    "the record or a referenced record has no key, or has a different key in the console",
    "データまたは参照先のデータのキーがないか、管理画面のキーと異なる",
  ),
  character: text("the file's encoding lacks a character", "ファイルの文字コードにない文字がある"),
  password: text(
    "the password is not known (for new SECURED APPs users, use --generate-passwords FILE)",
    "パスワードがわからない(SECURED APPs の新しいユーザーなら --generate-passwords FILE で生成できる)",
  ),
  clear: text(
    "the console might clear or keep a value by mistake because of a blank cell",
    "空欄のセルが管理画面で意図どおりに扱われないおそれがある(値が誤って消える、または消えない)",
  ),
} as const satisfies Readonly<Record<string, Text>>;

export type UploadOmissionReason = keyof typeof UPLOAD_OMISSION_REASONS;
