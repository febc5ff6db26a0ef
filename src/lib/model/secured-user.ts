import { text, type Text } from "../text/index.ts";
import { TEXT, type Rule } from "./rules.ts";
import {
  CREATED_AT,
  EXAMPLE_AT,
  UPDATED_AT,
  idField,
  namedChoice,
  type Field,
  type Fields,
  type RecordOf,
  type Thing,
  type ThingInFiles,
} from "./thing.ts";

/** The business apps whose users are managed in CLOMO SECURED APPs MANAGER, in the order of the maker's manual. */
export const SECURED_APPS = ["browser", "docs", "mailer", "calendar", "contacts"] as const;

export type SecuredApp = (typeof SECURED_APPS)[number];

/** An app's name as people write it: `Browser`. */
export const securedAppName = (app: SecuredApp): string => app.charAt(0).toUpperCase() + app.slice(1);

/**
 * The rules of a SECURED APPs user's fields; a field without a documented limit has none here.
 *
 * @see facts 6.1 (limits), 6.3 (booleans, アカウントのタイプ)
 */
const RULES = {
  upTo255: { kind: "text", max: 255 },
  id: { kind: "text", max: 255, charset: "half-width-alphanumeric" },
  password: { kind: "text", min: 6, max: 255, charset: "half-width-alphanumeric" },
  flag: { kind: "boolean" },
  accountType: { kind: "choice", choices: ["Exchange", "Microsoft365"] },
  port: { kind: "port" },
} as const satisfies Record<string, Rule>;

/** A setting that only some apps have. @param onScreen what the console's screen calls it, where its files do otherwise */
const setting = (header: string, rule: Rule = TEXT, onScreen?: string) =>
  ({ type: "text", rule, column: { header }, within: "settings", onScreen }) as const satisfies Field;

const secret = (header: string, rule: Rule = TEXT) =>
  ({ type: "text", rule, column: { header }, secret: true }) as const satisfies Field;

/** What a user of an app is: derived from the mark of administrators and the app's flag of managers. @see facts 6.6 */
const ROLES = {
  administrator: text("administrator", "管理者"),
  manager: text("manager", "ファイル管理者・グループ管理者"),
  user: text("user", "一般ユーザー"),
} as const satisfies Readonly<Record<string, Text>>;

export type SecuredRole = keyof typeof ROLES;

/** An app's managers: the field that marks one, and what people call one. */
interface Managers {
  readonly flag: "fileManager" | "groupManager";
  readonly called: Text;
}

const GROUP_MANAGERS = {
  flag: "groupManager",
  called: text("group manager", "グループ管理者"),
} as const;

/** The managers of the apps that have some: Browser and Mailer have none. @see facts 6.6, 6.7 */
export const SECURED_MANAGERS: Readonly<Partial<Record<SecuredApp, Managers>>> = {
  docs: { flag: "fileManager", called: text("file manager", "ファイル管理者") },
  calendar: GROUP_MANAGERS,
  contacts: GROUP_MANAGERS,
};

const APP = { type: "choice", choices: SECURED_APPS, label: text("app", "アプリ"), example: "docs" } as const;

