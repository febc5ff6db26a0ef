import { text, type Text } from "../text/index.ts";
import { CREATED_AT, idField, namedChoice, type Fields, type RecordOf, type Thing } from "./thing.ts";

/**
 * Whether Apple still takes a profile: one that was disabled there, or that another MDM server has, is made anew.
 *
 * @see facts 4.5
 */
const STATE = namedChoice({
  active: text("active", "有効"),
  disabled: text("disabled at Apple", "Apple 側で無効"),
  "other-server": text("made at another MDM server", "別の MDM サーバのもの"),
});

export type AdeProfileState = (typeof STATE.choices)[number];

const flag = (en: string, ja: string, example: boolean) => ({ type: "boolean", label: text(en, ja), example }) as const;

const optional = (en: string, ja: string, longest: number) =>
  ({ type: "text", longest, nullable: true, label: text(en, ja), example: null }) as const;

/**
 * What an ADE profile (ADE プロファイル) says. It is never edited: another one is made from it.
 *
 * @see facts 4.2; apple 3 (Profile, and how long its texts may be)
 */
const SETTINGS = {
  name: { type: "text", longest: 125, label: text("name", "プロファイル名"), example: "本社" },
  url: {
    type: "text",
    longest: 2000,
    label: text("URL of the enrolling server", "登録先の URL"),
    example: "https://mdm.example.jp/enroll",
  },
  supervised: flag("supervised", "監視対象モード", true),
  removable: flag("MDM profile may be removed", "MDM 構成プロファイル削除", false),
  pairing: flag("host PC may connect", "ホスト PC との接続", true),
  mandatory: flag("enrolment may not be skipped", "登録を必須にする", true),
  sharedIpad: flag("Shared iPad", "Shared iPad", false),
  awaitConfigured: flag("waits until it is configured", "構成の完了を待つ", false),
  autoAdvance: flag("advances by itself", "自動で進める", false),
  skipItems: {
    type: "texts",
    label: text("skipped set-up items", "スキップする設定項目"),
    example: ["Siri", "AppleID"],
    short: "skip",
  },
  department: optional("organisation's name", "組織名", 125),
  supportPhone: optional("telephone number for support", "サポート用電話番号", 50),
  supportMail: optional("mail address for support", "サポート用メールアドレス", 250),
  webUrl: optional("web page of the sign-in", "サインインの Web ページ", 2000),
  language: optional("language", "言語", 20),
  region: optional("region", "地域", 20),
} as const satisfies Fields;

export const ADE_PROFILE = {
  name: "ade_profile",
  fields: {
    id: idField(12),
    ...SETTINGS,
    uuid: { type: "text", label: text("at Apple", "Apple 側の ID"), example: "0123456789ABCDEF0123456789ABCDEF" },
    state: { ...STATE, label: text("state", "状態"), example: "active" },
    devices: { type: "integer", label: text("devices", "デバイス数"), example: 10 },
    automatic: {
      type: "texts",
      label: text("automatic for", "自動適用"),
      example: [""],
    },
    createdAt: CREATED_AT,
  },
  formats: {},
  keys: [],
  usual: ["name", "state", "supervised", "devices", "automatic"],
} as const satisfies Thing;

export const ADE_PROFILE_SETTINGS = SETTINGS;

export type AdeProfileSettings = RecordOf<typeof SETTINGS>;

export type AdeProfile = RecordOf<typeof ADE_PROFILE.fields>;

