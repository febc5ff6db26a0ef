import type { App, SecuredUser } from "../../../lib/client/index.ts";
import { SECURED_FORMATS } from "../../../lib/csv/formats/index.ts";
import type { Column } from "../../../lib/terminal/index.ts";
import { same, text } from "../../../lib/text/index.ts";

/** Fields of every app, each shown in its own column. */
const COMMON = new Set(["displayName", "userId", "description", "groups"]);

const plain = (key: keyof SecuredUser, en: string, ja: string): Column<SecuredUser> => ({
  key,
  header: text(en, ja),
  value: (user) => user[key],
});

/** The app's own settings, one column each, in the order of its file. */
const settingsOf = (app: App): readonly Column<SecuredUser>[] =>
  SECURED_FORMATS[app].columns
    .filter(({ field, secret }) => secret !== true && !COMMON.has(field))
    .map(({ field, header }) => ({
      key: field,
      header: same(header),
      value: ({ settings }) => settings.find((setting) => setting.field === field)?.value,
    }));

/** All columns of a user of an app; for secrets only the time they were set. */
export const securedUserColumns = (app: App): readonly Column<SecuredUser>[] => [
  plain("id", "id", "ID"),
  plain("app", "app", "アプリ"),
  plain("userId", "user id", "ユーザーID"),
  plain("name", "name", "表示名"),
  plain("description", "description", "説明"),
  plain("groups", "groups", "グループ名"),
  plain("administrator", "administrator", "管理者"),
  ...settingsOf(app),
  plain("secretsSet", "secrets set", "設定済みの機密情報"),
  plain("createdAt", "created", "作成日時"),
  plain("updatedAt", "updated", "更新日時"),
];

/** Keys of the columns that a table of users shows by default. */
export const USUAL_SECURED_COLUMNS: readonly string[] = ["userId", "name", "description", "groups", "administrator"];