/** The fields of a SECURED APPs user; a header means the same field in every app. @see facts 6.3 */
const FIELDS = {
  id: idField(4),
  app: APP,
  userId: {
    type: "text",
    rule: RULES.id,
    label: text("user id", "ユーザーID"),
    onScreen: "ユーザー ID",
    example: "hanako01",
    column: { required: "always", consoleExport: true },
    unique: true,
  },
  displayName: {
    type: "text",
    rule: RULES.upTo255,
    // that it must not be blank is inferred: facts 6.1 have its length only
    label: text("name", "表示名"),
    onScreen: "名前",
    example: "髙橋 花子",
    shownAs: "name",
    column: { required: "always", consoleExport: true },
    comparison: "name",
    sortKey: "nameSort",
  },
  description: {
    type: "text",
    rule: RULES.upTo255,
    nullable: true,
    lines: true,
    label: text("description", "説明"),
    example: null,
    column: { consoleExport: true },
  },
  groups: {
    type: "texts",
    label: text("groups", "グループ名"),
    onScreen: "所属するグループ",
    example: ["営業"],
    rule: TEXT,
    column: {},
    comparison: "name",
    short: "group",
    refers: {
      to: "secured_group",
      by: "name",
      unknown: { code: "group-unknown", param: "group" },
      creates: { option: "createGroups", count: "groupsCreated" },
    },
  },
  // on the screen of every app, in no file: imports leave them as they are
  device: {
    type: "text",
    rule: TEXT,
    nullable: true,
    label: text("device", "デバイス"),
    example: null,
    byHand: true,
  },
  licenceException: {
    type: "boolean",
    label: text("licence limit exception", "ライセンス制限例外設定"),
    example: false,
    byHand: true,
  },
  settings: {
    type: "objects",
    of: { field: { type: "text" }, value: { type: "text" } },
    example: [{ field: "fileManager", value: "TRUE" }],
  },
  secretsSet: {
    type: "objects",
    of: { field: { type: "text" }, at: { type: "instant" } },
    label: text("secrets set", "設定済みの機密情報"),
    example: [{ field: "password", at: EXAMPLE_AT }],
  },
  administrator: { type: "boolean", label: text("administrator", "管理者"), example: false },
  role: { ...namedChoice(ROLES), label: text("role", "権限"), example: "manager" },
  createdAt: CREATED_AT,
  updatedAt: UPDATED_AT,

  password: { ...secret("パスワード", RULES.password), column: { header: "パスワード", required: "new" } },
  secretKey: secret("シークレットキー", RULES.id),
  fileManager: setting("ファイル管理者権限", RULES.flag, "ファイル管理者"),
  groupManager: setting("グループ管理者フラグ", RULES.flag, "グループ管理者"),
  imapMailAccountName: setting("IMAPメールアカウント名"),
  imapMailAddress: setting("IMAPメールアドレス"),
  imapUserName: setting("IMAPユーザー名"),
  imapMailAccountPassword: secret("IMAPメールアカウントパスワード"),
  imapPassphrase: secret("IMAP認証パスフレーズ"),
  imapMailAccountDescription: setting("IMAPメールアカウント説明"),
  imapIncomingServer: setting("IMAP受信サーバアドレス"),
  imapIncomingPort: setting("IMAP受信サーバポート番号", RULES.port),
  imapIncomingSsl: setting("IMAP受信サーバSSL有効", RULES.flag),
  imapOutgoingServer: setting("IMAP送信サーバアドレス"),
  imapOutgoingPort: setting("IMAP送信サーバポート番号", RULES.port),
  imapOutgoingSsl: setting("IMAP送信サーバSSL有効", RULES.flag),
  exchangeServerAccountName: setting("Exchangeサーバアカウント名"),
  exchangeMailAddress: setting("Exchangeメールアドレス"),
  exchangeDomain: setting("Exchangeドメイン"),
  exchangeAccount: setting("Exchangeアカウント"),
  exchangeAccountPassword: secret("Exchangeアカウントパスワード"),
  exchangePassphrase: secret("Exchange認証パスフレーズ"),
  exchangeServerAccountDescription: setting("Exchangeサーバアカウント説明"),
  exchangeServer: setting("Exchangeサーバアドレス"),
  exchangeSsl: setting("ExchangeサーバSSL有効", RULES.flag),
  proxyEnabled: setting("プロキシ設定", RULES.flag),
  proxyHost: setting("プロキシホストアドレス"),
  proxyPort: setting("プロキシポート", RULES.port),
  proxyUser: setting("プロキシユーザー"),
  proxyPassword: secret("プロキシパスワード"),
  imapDomain: setting("IMAPドメイン"),
  imapAccount: setting("IMAPアカウント"),
  imapAccountPassword: secret("IMAPアカウントパスワード"),
  exchangeMailAccountName: setting("Exchangeメールアカウント名"),
  exchangeMailAccountDescription: setting("Exchangeメールアカウント説明"),
  microsoft365AccountName: setting("Microsoft365アカウント名"),
  microsoft365MailAddress: setting("Microsoft365メールアドレス"),
  microsoft365Passphrase: secret("Microsoft365認証パスフレーズ"),
  microsoft365AccountDescription: setting("Microsoft365アカウント説明"),
  accountType: setting("アカウントのタイプ", RULES.accountType),
  mailAddress: setting("メールアドレス"),
} as const satisfies Fields;

