import { text, type Text } from "../text/index.ts";
import { ASSIGNMENT_FIELDS, DESCRIBING_THING, NAME_FIELD, defineSet } from "./assignment.ts";
import {
  defineIdField,
  defineLabelledChoice,
  listFileFields,
  type Fields,
  type RecordOf,
  type ThingInFiles,
} from "./thing.ts";

/** The kinds in the order of the manual, with purpose, and the profile for ADE.  @see seed 003, 10-1 and 7-2-5 */
const KINDS = [
  ["passcode", "パスコード設定プロファイル", "passcode", "パスコードの長さや期限", "length and expiry of passcodes"],
  ["restrictions", "制限設定プロファイル", "restrictions", "機能やアプリの制限", "limits of functions and apps"],
  ["mdm-agent", "MDM Agent for iOS設定プロファイル", "MDM Agent for iOS", "位置情報とポータル", "location and portal"],
  ["services", "サービス接続設定プロファイル", "service connections", "Wi-Fi・VPN・アカウント", "Wi-Fi, VPN, accounts"],
  ["web-clip", "Web クリッププロファイル", "web clip", "ホーム画面に置く Web サイト", "website on the home screen"],
  ["own-certificate", "独自証明書プロファイル", "own certificate", "クライアント証明書での接続", "client certificates"],
  ["certificate", "証明書プロファイル", "certificate", "デバイス証明書", "device certificates"],
  ["content-filter", "コンテンツフィルタプロファイル", "content filter", "Web サイトの制限", "limits for websites"],
  ["app-settings", "アプリ管理設定プロファイル", "managed app settings", "アプリの初期値", "initial values of apps"],
  ["custom", "カスタムプロファイル", "custom", "Apple Configurator で作成した設定", "made in Apple Configurator"],
  ["vpn", "VPN接続設定プロファイル", "VPN", "デバイスの VPN", "VPN of the device"],
  ["exchange", "Exchange ActiveSync用構成プロファイル設定", "Exchange ActiveSync", "デバイスの Exchange", "Exchange"],
  ["single-app", "シングル App モードプロファイル", "single app mode", "1 つのアプリに制限", "only one app"],
  ["http-proxy", "グローバル HTTP プロキシプロファイル", "global HTTP proxy", "HTTP のプロキシ", "proxy for HTTP"],
  [
    "home-screen",
    "ホーム画面レイアウト設定プロファイル",
    "home screen layout",
    "ホーム画面と Dock",
    "home screen and Dock",
  ],
  ["ade", "ADE プロファイル", "ADE profile", "ADE デバイスのセットアップ", "set-up of ADE devices"],
] as const;

export type ProfileKind = (typeof KINDS)[number][0];
type KindTexts = Readonly<Record<ProfileKind, Text>>;

export const PROFILE_KINDS = Object.fromEntries(KINDS.map(([kind, ja, en]) => [kind, text(en, ja)])) as KindTexts;
export const PROFILE_PURPOSES = Object.fromEntries(
  KINDS.map(([kind, , , ja, en]) => [kind, text(en, ja)]),
) as KindTexts;

/** The kinds that only supervised devices accept (監視対象モードのみ適用できます). */
export const SUPERVISED_KINDS: readonly ProfileKind[] = ["content-filter", "single-app", "http-proxy", "home-screen"];

const CONFIG_PROFILE_FIELDS = {
  id: defineIdField(14),
  name: { ...NAME_FIELD, label: text("name", "プロファイル名"), example: "パスコード(全社)" },
  kind: {
    ...defineLabelledChoice(PROFILE_KINDS),
    label: text("kind", "種類"),
    example: "passcode",
    column: { required: "new" },
  },
  /** as the console shows them  @see seed 003, 7-2-5 */
  adeSettings: defineSet("adeSetting", "監視対象モード:設定する", text("ADE settings", "ADE の設定項目")),
  ...ASSIGNMENT_FIELDS,
} as const satisfies Fields;

/** A configuration profile of the console (構成プロファイル). */
export const CONFIG_PROFILE = {
  ...DESCRIBING_THING,
  name: "config_profile",
  title: text("configuration profiles", "構成プロファイル"),
  fields: CONFIG_PROFILE_FIELDS,
  formats: { "config-profiles": listFileFields(CONFIG_PROFILE_FIELDS) },
  usual: ["name", "kind", "orgs", "devices", "since"],
} as const satisfies ThingInFiles;

export type ConfigProfile = RecordOf<typeof CONFIG_PROFILE_FIELDS>;
