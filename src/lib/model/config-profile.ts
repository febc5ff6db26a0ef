import { text, type Text } from "../text/index.ts";
import { ASSIGNMENT_FIELDS, NAME_FIELD, defineOptionalText } from "./assignment.ts";
import { ANY_TEXT_RULE } from "./rules.ts";
import {
  CREATED_AT_FIELD,
  UPDATED_AT_FIELD,
  defineIdField,
  defineLabelledChoice,
  listFileFields,
  type Fields,
  type RecordOf,
  type ThingInFiles,
} from "./thing.ts";

/** The kinds of profiles in the order of the manual, and the profile for ADE.  @see seed 003, 10-1 and 7-2-5 */
export const PROFILE_KINDS = {
  passcode: text("passcode", "パスコード設定プロファイル"),
  restrictions: text("restrictions", "制限設定プロファイル"),
  "mdm-agent": text("MDM Agent for iOS", "MDM Agent for iOS設定プロファイル"),
  services: text("service connections", "サービス接続設定プロファイル"),
  "web-clip": text("web clip", "Web クリッププロファイル"),
  "own-certificate": text("own certificate", "独自証明書プロファイル"),
  certificate: text("certificate", "証明書プロファイル"),
  "content-filter": text("content filter", "コンテンツフィルタプロファイル"),
  "app-settings": text("managed app settings", "アプリ管理設定プロファイル"),
  custom: text("custom", "カスタムプロファイル"),
  vpn: text("VPN", "VPN接続設定プロファイル"),
  exchange: text("Exchange ActiveSync", "Exchange ActiveSync用構成プロファイル設定"),
  "single-app": text("single app mode", "シングル App モードプロファイル"),
  "http-proxy": text("global HTTP proxy", "グローバル HTTP プロキシプロファイル"),
  "home-screen": text("home screen layout", "ホーム画面レイアウト設定プロファイル"),
  ade: text("ADE profile", "ADE プロファイル"),
} as const satisfies Readonly<Record<string, Text>>;

export type ProfileKind = keyof typeof PROFILE_KINDS;

/** What the profiles of each kind are for. */
export const PROFILE_PURPOSES: Readonly<Record<ProfileKind, Text>> = {
  passcode: text("length, expiry and lock time of the passcode", "パスコードの長さ・有効期限・ロック時間の指定"),
  restrictions: text("limits of functions and apps", "機能やアプリの制限"),
  "mdm-agent": text("location and portal by the Agent app", "Agent アプリでの位置情報取得・ポータルサイトの登録"),
  services: text("Wi-Fi, VPN, Exchange and Google accounts", "Wi-Fi・VPN・Exchange・Google アカウントの指定"),
  "web-clip": text("a website on the home screen", "ホーム画面への Web サイトの追加"),
  "own-certificate": text("services that need a client certificate", "クライアント証明書などによるサービスへの接続"),
  certificate: text("device certificates", "デバイス証明書のインストール"),
  "content-filter": text("limits for websites", "Web サイトへのアクセス制限"),
  "app-settings": text("initial values for apps", "アプリへの初期値の送信"),
  custom: text("a profile made in Apple Configurator", "Apple Configurator で作成したプロファイルの適用"),
  vpn: text("VPN of the device", "使用する VPN の指定"),
  exchange: text("Exchange ActiveSync of the device", "使用する Exchange ActiveSync の指定"),
  "single-app": text("only one app can be used", "1 つのアプリだけに制限"),
  "http-proxy": text("proxy for HTTP", "HTTP トラフィックのプロキシの指定"),
  "home-screen": text("layout of the home screen and the Dock", "ホーム画面と Dock の配置の変更"),
  ade: text("set-up of ADE devices", "ADE デバイスのセットアップ時の設定"),
};

/** The kinds that only supervised devices accept (監視対象モードのみ適用できます). */
export const SUPERVISED_KINDS: readonly ProfileKind[] = ["content-filter", "single-app", "http-proxy", "home-screen"];

const ALLOWANCES = { forbidden: text("not allowed", "許可しない"), allowed: text("allowed", "許可する") };

const defineAdeChoice = <C extends string>(names: Readonly<Record<C, Text>>, en: string, ja: string) =>
  ({ ...defineLabelledChoice(names), nullable: true, label: text(en, ja), example: null, column: {} }) as const;

/** The settings of an ADE profile. No other kind has them.  @see seed 003, 7-2-5 */
const ADE_FIELDS = {
  supervision: defineAdeChoice(
    { set: text("on", "設定する"), unset: text("off", "設定しない") },
    "ADE: supervised mode",
    "監視対象モード",
  ),
  removal: defineAdeChoice(ALLOWANCES, "ADE: removal of the MDM profile", "MDM 構成プロファイル削除"),
  pairing: defineAdeChoice(ALLOWANCES, "ADE: connection to a host PC", "ホスト PC との接続"),
  setupItems: {
    type: "texts",
    rule: ANY_TEXT_RULE,
    most: 100,
    label: text("ADE: screens of Setup Assistant", "デバイス設定アシスタントで設定する項目"),
    example: [],
    column: {},
    set: true,
    short: "setupItem",
  },
  department: defineOptionalText("ADE: organisation name", "ADE の組織名"),
  supportPhone: { ...defineOptionalText("ADE: support telephone number", "サポート用電話番号"), code: true },
  supportEmail: defineOptionalText("ADE: support email address", "サポート用メールアドレス"),
} as const satisfies Fields;

export const ADE_FIELD_NAMES = Object.keys(ADE_FIELDS);

const CONFIG_PROFILE_FIELDS = {
  id: defineIdField(14),
  name: { ...NAME_FIELD, label: text("name", "プロファイル名"), example: "パスコード(全社)" },
  kind: {
    ...defineLabelledChoice(PROFILE_KINDS),
    label: text("kind", "種類"),
    example: "passcode",
    column: { required: "new" },
  },
  ...ASSIGNMENT_FIELDS,
  ...ADE_FIELDS,
  /** SHA-256 of the `.mobileconfig`, which is kept as it is */
  file: {
    type: "digest",
    nullable: true,
    byHand: true,
    label: text("file (SHA-256)", "ファイル(SHA-256)"),
    example: null,
  },
  createdAt: CREATED_AT_FIELD,
  updatedAt: UPDATED_AT_FIELD,
} as const satisfies Fields;

/** A configuration profile of the console (構成プロファイル). The record describes the console, so it opens no tasks. */
export const CONFIG_PROFILE = {
  name: "config_profile",
  title: text("configuration profiles", "構成プロファイル"),
  screen: {
    page: text("CLOMO PANEL, Settings", "CLOMO PANEL の「Settings」画面"),
    clicks: text(" (the manual describes no import)", "(インポートの手順はマニュアルにありません)"),
  },
  ownHeaders: true,
  unconfirmed: text(
    "The console has no known file of configuration profiles, so the headers are clomoctl's own.",
    "構成プロファイルの CSV は管理画面にあるか確認できないため、ヘッダーは clomoctl 独自のものです。",
  ),
  fields: CONFIG_PROFILE_FIELDS,
  formats: { "config-profiles": listFileFields(CONFIG_PROFILE_FIELDS) },
  keys: [{ name: "name", field: "name", unique: true }],
  usual: ["name", "kind", "orgs", "devices", "since"],
} as const satisfies ThingInFiles;

export type ConfigProfile = RecordOf<typeof CONFIG_PROFILE_FIELDS>;