/** The server from which and by which an account's mail is read. */
const IMAP_INCOMING = ["imapIncomingServer", "imapIncomingPort", "imapIncomingSsl"] as const;
const EXCHANGE_LOGIN = ["exchangeDomain", "exchangeAccount", "exchangeAccountPassword", "exchangePassphrase"] as const;
const EXCHANGE_SERVER = ["exchangeServer", "exchangeSsl"] as const;
const PROXY = ["proxyEnabled", "proxyHost", "proxyPort", "proxyUser", "proxyPassword"] as const;

/** A user of one of the five SECURED APPs; `settings` are the app's own non-secret columns, by field. */
export const SECURED_USER = {
  name: "secured_user",
  title: text("SECURED APPs users", "SECURED APPs ユーザー"),
  // @see facts 6.2
  screen: {
    page: text("SECURED APPs MANAGER ({app}), Users", "SECURED APPs MANAGER({app})の「Users」画面"),
    clicks: text(" › import icon › ユーザーのインポート", "でインポートアイコン›「ユーザーのインポート」を選び"),
    choice: text("インポート方法", "「インポート方法」を"),
  },
  // @see seed 004
  clicks: {
    create: text(
      "SECURED APPs MANAGER ({app}): Users › ユーザーの追加アイコン › fill in the dialog, パスワード and パスワードの確認 too (no password is known here)",
      "SECURED APPs MANAGER({app})の「Users」画面でユーザーの追加アイコンを選択し、編集ダイアログに入力(「パスワード」と「パスワードの確認」も。clomoctl はパスワードを保存していません)",
    ),
    edit: text(
      "SECURED APPs MANAGER ({app}): Users › the user › 編集 › 保存",
      "SECURED APPs MANAGER({app})の「Users」画面でユーザーを選択し、「編集ボタン」または「編集」を選択して変更し、「保存」を選択",
    ),
    delete: text(
      "SECURED APPs MANAGER ({app}): Users › tick the user at the left end › ユーザー削除アイコン › OK",
      "SECURED APPs MANAGER({app})の「Users」画面で、ユーザーの左端にチェックを付け、「ユーザー削除アイコン」›「OK」を選択",
    ),
  },
  fields: FIELDS,
  // @see facts 6.3: in the order and spelling of the maker's manual
  formats: {
    browser: ["displayName", "userId", "password", "description"],
    docs: ["displayName", "userId", "password", "secretKey", "groups", "fileManager", "description"],
    mailer: [
      "displayName",
      "userId",
      "password",
      "description",
      "imapMailAccountName",
      "imapMailAddress",
      "imapUserName",
      "imapMailAccountPassword",
      "imapPassphrase",
      "imapMailAccountDescription",
      ...IMAP_INCOMING,
      "imapOutgoingServer",
      "imapOutgoingPort",
      "imapOutgoingSsl",
      "exchangeServerAccountName",
      "exchangeMailAddress",
      ...EXCHANGE_LOGIN,
      "exchangeServerAccountDescription",
      ...EXCHANGE_SERVER,
      ...PROXY,
    ],
    calendar: [
      "displayName",
      "userId",
      "password",
      "description",
      "groups",
      "groupManager",
      "imapMailAccountName",
      "imapMailAddress",
      "imapDomain",
      "imapAccount",
      "imapAccountPassword",
      "imapPassphrase",
      "imapMailAccountDescription",
      ...IMAP_INCOMING,
      "exchangeMailAccountName",
      "exchangeMailAddress",
      ...EXCHANGE_LOGIN,
      "exchangeMailAccountDescription",
      ...EXCHANGE_SERVER,
      "microsoft365AccountName",
      "microsoft365MailAddress",
      "microsoft365Passphrase",
      "microsoft365AccountDescription",
      ...PROXY,
    ],
    contacts: [
      "displayName",
      "userId",
      "password",
      "description",
      "groups",
      "groupManager",
      "exchangeMailAccountName",
      "accountType",
      "mailAddress",
      ...EXCHANGE_LOGIN,
      "exchangeMailAccountDescription",
      ...EXCHANGE_SERVER,
      ...PROXY,
    ],
  },
  keys: [{ name: "user-id", field: "userId", unique: true }],
  namedBy: "displayName",
  noun: "user",
  scope: "app",
  // @see facts 6.6: administrators of one app become those of the others
  protects: { by: "administrator", across: "userId", present: "administrator-row" },
  usual: ["userId", "name", "description", "groups", "role"],
  versioned: [
    "userId",
    "displayName",
    "description",
    "groups",
    "device",
    "licenceException",
    "secrets",
    "administrator",
    "fileManager",
    "groupManager",
    "imapMailAccountName",
    "imapMailAddress",
    "imapUserName",
    "imapMailAccountDescription",
    "imapIncomingServer",
    "imapIncomingPort",
    "imapIncomingSsl",
    "imapOutgoingServer",
    "imapOutgoingPort",
    "imapOutgoingSsl",
    "exchangeServerAccountName",
    "exchangeMailAddress",
    "exchangeDomain",
    "exchangeAccount",
    "exchangeServerAccountDescription",
    "exchangeServer",
    "exchangeSsl",
    "proxyEnabled",
    "proxyHost",
    "proxyPort",
    "proxyUser",
    "imapDomain",
    "imapAccount",
    "exchangeMailAccountName",
    "exchangeMailAccountDescription",
    "microsoft365AccountName",
    "microsoft365MailAddress",
    "microsoft365AccountDescription",
    "accountType",
    "mailAddress",
  ],
} as const satisfies ThingInFiles & {
  readonly formats: Readonly<Record<SecuredApp, readonly (keyof typeof FIELDS)[]>>;
};

