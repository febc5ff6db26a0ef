import { same, text, type Text } from "../text/index.ts";
import { ACCOUNT_NAME_COMPOSITIONS } from "../model/composition.ts";
import { defineOrgField } from "./organisation.ts";
import {
  defineLabelledChoice,
  RECORD_TIMES,
  defineRight,
  type Fields,
  type RecordOf,
  type RecordType,
} from "../model/thing.ts";
import { ACCOUNT_FORM, MAX_ACCOUNT_NAME_LENGTH, USER } from "./user.ts";

/** Roles (管理者権限) are in the order of the console's form. @see facts 2.1; seed 000 */
export const ROLES = {
  none: text("no administrator role", "管理者権限を付与しない"),
  system: text("system administrator", "システム管理者"),
  division: text("division administrator", "部門管理者"),
  operator: text("operator", "オペレーター"),
  custom: text("custom administrator", "カスタム管理者"),
} as const satisfies Record<string, Text>;

export type Role = keyof typeof ROLES;

export const ADMINISTRATOR_ROLES = ["system", "division", "operator", "custom"] as const satisfies readonly Role[];

export type AdministratorRole = (typeof ADMINISTRATOR_ROLES)[number];

/** The console calls the option サポートオプション. @see facts 2.1 */
export const MAX_SUPPORT_OPTIONS = 5;

/** @param others accounts that already have the option */
export const isSupportOptionAvailable = (others: readonly string[]): boolean => others.length < MAX_SUPPORT_OPTIONS;

const { id: USER_ID, emails: EMAILS, org: USER_ORG, accountName } = USER.fields;

/** @see facts 2.2 */
const ACCOUNT_LANGUAGES = { ja: same("日本語"), en: same("English") } as const satisfies Record<string, Text>;

/** The id of an account is the id of its user. @see facts 2.2; seeds 000, 001 */
const ACCOUNT_FIELDS = {
  id: USER_ID,
  name: {
    type: "text",
    derived: true,
    longest: MAX_ACCOUNT_NAME_LENGTH,
    label: text("account", "アカウント名"),
    comparison: accountName.comparison,
    short: accountName.short,
    unique: true,
    byHand: true,
  },
  user: { type: "text", derived: true, label: text("user", "ユーザー"), comparison: "name", short: "name" },
  emails: { type: "texts", derived: true, label: EMAILS.label, comparison: "mail-address", short: "email" },
  org: { ...defineOrgField("organisation", "組織"), derived: true },
  role: { ...defineLabelledChoice(ROLES), label: text("role", "管理者権限"), byHand: true },
  scheme: {
    type: "object",
    of: {
      id: { ...USER_ID, label: text("scheme ID", "スキーム ID") },
      name: { type: "text", label: text("scheme", "カスタム管理権限スキーム") },
    },
    nullable: true,
    label: text("scheme", "カスタム管理権限スキーム"),
    columns: [["scheme", "name"]],
    byHand: true,
  },
  managesAll: {
    type: "boolean",
    derived: true,
    label: text("manages all organisations", "管理対象組織: 全て"),
    byHand: true,
  },
  managedOrgs: { type: "objects", of: USER_ORG.of, label: text("managed organisations", "管理対象組織"), byHand: true },
  supportOption: { type: "boolean", label: text("support option", "サポートオプション"), byHand: true },
  noticeMail: { type: "boolean", label: text("notice emails", "お知らせメール受信"), byHand: true },
  language: {
    ...defineLabelledChoice(ACCOUNT_LANGUAGES),
    nullable: true,
    label: text("language", "言語"),
    byHand: true,
  },
  timezone: { type: "text", nullable: true, label: text("time zone", "タイムゾーン"), byHand: true },
  memo: { type: "text", nullable: true, label: text("memo", "メモ"), byHand: true, lines: true },
  password: { type: "text", label: text("password", "パスワード"), secret: true, byHand: true },
  marked: {
    type: "boolean",
    derived: true,
    label: text("only marked as an administrator", "管理者として指定されているだけ"),
  },
  passwordSetAt: {
    type: "instant",
    derived: true,
    nullable: true,
    label: text("password set at", "パスワード設定日時"),
  },
  ...RECORD_TIMES,
} as const satisfies Fields;

