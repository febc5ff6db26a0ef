import type { RenewalKind } from "../nouns/renewal.ts";
import { text, type Text } from "../text/index.ts";

/** Null means that the effect depends on the item. @see facts 3.1, 3.5, 3.6 */
export const EXPIRY_CONSEQUENCES: Readonly<Record<RenewalKind, Text | null>> = {
  "push-certificate": text(
    "commands no longer reach any iPhone or iPad, and new devices cannot be enrolled",
    "すべての iPhone・iPad に命令が届かなくなり、新しいデバイスも登録できなくなります",
  ),
  "ade-token": text(
    "CLOMO can no longer fetch devices from Apple (an assumption; CLOMO does not document this)",
    "CLOMO が Apple からデバイスの情報を取得できなくなります(推定。CLOMO の資料に記載なし)",
  ),
  "vpp-token": text("app licences are not synchronised or assigned", "アプリのライセンスの同期と割り当てができません"),
  "android-owner": text(
    "Google may disable the account; if the Android Enterprise environment is then removed, every device must be set up again",
    "アカウントが Google に無効化されるおそれがあります。Android Enterprise の環境が削除されると、全デバイスの再設定が必要です",
  ),
  "agent-build-certificate": text("the app can no longer update or start", "アプリの更新も起動もできなくなります"),
  "agent-push-certificate": text("the app no longer receives messages", "アプリにメッセージが届かなくなります"),
  "agent-profile": text("the app does not start until it is reinstalled", "アプリが起動せず、再インストールが必要です"),
  "device-certificate": text(
    "connections that use the certificate (Wi-Fi, VPN, email) fail (an assumption)",
    "その証明書を使う接続(Wi-Fi、VPN、メール)が使えなくなります(推定)",
  ),
  certificate: text("systems that verify it refuse the connection", "証明書を検証するシステムから、接続を拒否されます"),
  contract: null,
  custom: null,
};
