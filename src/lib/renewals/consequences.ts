import type { RenewalKind } from "../model/renewal.ts";
import { text, type Text } from "../text/index.ts";

/**
 * What no longer works once a thing has expired; null where that depends on the thing.
 *
 * @see facts 3.1, 3.5, 3.6; what CLOMO does not say is marked
 */
export const WHAT_STOPS: Readonly<Record<RenewalKind, Text | null>> = {
  "push-certificate": text(
    "all iPhones and iPads fall silent: no command reaches them, and new ones cannot be enrolled",
    "すべての iPhone・iPad に命令が届かなくなり、新しいデバイスも登録できません",
  ),
  "ade-token": text(
    "CLOMO can no longer fetch devices from Apple (inferred; CLOMO does not say what stops)",
    "Apple からデバイスの情報を取得できなくなります(推定。CLOMO の資料に記載なし)",
  ),
  "vpp-token": text(
    "app licences are no longer synchronised or assigned",
    "アプリのライセンスの同期と割り当てができなくなります",
  ),
  "android-owner": text(
    "Google may disable the account; if the Android Enterprise environment is then removed, every device has to be set up again",
    "アカウントが Google に無効化されるおそれがあります。環境が削除されると、全デバイスの再設定が必要です",
  ),
  "agent-build-certificate": text(
    "the app can no longer be updated or started",
    "アプリの更新も起動もできなくなります",
  ),
  "agent-push-certificate": text("messages no longer arrive", "メッセージが届かなくなります"),
  "agent-profile": text(
    "the app no longer starts and has to be reinstalled",
    "アプリが起動しなくなり、再インストールが必要になります",
  ),
  "device-certificate": text(
    "connections that use it (Wi-Fi, VPN, mail) fail (inferred)",
    "その証明書を使う接続(Wi-Fi、VPN、メール)が使えなくなります(推定)",
  ),
  certificate: text("whatever checks it refuses the connection", "証明書を検証する相手との接続が拒否されます"),
  custom: null,
};

/** Kinds that are renewed with an account of Apple or Google, whose code comes to a phone. */
export const HAVE_ACCOUNTS: ReadonlySet<RenewalKind> = new Set([
  "push-certificate",
  "ade-token",
  "vpp-token",
  "android-owner",
  "agent-build-certificate",
  "agent-push-certificate",
  "agent-profile",
]);
