import { text, type Text } from "../text/index.ts";
import { ANY_TEXT_RULE, type Rule } from "../model/rules.ts";
import {
  CREATED_AT_FIELD,
  RECORD_TIMES,
  ID_FIELD,
  defineLabelledChoice,
  defineRight,
  type Field,
  type Fields,
  type RecordOf,
  type RecordType,
  type FileRecordType,
} from "../model/thing.ts";

export const SECURED_APPS = ["browser", "docs", "mailer", "calendar", "contacts"] as const;

export type SecuredApp = (typeof SECURED_APPS)[number];

export const formatSecuredAppName = (app: SecuredApp): string => app.charAt(0).toUpperCase() + app.slice(1);

/** @see facts 6.1 (limits), 6.3 (booleans, アカウントのタイプ) */
const SECURED_FIELD_RULES = {
  upTo255: { kind: "text", max: 255 },
  id: { kind: "text", max: 255, charset: "half-width-alphanumeric" },
  password: { kind: "text", min: 6, max: 255, charset: "half-width-alphanumeric" },
  flag: { kind: "boolean" },
  accountType: { kind: "choice", choices: ["Exchange", "Microsoft365"] },
  port: { kind: "port" },
} as const satisfies Record<string, Rule>;

/** @param onScreen the console's label if it differs from `header` */
const defineSetting = (header: string, rule: Rule = ANY_TEXT_RULE, onScreen?: string) =>
  ({ type: "text", rule, column: { header }, within: "settings", onScreen }) as const satisfies Field;

const defineSecret = (header: string, rule: Rule = ANY_TEXT_RULE) =>
  ({ type: "text", rule, column: { header }, secret: true }) as const satisfies Field;

/** Roles are derived from two columns: the app's administrator mark and manager flag. @see facts 6.6 */
const SECURED_ROLES = {
  administrator: text("administrator", "管理者"),
  manager: text("manager", "ファイル管理者・グループ管理者"),
  user: text("user", "一般ユーザー"),
} as const satisfies Readonly<Record<string, Text>>;

export type SecuredRole = keyof typeof SECURED_ROLES;

const GROUP_MANAGER_ROLE = {
  flag: "groupManager",
  called: text("group manager", "グループ管理者"),
} as const;

/** Browser and Mailer do not have managers. @see facts 6.6, 6.7 */
export const SECURED_MANAGER_ROLES: Readonly<
  Partial<Record<SecuredApp, { readonly flag: "fileManager" | "groupManager"; readonly called: Text }>>
> = {
  docs: { flag: "fileManager", called: text("file manager", "ファイル管理者") },
  calendar: GROUP_MANAGER_ROLE,
  contacts: GROUP_MANAGER_ROLE,
};

const APP_FIELD = { type: "choice", choices: SECURED_APPS, label: text("app", "アプリ") } as const;

