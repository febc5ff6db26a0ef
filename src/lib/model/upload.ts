import { text, type Text } from "../text/index.ts";
import type { FormatName } from "./console-files.ts";
import { FORMATS } from "./formats.ts";
import type { IMPORT_MODE_NAMES } from "./import.ts";

/** Returns how the console processes a file. PANEL files have only changes (追加更新). @see facts 1.4, 6.2 */
export const getUploadMode = (kind: FormatName, mode: keyof typeof IMPORT_MODE_NAMES): "append" | "replace" =>
  mode === "replace" && FORMATS[kind].app !== undefined ? "replace" : "append";

/** The reasons why an upload file leaves out a record. The record then becomes a task that is done by hand. */
export const UPLOAD_OMISSION_REASONS = {
  key: text(
    "the key of the record, or of a record to which it refers, is missing or differs in the console",
    "データまたは参照先のデータのキーがないか、管理画面と異なる",
  ),
  character: text("the file's encoding lacks a character", "ファイルの文字コードにない文字がある"),
  password: text(
    "its password is not known; for new SECURED APPs users: --generate-passwords FILE",
    "パスワードがわからない(SECURED APPs の新しいユーザーなら --generate-passwords FILE で生成)",
  ),
  clear: text(
    "a blank cell may clear a value by mistake, or cannot clear a value",
    "空欄で値が消えるおそれがあるか、空欄では値を消せない",
  ),
} as const satisfies Readonly<Record<string, Text>>;

export type UploadOmissionReason = keyof typeof UPLOAD_OMISSION_REASONS;
