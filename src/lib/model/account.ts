import { same, text, type Text } from "../text/index.ts";
import { COMPOSITIONS } from "./composition.ts";
import { MAX_SUPPORT_OPTIONS, ROLES, type Role } from "./role.ts";
import { TEXT } from "./rules.ts";
import { CREATED_AT, namedChoice, UPDATED_AT, type Fields, type RecordOf, type Thing } from "./thing.ts";
import { LONGEST_ACCOUNT_NAME, USER } from "./user.ts";

const { id: USER_ID, name: USER_NAME, emails: EMAILS, org: USER_ORG, accountName } = USER.fields;
const { of: ORG_OF, label: ORG_LABEL, example: ORG_EXAMPLE } = USER_ORG;

/** The languages of an account. @see facts 2.2 */
export const ACCOUNT_LANGUAGES = { ja: same("日本語"), en: same("English") } as const satisfies Record<string, Text>;

/**
 * The fields of a CLOMO account, which is what a user has besides the user's own: the id is the user's.
 *
 * @see facts 2.2; seeds 000, 001
 */
const FIELDS = {
  id: USER_ID,
  name: {
    type: "text",
    rule: TEXT,
    longest: LONGEST_ACCOUNT_NAME,
    label: text("account", "アカウント名"),
    example: "hanako01",
    comparison: accountName.comparison,
    short: accountName.short,
    unique: true,
    byHand: true,
  },
  user: {
    type: "text",
    rule: TEXT,
    label: text("user", "ユーザー"),
    example: USER_NAME.example,
    comparison: "name",
    short: "name",
  },
  emails: { type: "texts", label: EMAILS.label, example: EMAILS.example, comparison: "mail-address", short: "email" },
  org: {
    type: "object",
    of: ORG_OF,
    label: ORG_LABEL,
    example: ORG_EXAMPLE,
    columns: [
      ["org", "path"],
      ["orgCode", "code"],
      ["orgId", "id"],
    ],
  },
  role: { ...namedChoice(ROLES), label: text("role", "管理者権限"), example: "division", byHand: true },
  scheme: {
    type: "object",
    of: {
      id: { ...USER_ID, label: text("scheme id", "スキーム ID") },
      name: { type: "text", label: text("scheme", "カスタム管理権限スキーム"), example: "受付担当" },
    },
    nullable: true,
    label: text("scheme", "カスタム管理権限スキーム"),
    example: null,
    columns: [["scheme", "name"]],
    byHand: true,
  },
  managesAll: { type: "boolean", label: text("manages all", "管理対象組織: 全て"), example: false, byHand: true },
  managedOrgs: {
    type: "objects",
    of: ORG_OF,
    label: text("managed organisations", "管理対象組織"),
    example: [ORG_EXAMPLE],
    byHand: true,
  },
  supportOption: { type: "boolean", label: text("support option", "サポートオプション"), example: false, byHand: true },
  noticeMail: { type: "boolean", label: text("notice mail", "お知らせメール受信"), example: false, byHand: true },
  language: {
    ...namedChoice(ACCOUNT_LANGUAGES),
    nullable: true,
    label: text("language", "言語"),
    example: "ja",
    byHand: true,
  },
  timezone: {
    type: "text",
    rule: TEXT,
    nullable: true,
    label: text("time zone", "タイムゾーン"),
    example: "Asia/Tokyo",
    byHand: true,
  },
  memo: {
    type: "text",
    rule: TEXT,
    nullable: true,
    label: text("memo", "メモ"),
    example: null,
    byHand: true,
    lines: true,
  },
  password: { type: "text", rule: TEXT, label: text("password", "パスワード"), secret: true, byHand: true },
  marked: { type: "boolean", label: text("marked without a role", "管理者の指定のみ"), example: false },
  passwordSetAt: {
    type: "instant",
    nullable: true,
    label: text("password set at", "パスワード設定日時"),
    example: null,
  },
  createdAt: CREATED_AT,
  updatedAt: UPDATED_AT,
} as const satisfies Fields;

/** A user's CLOMO account: every user with an account name has one, of the role `none` where nothing else was recorded. */
export const ACCOUNT = {
  name: "account",
  fields: FIELDS,
  formats: {},
  keys: [{ name: "email", field: "emails", unique: true }],
  // @see seed 000
  clicks: {
    create: text(
      "CLOMO PANEL: Users/Org › the user › CLOMO アカウント › 編集 › fill in › 保存; the notice 「設定完了」 appears",
      "CLOMO PANEL の「Users/Org」でユーザーを選択し、「CLOMO アカウント」›「編集」をクリックして入力し、「保存」をクリック(「設定完了」のお知らせが表示されます)",
    ),
    edit: text(
      "CLOMO PANEL: Users/Org › the user › CLOMO アカウント › 編集 › change › 保存; the notice 「CLOMO アカウント設定完了」 appears",
      "CLOMO PANEL の「Users/Org」でユーザーを選択し、「CLOMO アカウント」›「編集」をクリックして変更し、「保存」をクリック(「CLOMO アカウント設定完了」のお知らせが表示されます)",
    ),
    page: text(
      "CLOMO PANEL, Users/Org › the user › CLOMO アカウント",
      "CLOMO PANEL の「Users/Org」› ユーザー ›「CLOMO アカウント」",
    ),
  },
  usual: ["name", "user", "org", "role", "managedOrgs", "supportOption"],
  versioned: ["role", "scheme", "managedOrgs", "supportOption", "noticeMail", "language", "timezone", "memo"],
} as const satisfies Thing;

