import { same, text, type Text } from "../text/index.ts";

/** Conditions that must be met before a profile can be applied. @see seed 003, 10-1 (※1, ※2) */
export const PROFILE_CONDITIONS = {
  agent: text(
    "CLOMO PANEL has detected the app CLOMO MDM Agent for iOS on the device, and the app has been started once",
    "「CLOMO MDM Agent for iOS」アプリがデバイスにインストールされていることを CLOMO PANEL 上で取得し、アプリを 1 度起動していること",
  ),
  supervised: text("supervised devices only", "監視対象モードのみ"),
} as const satisfies Readonly<Record<string, Text>>;

interface ProfileKind {
  readonly name: Text;
  readonly use: Text;
  readonly needs?: keyof typeof PROFILE_CONDITIONS | undefined;
}

const createProfileKind = (
  name: string,
  en: string,
  ja: string,
  needs?: keyof typeof PROFILE_CONDITIONS,
): ProfileKind => ({
  name: same(name),
  use: text(en, ja),
  needs,
});

/** The kinds of iOS profiles, in the order of CLOMO's manual. @see seed 003, 10-1 */
export const PROFILE_KINDS: readonly ProfileKind[] = [
  createProfileKind(
    "パスコード設定",
    "passcode length, expiry and auto-lock time",
    "パスコード長や有効期限、ロック時間の指定",
  ),
  createProfileKind("制限設定", "restrictions on device functions", "さまざまな機能の制限"),
  createProfileKind(
    "MDM Agent for iOS設定",
    "periodic location reports, registration of the portal",
    "位置情報の定期取得、ポータルサイトの登録",
    "agent",
  ),
  createProfileKind(
    "サービス接続設定",
    "Wi-Fi, VPN, Microsoft Exchange, Google accounts",
    "Wi-Fi、VPN、Microsoft Exchange、Google アカウントの指定",
  ),
  createProfileKind("Web クリップ", "websites on the home screen", "ホーム画面への Web サイトの追加"),
  createProfileKind(
    "独自証明書",
    "your own client certificates for connecting to services",
    "利用中のクライアント証明書などによるサービス接続",
  ),
  createProfileKind("証明書", "device certificates", "デバイス証明書のインストール"),
  createProfileKind(
    "コンテンツフィルタ",
    "restrictions on access to websites",
    "Web サイトへのアクセスの制限",
    "supervised",
  ),
  createProfileKind("アプリ管理設定", "initial settings for apps", "アプリケーションへの初期値の送信"),
  createProfileKind(
    "カスタム",
    "profiles created with Apple Configurator",
    "Apple Configurator で作成したプロファイルの適用",
  ),
  createProfileKind("VPN接続設定", "VPN connections", "VPN の指定"),
  createProfileKind("Exchange ActiveSync用構成", "Exchange ActiveSync accounts", "Exchange ActiveSync の指定"),
  createProfileKind(
    "シングル App モード",
    "restriction to a single app",
    "1 つのアプリケーションだけに制限",
    "supervised",
  ),
  createProfileKind(
    "グローバル HTTP プロキシ",
    "proxy for HTTP traffic",
    "HTTP トラフィックのプロキシの指定",
    "supervised",
  ),
  createProfileKind(
    "ホーム画面レイアウト設定",
    "layout of the home screen and the Dock",
    "ホーム画面と Dock の配置の変更",
    "supervised",
  ),
];
