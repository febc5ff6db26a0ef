import { text, type Text } from "../text/index.ts";
import {
  RECORD_TIMES,
  ID_FIELD,
  defineLabelledChoice,
  listFileFields,
  defineRight,
  type Field,
  type Fields,
  type RecordOf,
  type FileRecordType,
} from "../model/thing.ts";

const NAME_FIELD = {
  type: "text",
  longest: 255,
  column: { required: "always" },
  comparison: "name",
  unique: true,
} as const;

const OPTIONAL_FIELD = { nullable: true, column: {} } as const;

const defineOptionalText = (en: string, ja: string) =>
  ({ ...OPTIONAL_FIELD, type: "text", longest: 2000, label: text(en, ja), lines: true }) as const satisfies Field;

const SET = { type: "texts", most: 1000, column: {}, code: true, set: true } as const;
const FOLLOWED_VALUES: Record<string, Field["follows"]> = { org: ["org", "code"], device: ["device", "serialNumber"] };
const defineSetField = (short: string, label: Text) =>
  ({ ...SET, short, label, follows: FOLLOWED_VALUES[short] }) as const;

const defineKind = <C extends string>(names: Readonly<Record<C, Text>>) =>
  ({ ...defineLabelledChoice(names), label: text("kind", "種類"), column: { required: "new" } }) as const;

/**
 * The console installs a profile or app automatically in organisations, and by hand on devices. 全社 is the whole tenant.
 * @see seed 003, 10-2 and 11-2
 */
const ASSIGNMENT_FIELDS = {
  orgs: defineSetField("org", text("organisations (automatic)", "自動適用する組織コード")),
  devices: defineSetField("device", text("devices (by hand)", "個別適用するシリアルナンバー")),
  since: { ...OPTIONAL_FIELD, type: "day", label: text("since", "適用開始日") },
  memo: defineOptionalText("memo", "メモ"),
  file: { type: "digest", nullable: true, byHand: true, label: text("file (SHA-256)", "ファイル(SHA-256)") },
  ...RECORD_TIMES,
} as const satisfies Fields;

const NOT_EXPORTED_PROPERTIES = {
  withoutTasks: true,
  screen: {
    page: text("CLOMO PANEL, Settings", "CLOMO PANEL の「Settings」画面"),
    clicks: text(" (the manual describes no import)", "(インポートの手順はマニュアルにありません)"),
  },
  ownHeaders: true,
  unconfirmed: text("The headers are clomoctl's own.", "ヘッダーは clomoctl 独自のものです。"),
  keys: [{ name: "name", field: "name", unique: true }],
} as const satisfies Partial<FileRecordType>;

/** Who manages a part of the organisations sees and assigns what the whole tenant has. @see seed 000 */
const defineRights = (en: string, ja: string) => ({
  read: defineRight(`read ${en}`, `${ja}の閲覧`, "inside", "no", "item"),
  assign: defineRight(`assign ${en}`, `${ja}の適用`, "inside", "no", "item"),
  write: defineRight(`record ${en}`, `${ja}の登録・変更`, "no", "no", "item"),
  delete: defineRight(`delete ${en}`, `${ja}の削除`, "no", "no", "item"),
});

/** The kinds of profiles in the order of the manual, each with its purpose. @see seed 003, 10-1 and 7-2-5 */
const PROFILE_KIND_TEXTS = [
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
  ["home-screen", "ホーム画面レイアウト設定プロファイル", "home screen layout", "ホーム画面と Dock", "home screen"],
  ["ade", "ADE プロファイル", "ADE profile", "ADE デバイスのセットアップ", "set-up of ADE devices"],
] as const;

export type ProfileKind = (typeof PROFILE_KIND_TEXTS)[number][0];
type KindTexts = Readonly<Record<ProfileKind, Text>>;

export const PROFILE_KINDS = Object.fromEntries(
  PROFILE_KIND_TEXTS.map(([kind, ja, en]) => [kind, text(en, ja)]),
) as KindTexts;
export const PROFILE_PURPOSES = Object.fromEntries(
  PROFILE_KIND_TEXTS.map(([of, , , ja, en]) => [of, text(en, ja)]),
) as KindTexts;

export const SUPERVISED_KINDS: readonly ProfileKind[] = ["content-filter", "single-app", "http-proxy", "home-screen"];

const CONFIG_PROFILE_FIELDS = {
  id: ID_FIELD,
  name: { ...NAME_FIELD, label: text("name", "プロファイル名") },
  kind: defineKind(PROFILE_KINDS),
  /** @see seed 003, 7-2-5 */
  adeSettings: defineSetField("adeSetting", text("ADE settings", "ADE の設定項目")),
  ...ASSIGNMENT_FIELDS,
} as const satisfies Fields;

export const CONFIG_PROFILE = {
  ...NOT_EXPORTED_PROPERTIES,
  name: "config_profile",
  collection: "config-profiles",
  single: text("configuration profile", "構成プロファイル"),
  rights: defineRights("configuration profiles", "構成プロファイル"),
  title: text("configuration profiles", "構成プロファイル"),
  fields: CONFIG_PROFILE_FIELDS,
  formats: { "config-profiles": listFileFields(CONFIG_PROFILE_FIELDS) },
  usual: ["name", "kind", "orgs", "devices", "since"],
} as const satisfies FileRecordType;

export type ConfigProfile = RecordOf<typeof CONFIG_PROFILE_FIELDS>;

const APP_KINDS = {
  MarketPlace: text("App Store or custom app", "MarketPlace アプリ"),
  Enterprise: text("in-house app", "Enterprise アプリ"),
};

const APP_FIELDS = {
  id: ID_FIELD,
  name: { ...NAME_FIELD, label: text("name", "アプリ名") },
  kind: defineKind(APP_KINDS),
  bundleId: defineOptionalText("bundle ID", "バンドル ID"),
  version: defineOptionalText("version", "バージョン"),
  licences: { ...OPTIONAL_FIELD, type: "integer", rule: { kind: "count" }, label: text("licences", "ライセンス数") },
  vppLocation: defineOptionalText("VPP location", "VPP のロケーション"),
  ...ASSIGNMENT_FIELDS,
} as const satisfies Fields;

/** An app of the console. The file of an Enterprise app is its provisioning profile. @see seed 003, 11-1 */
export const APP = {
  ...NOT_EXPORTED_PROPERTIES,
  name: "app",
  collection: "apps",
  single: text("app", "アプリ"),
  rights: defineRights("apps", "アプリ"),
  title: text("apps", "アプリ"),
  fields: APP_FIELDS,
  formats: { apps: listFileFields(APP_FIELDS) },
  usual: ["name", "kind", "licences", "orgs", "devices", "since"],
} as const satisfies FileRecordType;

export type AppRecord = RecordOf<typeof APP_FIELDS>;
