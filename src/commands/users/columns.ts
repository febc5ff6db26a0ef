import type { User } from "../../lib/client/index.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { text } from "../../lib/text/index.ts";

const plain = (key: keyof User, en: string, ja: string): Column<User> => ({
  key,
  header: text(en, ja),
  value: (user) => user[key],
});

/** All columns of a user. */
export const USER_COLUMNS: readonly Column<User>[] = [
  plain("id", "id", "ID"),
  plain("name", "name", "氏名"),
  plain("nameKana", "name in kana", "フリガナ"),
  plain("emails", "mail addresses", "メールアドレス"),
  { key: "org", header: text("organisation", "組織"), value: ({ org }) => org.path },
  { key: "orgCode", header: text("organisation code", "組織コード"), value: ({ org }) => org.code },
  { key: "orgId", header: text("organisation id", "組織 ID"), value: ({ org }) => org.id },
  plain("title", "title", "役職"),
  plain("employeeCode", "employee code", "社員コード"),
  plain("upn", "UPN", "UPN"),
  plain("addressType", "address type", "住所の区分"),
  plain("postalCode", "postal code", "郵便番号"),
  plain("address", "address", "住所"),
  plain("tel", "telephone", "TEL"),
  plain("extension", "extension", "内線"),
  plain("fax", "fax", "FAX"),
  plain("accountName", "account", "CLOMOアカウント名"),
  plain("accountPasswordSetAt", "password set at", "パスワード設定日時"),
  plain("administrator", "administrator", "管理者"),
  plain("custom", "custom fields", "カスタムユーザー情報"),
  plain("createdAt", "created", "作成日時"),
  plain("updatedAt", "updated", "更新日時"),
];

/** Keys of the columns that a table of users shows by default. */
export const USUAL_USER_COLUMNS: readonly string[] = ["name", "emails", "org", "title", "employeeCode", "accountName"];
