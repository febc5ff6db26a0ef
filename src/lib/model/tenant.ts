import { text, type Text } from "../text/index.ts";
import { SENDABLE_ADDRESS } from "./rules.ts";
import { namedChoice, type Field, type Fields, type RecordOf, type Thing } from "./thing.ts";

/** Free text; blank means null. */
const words = (label: Text, example: string) =>
  ({ type: "text", longest: 255, nullable: true, label, example }) as const satisfies Field;

/** Whether something is used: null where nobody has said it, which is neither. */
const use = (label: Text, example: boolean | null = true) =>
  ({ type: "boolean", nullable: true, label, example }) as const satisfies Field;

/** With which accounts Android Enterprise is used, if it is. @see facts 2.4, 7.3 */
export const ANDROID_ACCOUNTS = {
  "google-play": text("Google Play accounts", "Google Play アカウント方式"),
  workspace: text("Google Workspace accounts", "Google Workspace アカウント"),
  none: text("none: no Android Enterprise", "なし(Android Enterprise を使わない)"),
} as const satisfies Record<string, Text>;

/** What may be used, platforms first. */
export const USES = {
  ios: use(text("iOS/iPadOS", "iOS/iPadOS")),
  macos: use(text("macOS", "macOS"), false),
  android: use(text("Android", "Android")),
  windows: use(text("Windows", "Windows"), null),
  /** @see facts 4 */
  ade: use(text("ADE", "ADE")),
  vpp: use(text("VPP", "VPP")),
  gate: use(text("CLOMO GATE", "CLOMO GATE"), false),
  securedApps: use(text("SECURED APPs", "SECURED APPs"), null),
  mobileAppPortal: use(text("MOBILE APP PORTAL", "MOBILE APP PORTAL")),
} as const satisfies Fields;

/** Something that may be used. */
export type Use = keyof typeof USES;

/** A contract, by its name. @see facts 4.6: HOME shows 管理端末数 / 契約数 */
export const CONTRACT = {
  name: { type: "text", longest: 255, blank: false, example: "CLOMO MDM" },
  /** number of devices it is for; null: not known */
  licences: { type: "integer", nullable: true, example: 300 },
  /** its first and its last day; null: not known */
  from: { type: "day", nullable: true, example: "2026-04-01" },
  until: { type: "day", nullable: true, example: "2027-03-31" },
} as const satisfies Fields;

export type Contract = RecordOf<typeof CONTRACT>;

/**
 * What is known of a tenant itself. It is recorded here only: nothing of it is changed in the console. Null and an empty
 * list say that nobody has said it yet, never that there is none.
 */
export const TENANT = {
  name: "tenant",
  fields: {
    /** from the application form; the login address holds it. @see facts 0 */
    domain: words(text("domain", "利用ドメイン"), "example"),
    /** @see facts 0: mailed to the contact person in 「[CLOMO PANEL] 登録完了のお知らせ」 */
    loginUrl: words(text("login address", "ログイン URL"), "https://panel.example.jp/example"),
    /** @see facts 0: Settings > Mobile Device Management > iOS > 基本設定 > URL情報 */
    mdmAddress: words(text("MDM address", "MDM のアドレス(URL情報)"), "mdm.clomo.com/example/ios"),
    /** HOME 「担当者名」: who answers for the contract. @see facts 7.2 */
    contactName: words(text("contact person", "担当者名"), "山田 花子"),
    contactMail: {
      type: "text",
      rule: SENDABLE_ADDRESS,
      nullable: true,
      label: text("contact person's mail address", "担当者のメールアドレス"),
      example: "hanako@example.co.jp",
    },
    contactPhone: words(text("contact person's telephone", "担当者の電話番号"), "03-0000-0000"),
    contracts: { type: "objects", of: CONTRACT, label: text("contracts", "契約"), example: [exampleContract()] },
    ...USES,
    androidAccounts: {
      ...namedChoice(ANDROID_ACCOUNTS),
      nullable: true,
      label: text("accounts of Android", "Android のアカウント"),
      example: "google-play",
    },
    /** IANA name of the zone in which the console shows times */
    consoleTimezone: words(text("console's time zone", "管理画面のタイムゾーン"), "Asia/Tokyo"),
    /** of the people: `ja`, `en` */
    languages: {
      type: "texts",
      rule: { kind: "choice", choices: ["ja", "en"] },
      label: text("languages", "言語"),
      example: ["ja"],
    },
  },
  formats: {},
  keys: [],
  usual: [],
} as const satisfies Thing;

function exampleContract(): unknown {
  return Object.fromEntries(Object.entries(CONTRACT).map(([name, { example }]) => [name, example]));
}

/** What is recorded of a tenant itself. */
export type TenantProfile = RecordOf<typeof TENANT.fields>;

/** Of a tenant of which nobody has said anything. */
export const UNSAID: TenantProfile = Object.fromEntries(
  Object.entries<Field>(TENANT.fields).map(([name, { nullable }]) => [name, nullable === true ? null : []]),
) as unknown as TenantProfile;

/** Where the MDM address of a domain is, by the manual. @see facts 0 */
export const mdmAddressOf = (domain: string): string => `mdm.clomo.com/${domain}/ios`;
