import { text, type Text } from "../text/index.ts";

/** Why an upload file leaves out a record, which is a task by hand then. */
export const UPLOAD_REASONS = {
  key: text(
    "the console has it by another key, or another record by this one",
    "管理画面では別のキーか、キーが別のデータのもの",
  ),
  twice: text(
    "it is new, and the console may have it by another key already",
    "新規だが、管理画面に別のキーですでにある可能性",
  ),
  reference: text("it refers to a record that the console has by another key", "参照先のキーが、管理画面では異なる"),
  clear: text("a value has to be cleared, which a blank cell does not do", "空欄では消せない値を消す"),
  blank: text(
    "a blank cell might clear a value that no export has shown",
    "エクスポートで確認できていない値を、空欄が消す可能性",
  ),
} as const satisfies Readonly<Record<string, Text>>;

export type UploadReason = keyof typeof UPLOAD_REASONS;
