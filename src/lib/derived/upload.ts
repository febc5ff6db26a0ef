import { text, type Text } from "../text/index.ts";
import type { FormatName } from "../nouns/index.ts";
import { FORMATS } from "./formats.ts";
import type { IMPORT_MODE_NAMES } from "../model/import.ts";

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
