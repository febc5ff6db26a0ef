import type { AccountSettings } from "../../../lib/client/index.ts";
import { ACCOUNT_SETTINGS } from "../../../lib/model/account.ts";
import { text, type Text } from "../../../lib/text/index.ts";
import { buildFieldColumns } from "../../listing/columns.ts";

export const SETTINGS_COLUMNS = buildFieldColumns<AccountSettings>(ACCOUNT_SETTINGS.fields);

/** Help paragraphs on the settings: what is known of them, and how clomoctl applies them.  @see seed 001 */
export const SETTINGS_HELP: readonly Text[] = [
  text(
    "The composition applies to new accounts. If you omit the account name, it is built from the composition; a different name is rejected, also by users create, users edit and user files. Exports of the console are accepted without this check. The possible authentication types are not known, so the type is stored as given and not enforced. If no composition is recorded, names are free text (a clomoctl rule).",
    "構成する情報は新しいアカウントに適用します。アカウント名を省略すると構成する情報から決まり、異なる名前は受け付けません(users create、users edit、ユーザーのファイルでも受け付けません。管理画面のエクスポートはそのまま取り込みます)。認証タイプの選択肢は確認されていないため、入力どおりに記録するだけです。記録がなければ「任意の文字列」とみなします(clomoctl 独自の規則)。",
  ),
];
