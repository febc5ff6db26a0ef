import { text } from "../text/index.ts";
import { CREATED_AT, idField, namedChoice, type Fields, type RecordOf, type Thing } from "./thing.ts";

/** Whether Apple still takes a profile: one that was disabled there is made anew. @see facts 4.5 */
const STATE = namedChoice({
  active: text("active", "有効"),
  disabled: text("disabled at Apple", "Apple 側で無効"),
});

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
  usual: ["name", "state", "supervised", "removable", "devices", "automatic"],
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
