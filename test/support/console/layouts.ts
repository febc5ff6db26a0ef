/** The columns of a user file, as CLOMO's manual lists them. */
export interface Layout {
  readonly single: readonly string[];
  readonly flags: readonly string[];
  readonly secrets: readonly string[];
  readonly hasGroups: boolean;
}

export const NAME = "表示名";
export const USER_ID = "ユーザーID";
export const PASSWORD = "パスワード";
export const DESCRIPTION = "説明";
export const GROUP = "グループ名";

/** The apps of SECURED APPs MANAGER. */
export const APPS = ["browser", "docs", "mailer", "calendar", "contacts"] as const;

export type App = (typeof APPS)[number];

const splitNames = (names: string): readonly string[] => names.trim().split(/,\s*/);
const PROXY_HEADERS = splitNames("プロキシホストアドレス, プロキシポート, プロキシユーザー");
const PROXY_PASSWORD_HEADER = "プロキシパスワード";

/**
 * The columns of each app in addition to 表示名, ユーザーID, パスワード and グループ名. They are copied from the manual
 * instead of the program's own tables, so that tests find an incorrect header in those tables.
 *
 * @see facts 6.3
 */
export const LAYOUTS: Readonly<Record<App, Layout>> = {
  browser: { single: [DESCRIPTION], flags: [], secrets: [], hasGroups: false },
  docs: {
    single: [DESCRIPTION],
    flags: ["ファイル管理者権限"],
    secrets: ["シークレットキー"],
    hasGroups: true,
  },
  mailer: {
    single: [
      DESCRIPTION,
      ...splitNames(`IMAPメールアカウント名, IMAPメールアドレス, IMAPユーザー名, IMAPメールアカウント説明, IMAP受信サーバアドレス,
        IMAP受信サーバポート番号, IMAP送信サーバアドレス, IMAP送信サーバポート番号, Exchangeサーバアカウント名,
        Exchangeメールアドレス, Exchangeドメイン, Exchangeアカウント, Exchangeサーバアカウント説明, Exchangeサーバアドレス`),
      ...PROXY_HEADERS,
    ],
    flags: splitNames("IMAP受信サーバSSL有効, IMAP送信サーバSSL有効, ExchangeサーバSSL有効, プロキシ設定"),
    secrets: [
      ...splitNames(
        "IMAPメールアカウントパスワード, IMAP認証パスフレーズ, Exchangeアカウントパスワード, Exchange認証パスフレーズ",
      ),
      PROXY_PASSWORD_HEADER,
    ],
    hasGroups: false,
  },
  calendar: {
    single: [
      DESCRIPTION,
      ...splitNames(`IMAPメールアカウント名, IMAPメールアドレス, IMAPドメイン, IMAPアカウント, IMAPメールアカウント説明,
        IMAP受信サーバアドレス, IMAP受信サーバポート番号, Exchangeメールアカウント名, Exchangeメールアドレス, Exchangeドメイン,
        Exchangeアカウント, Exchangeメールアカウント説明, Exchangeサーバアドレス, Microsoft365アカウント名,
        Microsoft365メールアドレス, Microsoft365アカウント説明`),
      ...PROXY_HEADERS,
    ],
    flags: splitNames("グループ管理者フラグ, IMAP受信サーバSSL有効, ExchangeサーバSSL有効, プロキシ設定"),
    secrets: [
      ...splitNames(`IMAPアカウントパスワード, IMAP認証パスフレーズ, Exchangeアカウントパスワード, Exchange認証パスフレーズ,
        Microsoft365認証パスフレーズ`),
      PROXY_PASSWORD_HEADER,
    ],
    hasGroups: true,
  },
  contacts: {
    single: [
      DESCRIPTION,
      ...splitNames(`Exchangeメールアカウント名, アカウントのタイプ, メールアドレス, Exchangeドメイン, Exchangeアカウント,
        Exchangeメールアカウント説明, Exchangeサーバアドレス`),
      ...PROXY_HEADERS,
    ],
    flags: splitNames("グループ管理者フラグ, ExchangeサーバSSL有効, プロキシ設定"),
    secrets: [...splitNames("Exchangeアカウントパスワード, Exchange認証パスフレーズ"), PROXY_PASSWORD_HEADER],
    hasGroups: true,
  },
};
