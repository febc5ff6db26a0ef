import { text, type Text } from "../text/index.ts";
import { itemsForUsers, SCHEME_ITEMS } from "./role-policy.ts";
import { OPERATIONS, type Operation } from "./role.ts";
import { CREATED_AT, idField, UPDATED_AT, type Thing } from "./thing.ts";

/** A named list of check items (カスタム管理権限スキーム), from which custom administrators have their rights. @see facts 2.1 */
export const SCHEME = {
  name: "scheme",
  fields: {
    id: idField(11),
    name: {
      type: "text",
      longest: 100,
      label: text("name", "スキーム名"),
      example: "ユーザー登録係",
      comparison: "name",
      unique: true,
      byHand: true,
    },
    operations: {
      type: "texts",
      rule: { kind: "choice", choices: SCHEME_ITEMS },
      label: text("items", "チェック項目"),
      example: ["users.write", "users.move"],
      short: "item",
      byHand: true,
    },
    accounts: { type: "integer", label: text("accounts", "アカウント数"), example: 2 },
    createdAt: CREATED_AT,
    updatedAt: UPDATED_AT,
  },
  // @see facts 2.1: where the settings are; their buttons are not known
  clicks: {
    create: text(
      "Settings > 全般 > カスタム管理権限スキーム設定: add the scheme",
      "Settings > 全般 > カスタム管理権限スキーム設定でスキームを追加",
    ),
    edit: text(
      "Settings > 全般 > カスタム管理権限スキーム設定: change the scheme",
      "Settings > 全般 > カスタム管理権限スキーム設定でスキームを変更",
    ),
    delete: text(
      "Settings > 全般 > カスタム管理権限スキーム設定: delete the scheme, if it is there",
      "Settings > 全般 > カスタム管理権限スキーム設定にスキームがあれば削除",
    ),
    page: text(
      "CLOMO PANEL, Settings > 全般 > カスタム管理権限スキーム設定",
      "CLOMO PANEL の Settings > 全般 > カスタム管理権限スキーム設定",
    ),
  },
  formats: {},
  keys: [],
  usual: ["name", "operations", "accounts"],
  versioned: ["name", "operations"],
} as const satisfies Thing;

/** A check item as the console calls it; of those that the manual does not name, as clomoctl does. */
export const itemName = (item: Operation): string => OPERATIONS[item].about.ja;

/** Whether the manual names a check item. @see facts 2.1 */
export const isNamedItem = (item: Operation): boolean => "manual" in OPERATIONS[item];

const named = (items: readonly Operation[]): string => items.map((item) => `「${itemName(item)}」`).join("");

const WITH_ALL = itemsForUsers(true);
const FURTHER = itemsForUsers(false).filter((item) => !WITH_ALL.includes(item));

/** What a scheme needs for creating users. @see facts 2.1 */
export const USERS_WITH_ALL: Text = text(
  `${named(WITH_ALL)}, as creating a user always puts it into an organisation`,
  `${named(WITH_ALL)}(作成時に必ず組織に所属させるため)`,
);

export const USERS_WITHOUT_ALL: Text = text(
  `where 管理対象組織 is not 全て also ${named(FURTHER)}`,
  `管理対象組織が「全て」でない場合は${named(FURTHER)}も必要`,
);

/**
 * The items that a scheme lacks for creating users; none if they can be created.
 *
 * @param isWhole the managed organisations (管理対象組織) are 全て
 * @see facts 2.1
 */
export const lackingForUsers = (items: readonly string[], isWhole: boolean): readonly Operation[] =>
  itemsForUsers(isWhole).filter((item) => !items.includes(item));