/** Columns with the same header are the same field in every app. @see facts 6.3 */
const SECURED_USER_FIELDS = {
  id: ID_FIELD,
  app: APP_FIELD,
  userId: {
    type: "text",
    rule: SECURED_FIELD_RULES.id,
    label: text("user ID", "ユーザーID"),
    onScreen: "ユーザー ID",
    column: { required: "always", consoleExport: true },
    unique: true,
  },
  displayName: {
    type: "text",
    rule: SECURED_FIELD_RULES.upTo255,
    // The documents state only the maximum length, so `required` is an assumption. @see facts 6.1
    label: text("name", "表示名"),
    onScreen: "名前",
    shownAs: "name",
    column: { required: "always", consoleExport: true },
    personName: "written",
    comparison: "name",
    sortKey: "nameSort",
  },
  description: {
    type: "text",
    rule: SECURED_FIELD_RULES.upTo255,
    nullable: true,
    lines: true,
    label: text("description", "説明"),
    column: { consoleExport: true },
  },
  groups: {
    type: "texts",
    label: text("groups", "グループ名"),
    onScreen: "所属するグループ",
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
  // These fields are on the screen of each app but not in any file, so imports leave them unchanged.
  device: { type: "text", nullable: true, label: text("device", "デバイス"), byHand: true },
  licenceException: { type: "boolean", label: text("licence limit exception", "ライセンス制限例外設定"), byHand: true },
  settings: { type: "objects", derived: true, of: { field: { type: "text" }, value: { type: "text" } } },
  secretsSet: {
    type: "objects",
    short: "secrets",
    of: { field: { type: "text" }, at: { type: "instant" } },
    label: text("secrets set", "設定済みのパスワードなど"),
  },
  administrator: { type: "boolean", label: text("administrator", "管理者"), byHand: true },
  role: { ...defineLabelledChoice(SECURED_ROLES), derived: true, label: text("role", "権限") },
  password: {
    ...defineSecret("パスワード", SECURED_FIELD_RULES.password),
    column: { header: "パスワード", required: "new" },
  },
  secretKey: defineSecret("シークレットキー", SECURED_FIELD_RULES.id),
  fileManager: defineSetting("ファイル管理者権限", SECURED_FIELD_RULES.flag, "ファイル管理者"),
  groupManager: defineSetting("グループ管理者フラグ", SECURED_FIELD_RULES.flag, "グループ管理者"),
  imapMailAccountName: defineSetting("IMAPメールアカウント名"),
  imapMailAddress: defineSetting("IMAPメールアドレス"),
  imapUserName: defineSetting("IMAPユーザー名"),
  imapMailAccountPassword: defineSecret("IMAPメールアカウントパスワード"),
  imapPassphrase: defineSecret("IMAP認証パスフレーズ"),
  imapMailAccountDescription: defineSetting("IMAPメールアカウント説明"),
  imapIncomingServer: defineSetting("IMAP受信サーバアドレス"),
  imapIncomingPort: defineSetting("IMAP受信サーバポート番号", SECURED_FIELD_RULES.port),
  imapIncomingSsl: defineSetting("IMAP受信サーバSSL有効", SECURED_FIELD_RULES.flag),
  imapOutgoingServer: defineSetting("IMAP送信サーバアドレス"),
  imapOutgoingPort: defineSetting("IMAP送信サーバポート番号", SECURED_FIELD_RULES.port),
  imapOutgoingSsl: defineSetting("IMAP送信サーバSSL有効", SECURED_FIELD_RULES.flag),
  exchangeServerAccountName: defineSetting("Exchangeサーバアカウント名"),
  exchangeMailAddress: defineSetting("Exchangeメールアドレス"),
  exchangeDomain: defineSetting("Exchangeドメイン"),
  exchangeAccount: defineSetting("Exchangeアカウント"),
  exchangeAccountPassword: defineSecret("Exchangeアカウントパスワード"),
  exchangePassphrase: defineSecret("Exchange認証パスフレーズ"),
  exchangeServerAccountDescription: defineSetting("Exchangeサーバアカウント説明"),
  exchangeServer: defineSetting("Exchangeサーバアドレス"),
  exchangeSsl: defineSetting("ExchangeサーバSSL有効", SECURED_FIELD_RULES.flag),
  proxyEnabled: defineSetting("プロキシ設定", SECURED_FIELD_RULES.flag),
  proxyHost: defineSetting("プロキシホストアドレス"),
  proxyPort: defineSetting("プロキシポート", SECURED_FIELD_RULES.port),
  proxyUser: defineSetting("プロキシユーザー"),
  proxyPassword: defineSecret("プロキシパスワード"),
  imapDomain: defineSetting("IMAPドメイン"),
  imapAccount: defineSetting("IMAPアカウント"),
  imapAccountPassword: defineSecret("IMAPアカウントパスワード"),
  exchangeMailAccountName: defineSetting("Exchangeメールアカウント名"),
  exchangeMailAccountDescription: defineSetting("Exchangeメールアカウント説明"),
  microsoft365AccountName: defineSetting("Microsoft365アカウント名"),
  microsoft365MailAddress: defineSetting("Microsoft365メールアドレス"),
  microsoft365Passphrase: defineSecret("Microsoft365認証パスフレーズ"),
  microsoft365AccountDescription: defineSetting("Microsoft365アカウント説明"),
  accountType: defineSetting("アカウントのタイプ", SECURED_FIELD_RULES.accountType),
  mailAddress: defineSetting("メールアドレス"),
  ...RECORD_TIMES,
} as const satisfies Fields;

const USER_COLUMNS = "displayName userId password description";
const IMAP_INCOMING_COLUMNS = "imapIncomingServer imapIncomingPort imapIncomingSsl";
const EXCHANGE_LOGIN_COLUMNS = "exchangeDomain exchangeAccount exchangeAccountPassword exchangePassphrase";
const PROXY_COLUMNS = "proxyEnabled proxyHost proxyPort proxyUser proxyPassword";

const listNames = (...groups: readonly string[]): readonly string[] => groups.flatMap((names) => names.split(" "));

/** `settings` contains the values of the app's own columns, except secrets. */
export const SECURED_USER = {
  name: "secured_user",
  collection: "secured",
  single: text("user", "ユーザー"),
  title: text("SECURED APPs users", "SECURED APPs ユーザー"),
  rights: {
    read: defineRight(
      "read users and groups of SECURED APPs",
      "SECURED APPs のユーザー・グループ閲覧",
      "no",
      "no",
      "item",
    ),
    write: defineRight(
      "change users and groups of SECURED APPs",
      "SECURED APPs のユーザー・グループ変更",
      "no",
      "no",
      "item",
    ),
  },
  command: "secured users",
  audited: { single: text("SECURED APPs user", "SECURED APPs ユーザー") },
  bundle: { name: "secured-users" },
  // @see facts 6.2
  screen: {
    page: text("SECURED APPs MANAGER ({app}), Users", "SECURED APPs MANAGER({app})の「Users」画面"),
    clicks: text(" › import icon › ユーザーのインポート", "でインポートアイコン›「ユーザーのインポート」を選び"),
    choice: text("インポート方法", "「インポート方法」を"),
  },
  // @see seed 004
  clicks: {
    create: text(
      "SECURED APPs MANAGER ({app}): Users › ユーザーの追加アイコン › fill in the dialog, including パスワード and パスワードの確認 (clomoctl does not store passwords)",
      "SECURED APPs MANAGER({app})の「Users」画面でユーザーの追加アイコンを選択し、編集ダイアログに入力(「パスワード」と「パスワードの確認」も。clomoctl はパスワードを保存していません)",
    ),
    edit: text(
      "SECURED APPs MANAGER ({app}): Users › select the user › 編集 › make the changes › 保存",
      "SECURED APPs MANAGER({app})の「Users」画面でユーザーを選択し、「編集ボタン」または「編集」を選択して変更し、「保存」を選択",
    ),
    delete: text(
      "SECURED APPs MANAGER ({app}): Users › tick the box to the left of the user › ユーザー削除アイコン › OK",
      "SECURED APPs MANAGER({app})の「Users」画面で、ユーザーの左端にチェックを付け、「ユーザー削除アイコン」›「OK」を選択",
    ),
  },
  fields: SECURED_USER_FIELDS,
  // Columns are in the order and spelling of CLOMO's manual. @see facts 6.3
  formats: {
    browser: listNames(USER_COLUMNS),
    docs: listNames("displayName userId password secretKey groups fileManager description"),
    mailer: listNames(
      USER_COLUMNS,
      "imapMailAccountName imapMailAddress imapUserName imapMailAccountPassword imapPassphrase",
      "imapMailAccountDescription",
      IMAP_INCOMING_COLUMNS,
      "imapOutgoingServer imapOutgoingPort imapOutgoingSsl exchangeServerAccountName exchangeMailAddress",
      EXCHANGE_LOGIN_COLUMNS,
      "exchangeServerAccountDescription exchangeServer exchangeSsl",
      PROXY_COLUMNS,
    ),
    calendar: listNames(
      USER_COLUMNS,
      "groups groupManager imapMailAccountName imapMailAddress imapDomain imapAccount imapAccountPassword",
      "imapPassphrase imapMailAccountDescription",
      IMAP_INCOMING_COLUMNS,
      "exchangeMailAccountName exchangeMailAddress",
      EXCHANGE_LOGIN_COLUMNS,
      "exchangeMailAccountDescription exchangeServer exchangeSsl microsoft365AccountName microsoft365MailAddress",
      "microsoft365Passphrase microsoft365AccountDescription",
      PROXY_COLUMNS,
    ),
    contacts: listNames(
      USER_COLUMNS,
      "groups groupManager exchangeMailAccountName accountType mailAddress",
      EXCHANGE_LOGIN_COLUMNS,
      "exchangeMailAccountDescription exchangeServer exchangeSsl",
      PROXY_COLUMNS,
    ),
  },
  keys: [{ name: "user-id", field: "userId", unique: true }],
  namedBy: "displayName",
  noun: "user",
  scope: "app",
  // An administrator of one app becomes an administrator of the other apps, too. @see facts 6.6
  protects: { by: "administrator", present: "administrator-row" },
  usual: ["userId", "name", "description", "groups", "role"],
} as const satisfies FileRecordType & { readonly formats: Readonly<Record<SecuredApp, readonly string[]>> };

const GROUPS_PAGE = text(
  "SECURED APPs MANAGER ({app}): groups (in Docs: the Groups screen; the manual does not describe the steps)",
  "SECURED APPs MANAGER({app})のグループ(Docs では「Groups」画面。手順はマニュアルにありません)",
);

export const SECURED_GROUP = {
  name: "secured_group",
  collection: "secured",
  single: text("group", "グループ"),
  title: text("SECURED APPs groups", "SECURED APPs のグループ"),
  audited: { actions: "secured.groups", single: text("SECURED APPs group", "SECURED APPs グループ") },
  bundle: { name: "secured-groups" },
  fields: {
    id: ID_FIELD,
    app: APP_FIELD,
    name: { type: "text", label: text("name", "グループ名"), comparison: "name", unique: true, byHand: true },
    users: { type: "integer", derived: true, label: text("users", "ユーザー数") },
    createdAt: CREATED_AT_FIELD,
  },
  // @see facts 6.7
  clicks: {
    create: GROUPS_PAGE,
    edit: GROUPS_PAGE,
    delete: GROUPS_PAGE,
    page: text("SECURED APPs MANAGER ({app}), groups", "SECURED APPs MANAGER({app})のグループ"),
  },
  scope: "app",
  usual: ["name", "users"],
} as const satisfies RecordType;

export type SecuredUser = RecordOf<typeof SECURED_USER_FIELDS>;
export type SecuredGroup = RecordOf<typeof SECURED_GROUP.fields>;
