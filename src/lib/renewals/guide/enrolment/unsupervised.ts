import { same, text } from "../../../text/index.ts";
import type { Step } from "../step.ts";

/** The manual names a page of its own for this way, whose text is not known here. @see facts 4.8, 3.3; seed 003, 1 and 8 */
export const UNSUPERVISED_STEPS: readonly Step[] = [
  {
    id: "decide",
    what: text(
      "Decide whether that is enough: fewer functions can be used than in 監視対象モード, and the maker does not recommend it.",
      "この方法で足りるか検討します。監視対象モードより利用できる機能が少なく、推奨されていません。",
    ),
    trap: text(
      "To supervise a device later it has to be erased: clomoctl ade guide supervised-only",
      "後から監視対象モードにするには初期化が必要です: clomoctl ade guide supervised-only",
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
