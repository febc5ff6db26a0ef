import { SECURED_USER_RULES as RULES, type SecuredApp } from "../../model/secured-user.ts";
import type { Rule } from "../../model/rules.ts";
import type { Column, Format } from "./format.ts";

const column = (field: string, header: string, rule: Rule = RULES.text): Column => ({ field, header, rule });
const secret = (field: string, header: string, rule: Rule = RULES.text): Column => ({
  field,
  header,
  rule,
  secret: true,
});

const DISPLAY_NAME: Column = {
  ...column("displayName", "表示名", RULES.displayName),
  required: "always",
  consoleExport: true,
};
const USER_ID: Column = { ...column("userId", "ユーザーID", RULES.userId), required: "always", consoleExport: true };
const PASSWORD: Column = { ...secret("password", "パスワード", RULES.password), required: "new" };
const DESCRIPTION: Column = { ...column("description", "説明", RULES.description), consoleExport: true };
const GROUPS: Column = { ...column("groups", "グループ名"), comparison: "name", repeated: true };
const GROUP_MANAGER = column("groupManager", "グループ管理者フラグ", RULES.flag);

const IMAP_MAIL_ACCOUNT_NAME = column("imapMailAccountName", "IMAPメールアカウント名");
const IMAP_MAIL_ADDRESS = column("imapMailAddress", "IMAPメールアドレス");
const IMAP_PASSPHRASE = secret("imapPassphrase", "IMAP認証パスフレーズ");
const IMAP_MAIL_ACCOUNT_DESCRIPTION = column("imapMailAccountDescription", "IMAPメールアカウント説明");
const IMAP_INCOMING: readonly Column[] = [
  column("imapIncomingServer", "IMAP受信サーバアドレス"),
  column("imapIncomingPort", "IMAP受信サーバポート番号", RULES.port),
  column("imapIncomingSsl", "IMAP受信サーバSSL有効", RULES.flag),
];

const EXCHANGE_MAIL_ACCOUNT_NAME = column("exchangeMailAccountName", "Exchangeメールアカウント名");
const EXCHANGE_MAIL_ADDRESS = column("exchangeMailAddress", "Exchangeメールアドレス");
const EXCHANGE_LOGIN: readonly Column[] = [
  column("exchangeDomain", "Exchangeドメイン"),
  column("exchangeAccount", "Exchangeアカウント"),
  secret("exchangeAccountPassword", "Exchangeアカウントパスワード"),
  secret("exchangePassphrase", "Exchange認証パスフレーズ"),
];
const EXCHANGE_MAIL_ACCOUNT_DESCRIPTION = column("exchangeMailAccountDescription", "Exchangeメールアカウント説明");
const EXCHANGE_SERVER: readonly Column[] = [
  column("exchangeServer", "Exchangeサーバアドレス"),
  column("exchangeSsl", "ExchangeサーバSSL有効", RULES.flag),
];

const PROXY: readonly Column[] = [
  column("proxyEnabled", "プロキシ設定", RULES.flag),
  column("proxyHost", "プロキシホストアドレス"),
  column("proxyPort", "プロキシポート", RULES.port),
  column("proxyUser", "プロキシユーザー"),
  secret("proxyPassword", "プロキシパスワード"),
];

const DOCS: readonly Column[] = [
  DISPLAY_NAME,
  USER_ID,
  PASSWORD,
  secret("secretKey", "シークレットキー", RULES.secretKey),
  GROUPS,
  column("fileManager", "ファイル管理者権限", RULES.flag),
  DESCRIPTION,
];

const MAILER: readonly Column[] = [
  DISPLAY_NAME,
  USER_ID,
  PASSWORD,
  DESCRIPTION,
  IMAP_MAIL_ACCOUNT_NAME,
  IMAP_MAIL_ADDRESS,
  column("imapUserName", "IMAPユーザー名"),
  secret("imapMailAccountPassword", "IMAPメールアカウントパスワード"),
  IMAP_PASSPHRASE,
  IMAP_MAIL_ACCOUNT_DESCRIPTION,
  ...IMAP_INCOMING,
  column("imapOutgoingServer", "IMAP送信サーバアドレス"),
  column("imapOutgoingPort", "IMAP送信サーバポート番号", RULES.port),
  column("imapOutgoingSsl", "IMAP送信サーバSSL有効", RULES.flag),
  column("exchangeServerAccountName", "Exchangeサーバアカウント名"),
  EXCHANGE_MAIL_ADDRESS,
  ...EXCHANGE_LOGIN,
  column("exchangeServerAccountDescription", "Exchangeサーバアカウント説明"),
  ...EXCHANGE_SERVER,
  ...PROXY,
];

const CALENDAR: readonly Column[] = [
  DISPLAY_NAME,
  USER_ID,
  PASSWORD,
  DESCRIPTION,
  GROUPS,
  GROUP_MANAGER,
  IMAP_MAIL_ACCOUNT_NAME,
  IMAP_MAIL_ADDRESS,
  column("imapDomain", "IMAPドメイン"),
  column("imapAccount", "IMAPアカウント"),
  secret("imapAccountPassword", "IMAPアカウントパスワード"),
  IMAP_PASSPHRASE,
  IMAP_MAIL_ACCOUNT_DESCRIPTION,
  ...IMAP_INCOMING,
  EXCHANGE_MAIL_ACCOUNT_NAME,
  EXCHANGE_MAIL_ADDRESS,
  ...EXCHANGE_LOGIN,
  EXCHANGE_MAIL_ACCOUNT_DESCRIPTION,
  ...EXCHANGE_SERVER,
  column("microsoft365AccountName", "Microsoft365アカウント名"),
  column("microsoft365MailAddress", "Microsoft365メールアドレス"),
  secret("microsoft365Passphrase", "Microsoft365認証パスフレーズ"),
  column("microsoft365AccountDescription", "Microsoft365アカウント説明"),
  ...PROXY,
];

const CONTACTS: readonly Column[] = [
  DISPLAY_NAME,
  USER_ID,
  PASSWORD,
  DESCRIPTION,
  GROUPS,
  GROUP_MANAGER,
  EXCHANGE_MAIL_ACCOUNT_NAME,
  column("accountType", "アカウントのタイプ", RULES.accountType),
  column("mailAddress", "メールアドレス"),
  ...EXCHANGE_LOGIN,
  EXCHANGE_MAIL_ACCOUNT_DESCRIPTION,
  ...EXCHANGE_SERVER,
  ...PROXY,
];

const format = (name: SecuredApp, columns: readonly Column[]): Format => ({
  name,
  columns,
  custom: false,
  key: "userId",
  unique: ["userId"],
});

/**
 * The users of the five SECURED APPs. A header means the same field in every app.
 *
 * @see facts 6.3: headers in the order and spelling of the maker's manual
 */
export const SECURED_FORMATS: Readonly<Record<SecuredApp, Format>> = {
  browser: format("browser", [DISPLAY_NAME, USER_ID, PASSWORD, DESCRIPTION]),
  docs: format("docs", DOCS),
  mailer: format("mailer", MAILER),
  calendar: format("calendar", CALENDAR),
  contacts: format("contacts", CONTACTS),
};