/** A group of users of one app. */
export const SECURED_GROUP = {
  name: "secured_group",
  fields: {
    id: idField(6),
    app: APP,
    name: {
      type: "text",
      rule: TEXT,
      label: text("name", "グループ名"),
      example: "営業",
      comparison: "name",
      unique: true,
      byHand: true,
    },
    users: { type: "integer", label: text("users", "ユーザー数"), example: 12 },
    createdAt: CREATED_AT,
  },
  // @see facts 6.7: Docs has a screen for groups; how they are made there, and where in other apps, the manual does not say
  clicks: {
    create: text(
      "SECURED APPs MANAGER ({app}): add the group (in Docs on the screen Groups; how, and where in other apps, the manual does not say)",
      "SECURED APPs MANAGER({app})でグループを追加(Docs では「Groups」画面。手順と、ほかのアプリでの画面はマニュアルにありません)",
    ),
    edit: text(
      "SECURED APPs MANAGER ({app}): rename the group (in Docs on the screen Groups; how, and where in other apps, the manual does not say)",
      "SECURED APPs MANAGER({app})でグループの名前を変更(Docs では「Groups」画面。手順と、ほかのアプリでの画面はマニュアルにありません)",
    ),
    delete: text(
      "SECURED APPs MANAGER ({app}): delete the group, if it is there (in Docs on the screen Groups; how, and where in other apps, the manual does not say)",
      "SECURED APPs MANAGER({app})にグループがあれば削除(Docs では「Groups」画面。手順と、ほかのアプリでの画面はマニュアルにありません)",
    ),
    page: text("SECURED APPs MANAGER ({app}), groups", "SECURED APPs MANAGER({app})のグループ"),
  },
  formats: {},
  keys: [],
  scope: "app",
  usual: ["name", "users"],
  versioned: ["name"],
} as const satisfies Thing;

export type SecuredUser = RecordOf<typeof FIELDS>;
export type SecuredGroup = RecordOf<typeof SECURED_GROUP.fields>;
