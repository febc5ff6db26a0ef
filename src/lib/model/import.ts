import { same, text, type Text } from "../text/index.ts";

/** Names of the import modes: the console's インポート方法, and our own: deletions without a file, and undoing. */
export const IMPORT_MODE_NAMES: Readonly<Record<"append" | "replace" | "delete" | "undo", Text>> = {
  append: text("append", "追加更新"),
  replace: text("replace", "全件更新"),
  delete: text("delete", "削除"),
  undo: text("undo", "取り消し"),
};

/** Names of the import states. */
export const IMPORT_STATE_NAMES: Readonly<
  Record<"uploading" | "planned" | "committed" | "undone" | "discarded" | "failed", Text>
> = {
  uploading: text("uploading", "アップロード中"),
  planned: text("planned", "確定待ち"),
  committed: text("committed", "確定済み"),
  undone: text("undone", "取り消し済み"),
  discarded: text("discarded", "破棄済み"),
  failed: text("failed", "失敗"),
};

/** Names of the actions of a plan's row. */
export const ROW_ACTION_NAMES: Readonly<Record<"create" | "update" | "delete" | "unchanged" | "invalid", Text>> = {
  create: text("create", "追加"),
  update: text("update", "更新"),
  delete: text("delete", "削除"),
  unchanged: text("unchanged", "変更なし"),
  invalid: text("invalid", "不正"),
};

/** What is done to a record. */
export type Action = "create" | "update" | "delete";

/** The signs of the actions where a line has no room for a word. */
export const SIGNS = { create: "+", update: "~", delete: "-", unchanged: " ", invalid: "!" } as const;

/** The name of a word in one of these tables; an unknown word, from a newer version, is returned unchanged. */
export const nameIn = (names: Readonly<Record<string, Text>>, word: string): Text => names[word] ?? same(word);

/**
 * What becomes of records that a replacing file lacks and that cannot be deleted: they are kept, and `release` takes
 * devices from their owners, who can be deleted then.
 */
export const UNDELETABLE_CHOICES = ["keep", "release"] as const;
export type UndeletableChoice = (typeof UNDELETABLE_CHOICES)[number];

/** What `--fix` mends: blanks at the ends of cells; full-width letters in addresses and codes; characters that nobody sees; cells lacking at a row's end. */
export const FIXES = ["trim", "width", "invisible", "short-rows"] as const;
export type Fix = (typeof FIXES)[number];

/**
 * The checks that `--allow` turns off: unknown columns; spreadsheet error values such as #N/A, which are then text;
 * people whose address changes in a replacing import; a file that matches another tenant.
 */
export const ALLOWANCES = ["unknown-columns", "error-values", "new-address", "other-tenant"] as const;
export type Allowance = (typeof ALLOWANCES)[number];

/** Something of a tenant that the file of another tenant lacks. */
export type MissingTrait = "key" | "name" | "domain";
