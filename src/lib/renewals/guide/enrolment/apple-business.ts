import { line } from "../../../advice/line.ts";
import { same, text } from "../../../text/index.ts";
import type { Step } from "../step.ts";
import type { Through } from "./through.ts";

const SERVER_NAME: Readonly<Record<Through, { readonly en: string; readonly ja: string }>> = {
  console: text("the server that CLOMO uses", "、CLOMO で使っている MDM サーバ"),
  commands: text(
    `the server whose token this tenant has (${line("ade account", [])})`,
    `、このテナントのトークンの MDM サーバ(${line("ade account", [])} で確認)`,
  ),
};

/** A device to the server, in Apple's portal. @see facts 4.1; seed 003, 8-1-1 and 8-3-3 */
export const assignSteps = (through: Through): readonly Step[] => {
  const { en, ja } = SERVER_NAME[through];
  return [
    {
      id: "assign",
      where: same(
        "Apple Business Manager > デバイス > (シリアルナンバーで検索) > 「・・・」 > 「MDMサーバを編集します」",
      ),
      what: text(
        `Sign in with the Managed Apple Account, search the device by its serial number, choose ${en} at 「1つ選択してください」, then 「続ける」, 「確認」, 「完了」.`,
        `管理対象 Apple Account でサインインし、シリアルナンバーでデバイスを検索します。「1つ選択してください」で${ja}を選び、「続ける」「確認」「完了」の順に押します。`,
      ),
      trap: text(
        "Do this before the device is switched on. A device that the search does not find is not in your organisation: who sold it may be able to register it. Never choose 所有解除: such a device can never be added again.",
        "デバイスの電源を入れる前に行ってください。検索しても見つからないデバイスは組織に登録されていません。購入元に相談すると登録できる場合があります。「所有解除」は選ばないでください。二度と追加できなくなります。",
      ),
      check: text(
        `「MDMサーバ」 of the device shows the server's name. Of many: ${line("ade reconcile", ["PURCHASED.csv"])}`,
        `デバイスの「MDMサーバ」にサーバ名が表示されること。台数が多いときは: ${line("ade reconcile", ["PURCHASED.csv"])}`,
      ),
    },
  ];
};

const DISABLED = "「ADEプロファイルはADEサーバー側で無効化されています。再度作り直してください。」";

/** The last look before a device is switched on. @see facts 4.4, 4.5; seed 003, 8-1-3 and 8-3-4 */
export const READY_DEVICE: Readonly<Record<Through, Step>> = {
  console: {
    id: "ready",
    where: same("CLOMO PANEL > Devices > (デバイス) > 「デバイスの詳細情報」"),
    what: text(
      "Before a device is switched on, three things hold: it is assigned to CLOMO's server; it is in Devices as 事前登録デバイス (orange icon); its 「ADE プロファイル状態」 is 「assigned」 or 「pushed」.",
      "デバイスの電源を入れる前に、次の 3 つを確認します。CLOMO の MDM サーバに割り当てられていること、Devices に事前登録デバイス(オレンジのアイコン)として表示されること、「ADE プロファイル状態」が「assigned」か「pushed」であること。",
    ),
    trap: text(
      `If one does not hold, do not switch it on. 「入力エラー:正しい証明書をアップロードするか、ウィザードをはじめからやり直してください。」: see the manual's page ${DISABLED}, by whose words the profile is to be made anew.`,
      `1 つでも満たさないときは電源を入れないでください。「入力エラー:正しい証明書をアップロードするか、ウィザードをはじめからやり直してください。」と表示されたら、マニュアルの${DISABLED}のページを参照してください(題名によれば、プロファイルの作り直しが必要です)。`,
    ),
  },
  commands: {
    id: "ready",
    what: text(
      `Before a device is switched on, three things hold: it is assigned to your server, it was synced, and its profile status is assigned or pushed: ${line("ade devices show", ["SERIAL"])}`,
      `デバイスの電源を入れる前に、次の 3 つを確認します。MDM サーバに割り当てられていること、同期されていること、「ADE プロファイル状態」が assigned か pushed であること: ${line("ade devices show", ["SERIAL"])}`,
    ),
    trap: text(
      `If one does not hold, do not switch it on: ${line("ade status", [])} says what to do.`,
      `1 つでも満たさないときは電源を入れないでください。対処は ${line("ade status", [])} で確認できます。`,
    ),
  },
};
