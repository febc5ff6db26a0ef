import { same, text, type Text } from "../text/index.ts";

/** What has to be before a profile can be applied. @see seed 003, 10-1 (※1, ※2) */
export const CONDITIONS = {
  agent: text(
    "CLOMO PANEL has seen the app CLOMO MDM Agent for iOS on the device, and it was started once",
    "「CLOMO MDM Agent for iOS」アプリがデバイスにインストールされていることを CLOMO PANEL 上で取得し、アプリを 1 度起動していること",
  ),
  supervised: text("supervised devices only", "監視対象モードのみ"),
} as const satisfies Readonly<Record<string, Text>>;

interface ProfileKind {
  readonly name: Text;
  /** what one wants with it */
  readonly use: Text;
  readonly needs?: keyof typeof CONDITIONS | undefined;
}

const kind = (name: string, en: string, ja: string, needs?: keyof typeof CONDITIONS): ProfileKind => ({
  name: same(name),
  use: text(en, ja),
  needs,
});

/** The kinds of profiles for iOS, in the order of the manual. @see seed 003, 10-1 */
export const PROFILE_KINDS: readonly ProfileKind[] = [
  kind("パスコード設定", "length, expiry and lock time of passcodes", "パスコード長や有効期限、ロック時間の指定"),
  kind("制限設定", "restrictions of functions", "さまざまな機能の制限"),
  kind(
    "MDM Agent for iOS設定",
    "locations at intervals, the portal",
    "位置情報の定期取得、ポータルサイトの登録",
    "agent",
  ),
  kind(
    "サービス接続設定",
    "Wi-Fi, VPN, Microsoft Exchange, Google accounts",
    "Wi-Fi、VPN、Microsoft Exchange、Google アカウントの指定",
  ),
  kind("Web クリップ", "web sites on the home screen", "ホーム画面への Web サイトの追加"),
  kind("独自証明書", "certificates of one's own for such services", "利用中のクライアント証明書などによるサービス接続"),
  kind("証明書", "device certificates", "デバイス証明書のインストール"),
  kind("コンテンツフィルタ", "limits for web sites", "Web サイトへのアクセスの制限", "supervised"),
  kind("アプリ管理設定", "first values for apps", "アプリケーションへの初期値の送信"),
  kind("カスタム", "profiles made by Apple Configurator", "Apple Configurator で作成したプロファイルの適用"),
  kind("VPN接続設定", "VPN", "VPN の指定"),
  kind("Exchange ActiveSync用構成", "Exchange ActiveSync", "Exchange ActiveSync の指定"),
  kind("シングル App モード", "one app alone", "1 つのアプリケーションだけに制限", "supervised"),
  kind("グローバル HTTP プロキシ", "a proxy for HTTP", "HTTP トラフィックのプロキシの指定", "supervised"),
  kind("ホーム画面レイアウト設定", "the home screen and the Dock", "ホーム画面と Dock の配置の変更", "supervised"),
];
