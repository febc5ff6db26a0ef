import { text, type Text } from "../text/index.ts";

/** Why an upload file leaves out a record, which is a task by hand then. */
export const UPLOAD_REASONS = {
  key: text(
    "the key differs in the console, or may belong to another record there",
    "キーが管理画面と異なるか、管理画面では別のデータのキーの可能性",
  ),
  twice: text(
    "the record is new, and may already exist in the console under another key",
    "新規だが、管理画面に別のキーですでにある可能性",
  ),
  reference: text(
    "it refers to a record that the file cannot name, or that the console may lack or have by another key",
    "参照先をファイルで指定できないか、管理画面にない、またはキーが異なる可能性",
  ),
  password: text(
    "its password is not known here, and the console creates no user without one",
    "パスワードが分からず、管理画面ではパスワードなしで追加できない",
  ),
  clear: text("a value has to be cleared, and a blank cell does not clear it", "空欄では消せない値を消す必要がある"),
  blank: text(
    "a blank cell might clear a value that no export has shown",
    "エクスポートで確認できていない値を、空欄が消す可能性",
  ),
} as const satisfies Readonly<Record<string, Text>>;

export type UploadReason = keyof typeof UPLOAD_REASONS;
