import type { AccountSettings } from "../../../lib/client/index.ts";
import { ACCOUNT_SETTINGS } from "../../../lib/model/account.ts";
import { text, type Text } from "../../../lib/text/index.ts";
import { columnsOfFields } from "../../listing/columns.ts";

export const SETTINGS_COLUMNS = columnsOfFields<AccountSettings>(ACCOUNT_SETTINGS.fields);

/** What is known of the settings, and what clomoctl makes of them. @see seed 001 */
export const SETTINGS_HELP: readonly Text[] = [
  text(
    "The composition holds for new accounts: a name that is not given is derived, and another one is refused, the latter also by users create, users edit and files of users; the console's own export is taken as it is. The values of the authentication type are not known: it is kept as it is given, and enforced nowhere. Where nothing was recorded, names are free text (ours).",
    "構成する情報は新しいアカウントに適用します。アカウント名を省略すると構成する情報から決まり、異なる名前は受け付けません(users create、users edit、ユーザーのファイルでも受け付けません。管理画面のエクスポートはそのまま取り込みます)。認証タイプの選択肢は確認されていないため、入力どおりに記録するだけです。記録がなければ「任意の文字列」とみなします(clomoctl 独自の規則)。",
  ),
];
