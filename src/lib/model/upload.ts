import { text, type Text } from "../text/index.ts";
import type { FormatName } from "./console-files.ts";
import { FORMATS } from "./formats.ts";
import type { IMPORT_MODE_NAMES } from "./import.ts";

/** Files for CLOMO PANEL contain only changes (追加更新). @see facts 1.4, 6.2 */
export const getUploadMode = (kind: FormatName, mode: keyof typeof IMPORT_MODE_NAMES): "append" | "replace" =>
  mode === "replace" && FORMATS[kind].app !== undefined ? "replace" : "append";

/** A record that the upload file omits becomes a task that is done by hand. */
export const UPLOAD_OMISSION_REASONS = {
  key: text(
    "the record, or a record it refers to, has no key, or has another key in the console",
    "データか参照先のデータにキーがないか、キーが管理画面と異なる",
  ),
  character: text("the file's encoding lacks a character", "ファイルの文字コードにない文字がある"),
  password: text(
    "the password is not known (to generate it for a new SECURED APPs user: --generate-passwords FILE)",
    "パスワードがわからない(SECURED APPs の新しいユーザーのパスワードは --generate-passwords FILE で生成できる)",
  ),
  clear: text(
    "a blank cell might have the wrong effect in the console (clear a value by mistake, or not clear it)",
    "空欄のセルが管理画面で意図どおりに扱われないおそれがある(値が誤って消える、または消えない)",
  ),
} as const satisfies Readonly<Record<string, Text>>;

export type UploadOmissionReason = keyof typeof UPLOAD_OMISSION_REASONS;
