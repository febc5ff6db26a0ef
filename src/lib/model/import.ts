import { same, text, type Text } from "../text/index.ts";

/** `append` and `replace` are the console's インポート方法. The other modes are clomoctl's own. */
export const IMPORT_MODE_NAMES: Readonly<Record<"append" | "replace" | "delete" | "undo", Text>> = {
  append: text("append", "追加更新"),
  replace: text("replace", "全件更新"),
  delete: text("delete", "削除"),
  undo: text("undo", "取り消し"),
};

export const IMPORT_STATE_NAMES: Readonly<
  Record<"uploading" | "planned" | "committed" | "undone" | "undone-in-part" | "discarded", Text>
> = {
  uploading: text("uploading", "アップロード中"),
  planned: text("planned", "適用待ち"),
  committed: text("committed", "適用済み"),
  undone: text("undone", "取り消し済み"),
  "undone-in-part": text("partly undone", "一部取り消し"),
  discarded: text("not committed", "適用せず"),
};

export const getStateName = ({ state, rejected }: { readonly state: string; readonly rejected: boolean }): Text =>
  rejected && state === "planned" ? text("refused", "拒否") : getDisplayName(IMPORT_STATE_NAMES, state);

export const ROW_ACTION_NAMES: Readonly<Record<"create" | "update" | "delete" | "unchanged" | "invalid", Text>> = {
  create: text("create", "追加"),
  update: text("update", "更新"),
  delete: text("delete", "削除"),
  unchanged: text("unchanged", "変更なし"),
  invalid: text("invalid", "エラー"),
};

export type RecordAction = "create" | "update" | "delete";

export const ACTION_SIGNS = { create: "+", update: "~", delete: "-", unchanged: " ", invalid: "!" } as const;

/** Returns an unknown word unchanged, because it may come from a newer version of clomoctl. */
export const getDisplayName = (names: Readonly<Record<string, Text>>, word: string): Text => names[word] ?? same(word);

/** What lists are read for: an import of rows, a selection of the records that rows name, or an export of the console. */
export const LIST_USES = ["import", "select", "export"] as const;

export type ListUseName = (typeof LIST_USES)[number];

export const UNDELETABLE_CHOICES = ["keep", "release"] as const;

export const BLANK_CHOICES = ["clear", "keep"] as const;

/** `name` means the path of an organisation, or a name that is unique. */
export const ORG_BY_CHOICES = ["code", "name"] as const;
export type OrgBy = (typeof ORG_BY_CHOICES)[number];

export const MAX_HEADER_ROW = 1000;

export const ALLOWANCES = ["unknown-columns", "error-values", "other-tenant"] as const;
export type Allowance = (typeof ALLOWANCES)[number];

/** A limit in percent permits at most this number of deletions, however large the tenant is. */
export const MAX_DELETIONS_BY_SHARE = 500;

/** An import has the number of its change (`17`) or of its plan (`P12`). */
export const formatImportNumber = (plan: number, change: number | null): string =>
  change === null ? `P${plan}` : String(change);

export const parseImportNumber = (typed: string) => {
  const [, letter, digits] = IMPORT_NUMBER_PATTERN.exec(typed) ?? [];
  return digits === undefined
    ? undefined
    : { of: letter === "" ? ("change" as const) : ("plan" as const), value: Number(digits) };
};

export const IMPORT_NUMBER_PATTERN = /^([Pp]?)([1-9]\d{0,14})$/;
