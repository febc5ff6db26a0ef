import { text, type Text } from "../text/index.ts";

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