export const ACCOUNT = {
  name: "account",
  collection: "accounts",
  single: text("CLOMO account", "CLOMO アカウント"),
  title: text("CLOMO accounts", "CLOMO アカウント"),
  rights: {
    read: defineRight("read CLOMO accounts", "CLOMO アカウントの閲覧", "inside", "no", "inside"),
    write: defineRight(
      "create accounts and appoint operators",
      "アカウントの作成・オペレーターの任命",
      "inside",
      "no",
      "inside",
    ),
    roles: defineRight("grant roles above operator", "オペレーターより上の管理者権限の付与"),
    orgs: defineRight("set managed organisations", "管理対象組織の設定"),
    settings: defineRight("change CLOMO account settings", "CLOMO アカウント設定の変更"),
  },
  changedBy: ["accounts.write", "accounts.roles", "accounts.orgs"],
  bundle: { name: "administrators", title: text("administrators", "管理者") },
  fields: ACCOUNT_FIELDS,
  keys: [{ name: "email", field: "emails", unique: true }],
  clicks: {
    edit: ACCOUNT_FORM,
    page: text(
      "CLOMO PANEL, Users/Org › the user › CLOMO アカウント",
      "CLOMO PANEL の「Users/Org」› ユーザー ›「CLOMO アカウント」",
    ),
  },
  usual: ["name", "user", "org", "role", "managedOrgs", "supportOption"],
} as const satisfies RecordType;

export type Account = RecordOf<typeof ACCOUNT_FIELDS>;

/** @see facts 2.1 */
export const ROLES_WITH_MANAGED_ORGS: readonly Role[] = ["division", "custom"];

/** Only system administrators can grant these roles, and change accounts that have them. @see facts 2.1 */
export const ROLES_ABOVE_OPERATOR: readonly Role[] = ["system", "division", "custom"];

const MIN_PASSWORD_LENGTH = 6;
const MAX_PASSWORD_LENGTH = 1024;

/** Returns the reason why a password is rejected. The text does not contain the password. @see facts 2.3 */
export const findPasswordFault = (password: string): Text | undefined => {
  if (/\p{Cc}/u.test(password)) {
    return text(
      "line breaks and other control characters are not allowed (a clomoctl rule)",
      "改行などの制御文字は使えません(clomoctl 独自の規則)",
    );
  }
  const isComplete = /[A-Z]/.test(password) && /[a-z]/.test(password) && /\d/.test(password);
  const length = [...password].length;
  if (length > MAX_PASSWORD_LENGTH) {
    return text(
      `at most ${MAX_PASSWORD_LENGTH} characters are allowed (a clomoctl rule)`,
      `${MAX_PASSWORD_LENGTH} 文字までです(clomoctl 独自の規則)`,
    );
  }
  return length >= MIN_PASSWORD_LENGTH && isComplete ? undefined : PASSWORD_RULE;
};

export const PASSWORD_RULE = text(
  `at least ${MIN_PASSWORD_LENGTH} characters, including an upper-case letter, a lower-case letter and a digit`,
  `${MIN_PASSWORD_LENGTH} 文字以上で、大文字・小文字・数字をそれぞれ 1 文字以上含むこと`,
);

export const RESET_CODE_LIMITS = { minutes: 15, tries: 5 } as const;

/** @see facts 2.1, 2.2 */
export const SUPPORT_OPTION_RULE = text(
  `only system administrators can have the support option; at most ${MAX_SUPPORT_OPTIONS} accounts per tenant can have it`,
  `サポートオプションの付与対象はシステム管理者だけで、1 テナントにつき ${MAX_SUPPORT_OPTIONS} アカウントまでです`,
);

/** The authentication type is free text, because no values are documented. @see seed 001 */
export const ACCOUNT_SETTINGS = {
  name: "account_settings",
  collection: "accounts",
  single: text("CLOMO account setting", "CLOMO アカウント設定"),
  title: text("CLOMO account settings", "CLOMO アカウント設定"),
  changedBy: ["accounts.settings"],
  command: "clomo-account settings",
  bundle: { name: "account-settings" },
  fields: {
    id: { type: "id" },
    composition: {
      ...defineLabelledChoice(ACCOUNT_NAME_COMPOSITIONS),
      label: text("account names are built from", "CLOMOアカウントを構成する情報"),
      byHand: true,
    },
    authentication: {
      type: "text",
      nullable: true,
      label: text("authentication type", "CLOMOアカウントの認証タイプ"),
      byHand: true,
    },
    recorded: { type: "boolean", derived: true, label: text("recorded", "記録済み") },
  },
  namedBy: "id",
  clicks: {
    edit: text(
      "CLOMO PANEL: Settings › 全般 › 基本設定 › CLOMO アカウント設定 › choose › 保存",
      "CLOMO PANEL の「Settings」›「全般」›「基本設定」›「CLOMO アカウント設定」で選択し、「保存」をクリック",
    ),
    page: text(
      "CLOMO PANEL, Settings › 全般 › 基本設定 › CLOMO アカウント設定",
      "CLOMO PANEL の「Settings」›「全般」›「基本設定」›「CLOMO アカウント設定」",
    ),
  },
  usual: ["composition", "authentication", "recorded"],
} as const satisfies RecordType;

export const ACCOUNT_SETTINGS_ID = "00000000-0000-7000-8000-000000000002";
export const ACCOUNT_SETTINGS_NUMBER = 1;

export type AccountSettings = RecordOf<typeof ACCOUNT_SETTINGS.fields>;
