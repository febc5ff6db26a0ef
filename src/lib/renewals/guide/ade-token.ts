import { same, text } from "../../text/index.ts";
import { prepareAppleBusiness, type Step, type StepsOf } from "./step.ts";

const SETTINGS =
  "CLOMO PANEL > Settings > Mobile Device Management > iOS/macOS > 基本設定 > 「Automated Device Enrollment」";
const SERVER = same("Apple Business Manager > (左下のアカウント) > 環境設定 > 「MDM サーバ」");

/**
 * The ADE server token.
 *
 * @see facts 3.5, 4.1
 */
export const adeTokenSteps: StepsOf = (known) => [
  prepareAppleBusiness(
    known,
    text(
      "Creating a new token invalidates the old one immediately. Do not download one to try; start only when you can upload it right away.",
      "新しいトークンを作った時点で古いトークンは無効になります。試しにダウンロードせず、続けてアップロードできるときに始めてください。",
    ),
  ),
  ...renew,
  {
    id: "full-fetch",
    where: same(`${SETTINGS} > 「ADE デバイス情報」`),
    what: text(
      "Choose 「全件を取得する」, then 「ADE デバイスの一覧を更新する」.",
      "「全件を取得する」を選び、「ADE デバイスの一覧を更新する」を実行します。",
    ),
    trap: text(
      "After a renewal fetch all, not 「差分のみを取得する」 (another maker's advice).",
      "更新後は「差分のみを取得する」ではなく、全件を取得してください(他社情報)。",
    ),
    check: text(
      "「ADEデバイス一覧更新処理が完了しました」 appears.",
      "「ADEデバイス一覧更新処理が完了しました」と表示されること。",
    ),
  },
];

const renew: readonly Step[] = [
  {
    id: "open-panel",
    where: same(`${SETTINGS} > 「変更する」`),
    what: text("Open the upload screen now and leave it open.", "アップロードする画面を先に開いておきます。"),
    trap: text(
      "「ADE サーバートークン用公開鍵」 is no part of a renewal: do not recreate it. A token made for another key cannot be read (inferred).",
      "「ADE サーバートークン用公開鍵」は更新では使いません。作り直さないでください。別の鍵で作られたトークンは読み込めません(推定)。",
    ),
  },
  {
    id: "download",
    where: SERVER,
    what: text(
      "Select the server that CLOMO uses now and choose 「MDMサーバトークンをダウンロード」, then once more in the dialog.",
      "現在 CLOMO で使っているサーバを選び、「MDMサーバトークンをダウンロード」を押し、確認画面でもう一度「MDMサーバトークンをダウンロード」を押します。",
    ),
    trap: text(
      "Use the same server; never add one with +. With a token of another server you would have to move and re-enrol every device. From this point on the old token is invalid.",
      "必ず同じサーバを選び、+ で追加しないでください。別のサーバのトークンでは、デバイスの移動と再登録が必要になります。この時点で古いトークンは無効です。",
    ),
    check: text(
      "(server)_Token_(time)Z_smime.p7m, about 2 KB.",
      "(サーバ名)_Token_(日時)Z_smime.p7m(約 2 KB)ができること。",
    ),
    waitsFor: "ade-token",
  },
  {
    id: "upload",
    beginsUpload: true,
    where: same(`${SETTINGS} > 「変更する」`),
    what: text(
      "Upload it right away: choose 「ファイルを選択」, then 「保存」 at the bottom.",
      "すぐにアップロードします。「ファイルを選択」で指定し、最下部の「保存」を押します。",
    ),
    trap: text(
      "Nothing is saved until you choose 「保存」; until then ADE probably cannot fetch or enrol devices (inferred).",
      "「保存」を押すまで反映されません。それまで ADE の取得と登録はできないと考えられます(推定)。",
    ),
  },
  {
    id: "look",
    where: same(`CLOMO PANEL > HOME > Mobile Device Management > 「ADE サーバートークン」 / ${SETTINGS}`),
    what: text("Check that the date is a year from now.", "有効期限が 1 年後になったことを確認します。"),
  },
];
