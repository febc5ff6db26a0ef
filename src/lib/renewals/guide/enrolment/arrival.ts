import { line } from "../../../advice/line.ts";
import type { Step } from "../step.ts";
import type { Through } from "./through.ts";
import { same, text } from "../../../text/index.ts";

/** The manual names a page of its own for this way, whose text is not known here. @see facts 4.8, 3.3; seed 003, 1 and 8 */
export const UNSUPERVISED_STEPS: readonly Step[] = [
  {
    id: "decide",
    what: text(
      "Decide whether that is enough: fewer functions can be used than in 監視対象モード, and the maker does not recommend it.",
      "この方法で足りるか検討します。監視対象モードより利用できる機能が少なく、推奨されていません。",
    ),
    trap: text(
      `To supervise a device later it has to be erased: ${line("ade guide", ["supervised-only"])}`,
      `後から監視対象モードにするには初期化が必要です: ${line("ade guide", ["supervised-only"])}`,
    ),
  },
  {
    id: "install",
    where: same("CLOMO オンラインマニュアル 「MDM 構成プロファイルを直接インストールする場合のセットアップ」"),
    what: text(
      "Follow that page of the manual: the MDM profile is installed on the device by hand.",
      "マニュアルのこのページに従い、デバイスに MDM 構成プロファイルを直接インストールします。",
    ),
    trap: text(
      "Have the password at hand that was set for it at the end of the push certificate's wizard.",
      "プッシュ通知証明書のウィザードの最後に設定したパスワードを用意しておきます。",
    ),
  },
];

/** @see seed 003, 8-1-4, 8-2-2 and 8-3-5 */
export const SWITCH_ON: Step = {
  id: "switch-on",
  where: text("the device", "デバイス"),
  what: text(
    "Switch it on, follow its screens and connect it to Wi-Fi. At リモートマネージメント tap 「この iPhone を登録」; the rest of the set-up follows, up to 「さあ、はじめよう!」.",
    "電源を入れ、画面の指示に従って Wi-Fi に接続します。リモートマネージメント画面で「この iPhone を登録」をタップし、「さあ、はじめよう!」まで進めます。",
  ),
  trap: text(
    "Where リモートマネージメント does not appear, stop: the device would not come under management (inferred).",
    "リモートマネージメント画面が表示されないときは、そこで中止してください。そのまま進めると管理下に登録されないと考えられます(推定)。",
  ),
};

/** @see seed 003, 8-1-4 step 7 */
export const IN_DEVICES: Readonly<Record<Through, Step>> = {
  console: {
    id: "in-devices",
    where: same("CLOMO PANEL > Devices"),
    what: text(
      "After a while it appears in Devices: it is under CLOMO's management.",
      "しばらくして Devices に表示されれば、CLOMO の管理下に登録されています。",
    ),
  },
  commands: {
    id: "in-devices",
    what: text(
      `It appears in Devices: ${line("devices show", ["SERIAL"])}. Give it to somebody: ${line("devices set-owner", ["SERIAL"], { user: "MAIL" })}`,
      `デバイスの一覧に表示されます: ${line("devices show", ["SERIAL"])}。利用者の設定: ${line("devices set-owner", ["SERIAL"], { user: "MAIL" })}`,
    ),
  },
};
