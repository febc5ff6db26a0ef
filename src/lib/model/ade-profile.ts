import { text, type Text } from "../text/index.ts";
import {
  CREATED_AT_FIELD,
  defineIdField,
  defineLabelledChoice,
  type Fields,
  type RecordOf,
  type Thing,
} from "./thing.ts";

/**
 * Whether Apple still accepts a profile. A profile that was disabled at Apple, or that belongs to another MDM server,
 * has to be created again.
 *
 * @see facts 4.5
 */
const ADE_PROFILE_STATE = defineLabelledChoice({
  active: text("active", "有効"),
  disabled: text("disabled at Apple", "Apple 側で無効"),
  "other-server": text("created by another MDM server", "別の MDM サーバで作成"),
});

export type AdeProfileState = (typeof ADE_PROFILE_STATE.choices)[number];

const defineFlag = (en: string, ja: string, example: boolean) =>
  ({ type: "boolean", label: text(en, ja), example }) as const;

const defineOptionalText = (en: string, ja: string, longest: number) =>
  ({ type: "text", longest, nullable: true, label: text(en, ja), example: null }) as const;

/**
 * The settings of an ADE profile (ADE プロファイル). A profile is never edited: to change a setting, create another
 * profile from it.
 *
 * @see facts 4.2; apple 3 (Profile, and the maximum length of its texts)
 */
const SETTING_FIELDS = {
  name: { type: "text", longest: 125, label: text("name", "プロファイル名"), example: "本社" },
  url: {
    type: "text",
    longest: 2000,
    label: text("enrolment URL", "登録先の URL"),
    example: "https://mdm.example.jp/enroll",
  },
  supervised: defineFlag("supervised", "監視対象モード", true),
  removable: defineFlag("MDM profile removal allowed", "MDM 構成プロファイル削除の許可", false),
  pairing: defineFlag("host PC connection allowed", "ホスト PC との接続の許可", true),
  mandatory: defineFlag("enrolment mandatory", "登録を必須にする", true),
  sharedIpad: defineFlag("Shared iPad", "Shared iPad", false),
  awaitConfigured: defineFlag("waits until the device is configured", "構成の完了を待つ", false),
  autoAdvance: defineFlag("Setup Assistant advances automatically", "設定アシスタントを自動で進める", false),
  skipItems: {
    type: "texts",
    label: text("skipped setup items", "スキップする設定項目"),
    example: ["Siri", "AppleID"],
    short: "skip",
  },
  department: defineOptionalText("organisation name", "組織名", 125),
  supportPhone: defineOptionalText("support telephone number", "サポート用電話番号", 50),
  supportMail: defineOptionalText("support email address", "サポート用メールアドレス", 250),
  webUrl: defineOptionalText("sign-in web page", "サインインの Web ページ", 2000),
  language: defineOptionalText("language", "言語", 20),
  region: defineOptionalText("region", "地域", 20),
} as const satisfies Fields;

export const ADE_PROFILE = {
  name: "ade_profile",
  fields: {
    id: defineIdField(12),
    ...SETTING_FIELDS,
    uuid: { type: "text", label: text("ID at Apple", "Apple 側の ID"), example: "0123456789ABCDEF0123456789ABCDEF" },
    state: { ...ADE_PROFILE_STATE, label: text("state", "状態"), example: "active" },
    devices: { type: "integer", label: text("devices", "デバイス数"), example: 10 },
    automatic: {
      type: "texts",
      label: text("auto-applied to", "自動適用の対象"),
      example: [""],
    },
    createdAt: CREATED_AT_FIELD,
  },
  formats: {},
  keys: [],
  usual: ["name", "state", "supervised", "devices", "automatic"],
} as const satisfies Thing;

export const ADE_PROFILE_SETTINGS = SETTING_FIELDS;

export type AdeProfileSettings = RecordOf<typeof SETTING_FIELDS>;

export type AdeProfile = RecordOf<typeof ADE_PROFILE.fields>;

/** The settings that CLOMO's manual recommends, plus mandatory enrolment (a clomoctl rule). @see facts 4.2 */
export const RECOMMENDED_SETTINGS: Omit<AdeProfileSettings, "name" | "url"> = {
  supervised: true,
  removable: false,
  pairing: true,
  mandatory: true,
  sharedIpad: false,
  awaitConfigured: false,
  autoAdvance: false,
  skipItems: [],
  department: null,
  supportPhone: null,
  supportMail: null,
  webUrl: null,
  language: null,
  region: null,
};

/** A screen of Setup Assistant that a profile can skip. */
interface SetupItem {
  /** the Japanese name in CLOMO's manual, if there is one; that the name belongs to this key is an inference */
  readonly ja?: string | undefined;
  /** true if Apple's list marks the item as deprecated */
  readonly deprecated?: true | undefined;
}

const UNNAMED_ITEM: SetupItem = {};
const DEPRECATED_ITEM: SetupItem = { deprecated: true };

