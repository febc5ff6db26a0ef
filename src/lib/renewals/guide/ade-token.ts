import { same, text } from "../../text/index.ts";
import { prepareAppleBusiness, recordStep, type Step, type StepsOf } from "./step.ts";

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
      "After a renewal 「差分のみを取得する」 is not enough: it shows only devices that are already registered.",
      "更新後は「差分のみを取得する」では不十分です。登録済みのデバイスしか表示されません。",
    ),
    check: text(
      "「ADEデバイス一覧更新処理が完了しました」 appears.",
      "「ADEデバイス一覧更新処理が完了しました」と表示されること。",
    ),
  },
  recordStep("clomoctl renewals edit ITEM --file SERVER_Token_TIMEZ_smime.p7m"),
];

const renew: readonly Step[] = [
  {
    id: "open-panel",
    where: same(`${SETTINGS} > 「変更する」`),
    what: text("Open the upload screen now and leave it open.", "アップロードする画面を先に開いておきます。"),
    trap: text(
      "Do not recreate 「ADE サーバートークン用公開鍵」: a token made for another key cannot be read.",
      "「ADE サーバートークン用公開鍵」は作り直さないでください。別の鍵で作られたトークンは読み込めません。",
    ),
  },
  {
    id: "public-key",
    where: same(`${SETTINGS} > 「ADE サーバートークン用公開鍵」 > 「作成とダウンロード」`),
    what: text(
      "Only if the PANEL asks for a new key: download CLOMO_ADE_PublicKey.pem and register it with the same server in Apple Business Manager before creating the token.",
      "PANEL で新しい鍵が必要になった場合のみ: CLOMO_ADE_PublicKey.pem をダウンロードし、トークンを作る前に Apple Business Manager の同じサーバに登録します。",
    ),
    waitsFor: "ade-public-key",
    mayLack: true,
  },
  {
    id: "download",
    where: SERVER,
    what: text(
      "Select the server that CLOMO uses now and choose 「MDMサーバトークンをダウンロード」.",
      "現在 CLOMO で使っているサーバを選び、「MDMサーバトークンをダウンロード」を実行します。",
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
    where: same(`${SETTINGS} > 「変更する」`),
    what: text(
      "Upload it right away: choose 「ファイルを選択」, then 「保存」 at the bottom.",
      "すぐにアップロードします。「ファイルを選択」で指定し、最下部の「保存」を押します。",
    ),
    trap: text(
      "Nothing is saved until you choose 「保存」; until then ADE cannot fetch or enrol devices.",
      "「保存」を押すまで反映されません。それまで ADE の取得と登録はできません。",
    ),
  },
  {
    id: "look",
    where: same("CLOMO PANEL > HOME > Mobile Device Management > 「ADE サーバートークン」"),
    what: text("Check that the date is a year from now.", "有効期限が 1 年後になったことを確認します。"),
  },
];