export type Account = RecordOf<typeof FIELDS>;

/** The roles that have managed organisations. @see facts 2.1 */
export const MANAGING: readonly Role[] = ["division", "custom"];

/** The roles that only system administrators grant, and whose accounts only they change. @see facts 2.1 */
export const ABOVE_OPERATOR: readonly Role[] = ["system", "division", "custom"];

/** The fewest characters of an administrator's password; the most are ours. */
const FEWEST_CHARACTERS = 6;
const MAX_CHARACTERS = 1024;

/**
 * What is wrong with the password of an administrator, without the password; undefined if nothing is.
 *
 * @see facts 2.3
 */
export const passwordFault = (password: string): Text | undefined => {
  if (/\p{Cc}/u.test(password)) {
    return text(
      "no line break or other control character (ours)",
      "改行などの制御文字は使えません(clomoctl 独自の規則)",
    );
  }
  const isComplete = /[A-Z]/.test(password) && /[a-z]/.test(password) && /\d/.test(password);
  const length = [...password].length;
  if (length > MAX_CHARACTERS) {
    return text(`at most ${MAX_CHARACTERS} characters (ours)`, `${MAX_CHARACTERS} 文字までです(clomoctl 独自の規則)`);
  }
  return length >= FEWEST_CHARACTERS && isComplete ? undefined : PASSWORD_RULE;
};

/** What the password of an administrator has to be. @see facts 2.3 */
export const PASSWORD_RULE = text(
  `at least ${FEWEST_CHARACTERS} characters, with an upper-case letter, a lower-case letter and a digit`,
  `${FEWEST_CHARACTERS} 文字以上で、大文字・小文字・数字をそれぞれ 1 文字以上含むこと`,
);

/** How long a code holds by which somebody sets a new password, and how often one may be typed; ours. */
export const RESET_CODE = { minutes: 15, tries: 5 } as const;

/** A code that was mailed: to which address of an account, and how long it holds. */
export const SENT_CODE = {
  id: USER_ID,
  name: FIELDS.name,
  address: { type: "text", label: text("sent to", "送信先"), example: EMAILS.example[0] },
  expiresAt: { type: "instant", label: text("valid until", "有効期限"), example: "2026-11-20T01:15:00.000Z" },
  tries: { type: "integer", label: text("tries", "入力できる回数"), example: RESET_CODE.tries },
} as const satisfies Fields;

export type SentCode = RecordOf<typeof SENT_CODE>;

/** What holds of the support option. @see facts 2.1, 2.2 */
export const SUPPORT_RULE = text(
  `the support option is for system administrators, at most ${MAX_SUPPORT_OPTIONS} in a tenant`,
  `サポートオプションを付与できるのはシステム管理者だけで、1 テナント ${MAX_SUPPORT_OPTIONS} アカウントまでです`,
);

/** The settings of all CLOMO accounts; the authentication type is kept as it is given, as its values are not known. @see seed 001 */
export const ACCOUNT_SETTINGS = {
  name: "account_settings",
  fields: {
    id: { type: "id", example: "00000000-0000-7000-8000-000000000002" },
    composition: {
      ...namedChoice(COMPOSITIONS),
      label: text("account name composed of", "CLOMOアカウントを構成する情報"),
      example: "mail-address",
      byHand: true,
    },
    authentication: {
      type: "text",
      rule: TEXT,
      nullable: true,
      label: text("authentication type", "CLOMOアカウントの認証タイプ"),
      example: null,
      byHand: true,
    },
    recorded: { type: "boolean", label: text("recorded", "記録済み"), example: true },
  },
  formats: {},
  keys: [],
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
  versioned: ["composition", "authentication"],
} as const satisfies Thing;

/** The id of the only settings of a tenant, and their number. */
export const SETTINGS_ID = ACCOUNT_SETTINGS.fields.id.example;
export const SETTINGS_NUMBER = 1;

export type AccountSettings = RecordOf<typeof ACCOUNT_SETTINGS.fields>;

/** An account whose name is another one by a composition: what it would be, and what is in the way. */
export const RENAMING = {
  id: USER_ID,
  name: FIELDS.name,
  user: FIELDS.user,
  proposed: {
    type: "text",
    nullable: true,
    label: text("would be", "構成後のアカウント名"),
    example: "hanako@example.co.jp",
  },
  obstacle: {
    ...namedChoice({
      none: text("", ""),
      lacking: text("lacks a value", "値なし"),
      clash: text("clashes with another", "重複"),
    }),
    label: text("obstacle", "支障"),
    example: "none",
  },
} as const satisfies Fields;

export type Renaming = RecordOf<typeof RENAMING>;