/**
 * The screens by Apple's key (`skip_setup_items`).
 *
 * @see apple 3 (the keys); seed 003, 7-2-5 and 8-2-1 (the Japanese names)
 */
const SETUP_ITEM_TABLE = {
  Accessibility: UNNAMED_ITEM,
  ActionButton: UNNAMED_ITEM,
  AdditionalPrivacySettings: UNNAMED_ITEM,
  AgeBasedSafetySettings: UNNAMED_ITEM,
  Android: { ja: "Android から移行" },
  Appearance: { ja: "アピアランス" },
  AppleID: { ja: "Apple Account" },
  AppStore: UNNAMED_ITEM,
  Biometric: { ja: "Touch ID / Face ID" },
  CameraButton: { ja: "カメラコントロール" },
  DeviceToDeviceMigration: UNNAMED_ITEM,
  Diagnostics: { ja: "App 解析" },
  DisplayTone: { ja: "True Tone", deprecated: true },
  EnableLockdownMode: UNNAMED_ITEM,
  FileVault: UNNAMED_ITEM,
  HomeButtonSensitivity: { ja: "ホームボタン", deprecated: true },
  iCloudDiagnostics: UNNAMED_ITEM,
  iCloudStorage: UNNAMED_ITEM,
  iMessageAndFaceTime: { ja: "iMessage と FaceTime" },
  Intelligence: UNNAMED_ITEM,
  Keyboard: { ja: "キーボード" },
  Location: { ja: "位置情報サービス" },
  MessagingActivationUsingPhoneNumber: { ja: "iMessage" },
  Multitasking: UNNAMED_ITEM,
  OnBoarding: { ja: "新機能の概要", deprecated: true },
  OSShowcase: UNNAMED_ITEM,
  Passcode: { ja: "パスコード" },
  Payment: { ja: "Apple Pay" },
  Privacy: { ja: "プライバシー" },
  Restore: { ja: "復元" },
  RestoreCompleted: { ja: "復元しました" },
  Safety: UNNAMED_ITEM,
  SafetyAndHandling: UNNAMED_ITEM,
  ScreenSaver: UNNAMED_ITEM,
  ScreenTime: { ja: "スクリーンタイム" },
  SIMSetup: { ja: "モバイル通信を設定" },
  Siri: { ja: "Siri" },
  SoftwareUpdate: { ja: "デバイスを最新の状態に保つ" },
  SpokenLanguage: { ja: "音声入力" },
  TapToSetup: UNNAMED_ITEM,
  TermsOfAddress: UNNAMED_ITEM,
  Tips: UNNAMED_ITEM,
  TOS: UNNAMED_ITEM,
  TVHomeScreenSync: UNNAMED_ITEM,
  TVProviderSignIn: UNNAMED_ITEM,
  TVRoom: UNNAMED_ITEM,
  UnlockWithWatch: UNNAMED_ITEM,
  UpdateCompleted: { ja: "アップデートが完了しました" },
  Wallpaper: UNNAMED_ITEM,
  WatchMigration: { ja: "Apple Watch の移行" },
  WebContentFiltering: UNNAMED_ITEM,
  Welcome: { ja: "ようこそ" },
  Zoom: { ja: "画面表示の拡大", ...DEPRECATED_ITEM },
} as const satisfies Record<string, SetupItem>;

const ITEM_BY_KEY: ReadonlyMap<string, SetupItem> = new Map(Object.entries(SETUP_ITEM_TABLE));

/** Normalises a name for comparison: `Touch ID` and `ＴｏｕｃｈＩＤ` are the same name. */
const toItemNameKey = (name: string): string => name.normalize("NFKC").toLowerCase().replaceAll(/\s/g, "");

const ITEM_KEY_BY_NAME: ReadonlyMap<string, string> = new Map(
  [...ITEM_BY_KEY].flatMap(([key, { ja }]) => [
    [toItemNameKey(key), key],
    ...(ja === undefined ? [] : [[toItemNameKey(ja), key] as const]),
  ]),
);

/** The keys of all items that Apple does not mark as deprecated. */
export const CURRENT_SETUP_ITEMS: readonly string[] = [...ITEM_BY_KEY].flatMap(([key, { deprecated }]) =>
  deprecated === true ? [] : [key],
);

/** Returns Apple's key for an item, given its key or its Japanese name. An unknown name is returned as typed. */
export const resolveSetupItem = (typed: string): string => ITEM_KEY_BY_NAME.get(toItemNameKey(typed)) ?? typed.trim();

/** Returns true if the key is in Apple's list (the copy in this file). */
export const isKnownSetupItem = (key: string): boolean => ITEM_BY_KEY.has(key);

/** Returns the display name of an item: its key in English, its name in CLOMO's manual in Japanese. */
export const getSetupItemName = (key: string): Text => text(key, ITEM_BY_KEY.get(key)?.ja ?? key);
