import { same, text } from "../text/index.ts";
import { ID_FIELD, RECORD_TIMES, defineRight, type RecordType } from "../model/thing.ts";

const SCHEME_CLICKS = same("Settings › 全般 › カスタム管理権限スキーム設定");

/** The console calls a scheme カスタム管理権限スキーム. @see facts 2.1 */
export const SCHEME = {
  name: "scheme",
  collection: "schemes",
  single: text("permission scheme", "カスタム管理権限スキーム"),
  title: text("permission schemes", "カスタム管理権限スキーム"),
  rights: {
    read: defineRight("read permission schemes", "カスタム管理権限スキームの閲覧"),
    write: defineRight("create and change permission schemes", "カスタム管理権限スキームの変更"),
  },
  command: "roles schemes",
  audited: { single: text("scheme", "スキーム") },
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
      label: text("check items", "チェック項目"),
      short: "item",
      byHand: true,
    },
    accounts: { type: "integer", derived: true, label: text("accounts", "アカウント数") },
    ...RECORD_TIMES,
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
  usual: ["name", "operations", "accounts"],
} as const satisfies RecordType;
