import { same, text, type Text } from "../text/index.ts";
import { getOperationsForNewUsers, SCHEME_ITEMS } from "./role-policy.ts";
import { OPERATIONS, type Operation } from "./role.ts";
import { CREATED_AT_FIELD, ID_FIELD, UPDATED_AT_FIELD, type Thing } from "./thing.ts";

const SCHEME_CLICKS = same("Settings › 全般 › カスタム管理権限スキーム設定");

/** The console calls a scheme カスタム管理権限スキーム. @see facts 2.1 */
export const SCHEME = {
  name: "scheme",
  fields: {
    id: ID_FIELD,
    name: {
      type: "text",
      longest: 100,
      label: text("name", "スキーム名"),
      comparison: "name",
      unique: true,
      byHand: true,
    },
    operations: {
      type: "texts",
      rule: { kind: "choice", choices: SCHEME_ITEMS },
      label: text("check items", "チェック項目"),
      short: "item",
      byHand: true,
    },
    accounts: { type: "integer", derived: true, label: text("accounts", "アカウント数") },
    createdAt: CREATED_AT_FIELD,
    updatedAt: UPDATED_AT_FIELD,
  },
  // The manual shows the settings screen, but not the buttons on it. @see facts 2.1
  clicks: {
    create: SCHEME_CLICKS,
    edit: SCHEME_CLICKS,
    delete: SCHEME_CLICKS,
    page: text(
      "CLOMO PANEL, Settings › 全般 › カスタム管理権限スキーム設定",
      "CLOMO PANEL の「Settings」›「全般」›「カスタム管理権限スキーム設定」",
    ),
  },
  formats: {},
  keys: [],
  usual: ["name", "operations", "accounts"],
} as const satisfies Thing;

/** Returns clomoctl's own name if CLOMO's manual does not name the operation. */
export const getItemName = (item: Operation): string => OPERATIONS[item].about.ja;

export const isDocumentedItem = (item: Operation): boolean => "manual" in OPERATIONS[item];

const quoteItemNames = (items: readonly Operation[]): string =>
  items.map((item) => `「${getItemName(item)}」`).join("");

const ITEMS_FOR_ALL_ORGS = getOperationsForNewUsers(true);
const EXTRA_ITEMS_FOR_SOME_ORGS = getOperationsForNewUsers(false).filter((item) => !ITEMS_FOR_ALL_ORGS.includes(item));

/** @see facts 2.1 */
export const NEW_USER_ITEMS: Text = text(
  `${quoteItemNames(ITEMS_FOR_ALL_ORGS)}, because a new user is always put into an organisation`,
  `${quoteItemNames(ITEMS_FOR_ALL_ORGS)}(作成時に必ず組織に所属させるため)`,
);

export const NEW_USER_ITEMS_FOR_SOME_ORGS: Text = text(
  `if 管理対象組織 is not 全て, the scheme also needs ${quoteItemNames(EXTRA_ITEMS_FOR_SOME_ORGS)}`,
  `管理対象組織が「全て」でない場合は${quoteItemNames(EXTRA_ITEMS_FOR_SOME_ORGS)}も必要`,
);
