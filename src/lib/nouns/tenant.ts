import { text, type Text } from "../text/index.ts";
import { SENDABLE_ADDRESS_RULE } from "../model/rules.ts";
import {
  defineLabelledChoice,
  defineRight,
  type Field,
  type Fields,
  type RecordOf,
  type RecordType,
} from "../model/thing.ts";

const defineTextField = (label: Text) =>
  ({ type: "text", longest: 255, nullable: true, label }) as const satisfies Field;

/** The value is null if nobody recorded whether the tenant uses the service. */
const defineUsageField = (label: Text) => ({ type: "boolean", nullable: true, label }) as const satisfies Field;

/** @see facts 2.4, 7.3 */
export const ANDROID_ACCOUNT_TYPES = {
  "google-play": text("Google Play accounts", "Google Play アカウント方式"),
  workspace: text("Google Workspace accounts", "Google Workspace アカウント"),
  none: text("none (Android Enterprise is not used)", "なし(Android Enterprise を使わない)"),
} as const satisfies Record<string, Text>;

export const USAGE_FIELDS = {
  ios: defineUsageField(text("iOS/iPadOS", "iOS/iPadOS")),
  macos: defineUsageField(text("macOS", "macOS")),
  android: defineUsageField(text("Android", "Android")),
  windows: defineUsageField(text("Windows", "Windows")),
  /** @see facts 4 */
  ade: defineUsageField(text("ADE", "ADE")),
  vpp: defineUsageField(text("VPP", "VPP")),
  gate: defineUsageField(text("CLOMO GATE", "CLOMO GATE")),
  securedApps: defineUsageField(text("SECURED APPs", "SECURED APPs")),
  mobileAppPortal: defineUsageField(text("MOBILE APP PORTAL", "MOBILE APP PORTAL")),
} as const satisfies Fields;

export type UsageName = keyof typeof USAGE_FIELDS;

/** A contract is identified by its name. @see facts 4.6: HOME shows 管理端末数 / 契約数 */
export const CONTRACT = {
  name: { type: "text", longest: 255, blank: false },
  licences: { type: "integer", nullable: true },
  from: { type: "day", nullable: true },
  until: { type: "day", nullable: true, ends: "contract" },
} as const satisfies Fields;

export type Contract = RecordOf<typeof CONTRACT>;

export const TENANT = {
  name: "tenant",
  collection: "tenant",
  single: text("tenant's profile", "テナントの情報"),
  title: text("tenant", "テナント情報"),
  rights: {
    write: defineRight("change tenant information", "テナント情報の変更"),
  },
  audited: { single: text("tenant information", "テナント情報") },
  bundle: { name: "tenant", title: text("tenant", "テナント") },
  withoutTasks: true,
  fields: {
    companyName: defineTextField(text("company name", "会社名")),
    /** part of the login address, from the application form. @see facts 0 */
    domain: defineTextField(text("domain", "利用ドメイン")),
    /** mailed to the contact person in 「[CLOMO PANEL] 登録完了のお知らせ」. @see facts 0 */
    loginUrl: defineTextField(text("login address", "ログイン URL")),
    /** URL情報 in the settings of the console. @see facts 0: Settings > Mobile Device Management > iOS > 基本設定 > URL情報 */
    mdmAddress: defineTextField(text("MDM address", "MDM のアドレス(URL情報)")),
    /** HOME 「担当者名」: the person responsible for the contract. @see facts 7.2 */
    contactName: defineTextField(text("contact person", "担当者名")),
    contactMail: {
      type: "text",
      rule: SENDABLE_ADDRESS_RULE,
      nullable: true,
      label: text("contact person's email address", "担当者のメールアドレス"),
    },
    contactPhone: defineTextField(text("contact person's telephone number", "担当者の電話番号")),
    contracts: { type: "objects", of: CONTRACT, label: text("contracts", "契約") },
    ...USAGE_FIELDS,
    androidAccounts: {
      ...defineLabelledChoice(ANDROID_ACCOUNT_TYPES),
      nullable: true,
      label: text("Android accounts", "Android のアカウント"),
    },
    consoleTimezone: defineTextField(text("console time zone", "管理画面のタイムゾーン")),
    languages: { type: "texts", rule: { kind: "choice", choices: ["ja", "en"] }, label: text("languages", "言語") },
  },
} as const satisfies RecordType;

export type TenantProfile = RecordOf<typeof TENANT.fields>;

export const EMPTY_TENANT_PROFILE: TenantProfile = Object.fromEntries(
  Object.entries<Field>(TENANT.fields).map(([name, { nullable }]) => [name, nullable === true ? null : []]),
) as unknown as TenantProfile;