/** What the maker recommends; that nobody may skip the enrolment is ours. @see facts 4.2 */
export const RECOMMENDED: Omit<AdeProfileSettings, "name" | "url"> = {
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

/** A screen of the setup assistant that a profile may skip. */
interface SetupItem {
  /** what the maker's manual calls it, where it does; which key is meant is ours */
  readonly ja?: string | undefined;
  /** Apple's list calls it deprecated */
  readonly deprecated?: true | undefined;
}

const plain: SetupItem = {};
const old: SetupItem = { deprecated: true };

/**
 * The screens by Apple's key (`skip_setup_items`).
 *
 * @see apple 3 (the keys); seed 003, 7-2-5 and 8-2-1 (the Japanese names)
 */
const ITEMS = {
  Accessibility: plain,
  ActionButton: plain,
  AdditionalPrivacySettings: plain,
  AgeBasedSafetySettings: plain,
  Android: { ja: "Android から移行" },
  Appearance: { ja: "アピアランス" },
  AppleID: { ja: "Apple Account" },
  AppStore: plain,
  Biometric: { ja: "Touch ID / Face ID" },
  CameraButton: { ja: "カメラコントロール" },
  DeviceToDeviceMigration: plain,
  Diagnostics: { ja: "App 解析" },
  DisplayTone: { ja: "True Tone", deprecated: true },
  EnableLockdownMode: plain,
  FileVault: plain,
  HomeButtonSensitivity: { ja: "ホームボタン", deprecated: true },
  iCloudDiagnostics: plain,
  iCloudStorage: plain,
  iMessageAndFaceTime: { ja: "iMessage と FaceTime" },
  Intelligence: plain,
  Keyboard: { ja: "キーボード" },
  Location: { ja: "位置情報サービス" },
  MessagingActivationUsingPhoneNumber: { ja: "iMessage" },
  Multitasking: plain,
  OnBoarding: { ja: "新機能の概要", deprecated: true },
  OSShowcase: plain,
  Passcode: { ja: "パスコード" },
  Payment: { ja: "Apple Pay" },
  Privacy: { ja: "プライバシー" },
  Restore: { ja: "復元" },
  RestoreCompleted: { ja: "復元しました" },
  Safety: plain,
  SafetyAndHandling: plain,
  ScreenSaver: plain,
  ScreenTime: { ja: "スクリーンタイム" },
  SIMSetup: { ja: "モバイル通信を設定" },
  Siri: { ja: "Siri" },
  SoftwareUpdate: { ja: "デバイスを最新の状態に保つ" },
  SpokenLanguage: { ja: "音声入力" },
  TapToSetup: plain,
  TermsOfAddress: plain,
  Tips: plain,
  TOS: plain,
  TVHomeScreenSync: plain,
  TVProviderSignIn: plain,
  TVRoom: plain,
  UnlockWithWatch: plain,
  UpdateCompleted: { ja: "アップデートが完了しました" },
  Wallpaper: plain,
  WatchMigration: { ja: "Apple Watch の移行" },
  WebContentFiltering: plain,
  Welcome: { ja: "ようこそ" },
  Zoom: { ja: "画面表示の拡大", ...old },
} as const satisfies Record<string, SetupItem>;

const BY_KEY: ReadonlyMap<string, SetupItem> = new Map(Object.entries(ITEMS));

/** `Touch ID` and `ＴｏｕｃｈＩＤ` are one name. */
const comparable = (name: string): string => name.normalize("NFKC").toLowerCase().replaceAll(/\s/g, "");

const BY_NAME: ReadonlyMap<string, string> = new Map(
  [...BY_KEY].flatMap(([key, { ja }]) => [
    [comparable(key), key],
    ...(ja === undefined ? [] : [[comparable(ja), key] as const]),
  ]),
);

/** All of them that Apple does not call deprecated. */
export const SETUP_ITEMS: readonly string[] = [...BY_KEY].flatMap(([key, { deprecated }]) =>
  deprecated === true ? [] : [key],
);

/** Apple's key for an item by its key or its Japanese name; what is not known stays as it was typed. */
export const setupItemOf = (typed: string): string => BY_NAME.get(comparable(typed)) ?? typed.trim();

/** Whether Apple's list, as it is known here, has the key. */
export const isKnownItem = (key: string): boolean => BY_KEY.has(key);

/** An item for people. */
export const setupItemName = (key: string): Text => text(key, BY_KEY.get(key)?.ja ?? key);
