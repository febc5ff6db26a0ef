import { text, type Text } from "../text/index.ts";
import type { FormatName } from "./console-files.ts";
import { FORMATS } from "./formats.ts";
import type { IMPORT_MODE_NAMES } from "./import.ts";

/** The kind and the mode of a plan, which determine how the console processes its upload file. */
export interface UploadPlan {
  readonly kind: FormatName;
  readonly mode: keyof typeof IMPORT_MODE_NAMES;
}

/**
 * Returns the mode in which the console processes an upload file. CLOMO PANEL has only 追加更新, so its file has only the
 * rows that change something; a 全件更新 file has every row. @see facts 1.4, 6.2
 */
export const getUploadMode = ({ kind, mode }: UploadPlan): "append" | "replace" =>
  mode === "replace" && FORMATS[kind].app !== undefined ? "replace" : "append";

/** The reasons why an upload file leaves out a record. The record then becomes a task that is done by hand. */
export const UPLOAD_OMISSION_REASONS = {
  key: text(
    "the key differs in the console, or may belong to another record there",
    "キーが管理画面と異なるか、管理画面では別のデータのキーの可能性",
  ),
  twice: text(
    "the record is new, and may already exist in the console with a different key",
    "新規だが、管理画面に別のキーですでにある可能性",
  ),
  reference: text(
    "the record refers to another record that the file cannot identify, or that may be missing in the console or have a different key there",
    "参照先をファイルで指定できないか、管理画面にない、またはキーが異なる可能性",
  ),
  password: text(
    "clomoctl does not know the password, and the console does not create users without a password",
    "パスワードが分からず、管理画面ではパスワードなしで追加できない",
  ),
  clear: text("a value must be cleared, and a blank cell does not clear it", "空欄では消せない値を消す必要がある"),
  blank: text(
    "a blank cell might clear a value that no export has shown",
    "エクスポートで確認できていない値を、空欄が消す可能性",
  ),
} as const satisfies Readonly<Record<string, Text>>;

export type UploadOmissionReason = keyof typeof UPLOAD_OMISSION_REASONS;
