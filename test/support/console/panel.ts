import { readCsv, writeCsv, type Charset } from "./csv.ts";

export const FULL_NAME = "氏名";
export const MAIL = "メールアドレス";
export const ORG_CODE = "組織コード";
export const ACCOUNT = "CLOMOアカウント名";
export const ACCOUNT_PASSWORD = "CLOMOアカウントパスワード";
export const CUSTOM_FIELD_HEADER = "入社年度";

/** Columns of PANEL users that do not need special treatment. @see facts 1.2 */
export const PLAIN_HEADERS = [
  "フリガナ",
  "役職",
  "社員コード",
  "UPN",
  "住所の区分",
  "郵便番号",
  "住所",
  "TEL",
  "内線",
  "FAX",
  CUSTOM_FIELD_HEADER,
];

const KNOWN_HEADERS = [FULL_NAME, MAIL, ORG_CODE, ...PLAIN_HEADERS, ACCOUNT, ACCOUNT_PASSWORD];

export interface PanelUser {
  readonly mails: readonly string[];
  readonly administrator: boolean;
  readonly items: ReadonlyMap<string, string>;
  readonly password: string;
}

/**
 * A fake of the console's user list (PANEL). Only 追加更新 is supported. If CLOMO's manual does not specify the effect
 * of a cell, the cell overwrites the value, even if the cell is blank.
 *
 * @see facts 1.4
 */
export class PanelConsole {
  #users: Map<string, PanelUser>;

  constructor(users: readonly PanelUser[]) {
    this.#users = new Map(users.map((user) => [user.mails[0] ?? "", user]));
  }

  get users(): readonly PanelUser[] {
    return [...this.#users].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, user]) => user);
  }

  /**
   * Imports a file, like the upload form of the console.
   *
   * @throws Error if a column is unknown, if a row has a different number of cells than the header, or if a user does
   * not have a name or an address
   */
  import(bytes: Uint8Array, charset: Charset): void {
    const [header = [], ...records] = readCsv(bytes, charset);
    const unknown = header.filter(
      (name, at) => !KNOWN_HEADERS.includes(name) || (name !== MAIL && header.indexOf(name) !== at),
    );
    if (unknown.length > 0) throw new Error(`columns ${unknown.join(", ")}`);
    const users = new Map(this.#users);
    for (const cells of records) {
      const mails = cells.filter((cell, at) => header[at] === MAIL && cell !== "");
      const [main] = mails;
      if (main === undefined) throw new Error("a user without address");
      users.set(main, buildUserOfRow(header, cells, mails, this.#users.get(main)));
    }
    this.#users = users;
  }

  export(): Buffer {
    const width = Math.max(1, ...this.users.map(({ mails }) => mails.length));
    const shown = [FULL_NAME, ORG_CODE, ...PLAIN_HEADERS, ACCOUNT];
    const header = [...Array.from({ length: width }, () => MAIL), ...shown];
    const records = this.users.map(({ mails, items }) => [
      ...Array.from({ length: width }, (_, at) => mails[at] ?? ""),
      ...shown.map((name) => items.get(name) ?? ""),
    ]);
    return writeCsv([header, ...records], "cp932");
  }

  put(user: PanelUser): void {
    this.#users.set(user.mails[0] ?? "", user);
  }

  delete({ mails }: Pick<PanelUser, "mails">): void {
    this.#users.delete(mails[0] ?? "");
  }
}

function buildUserOfRow(
  header: readonly string[],
  cells: readonly string[],
  mails: readonly string[],
  before: PanelUser | undefined,
): PanelUser {
  const cell = (name: string): string | undefined => (header.includes(name) ? cells[header.indexOf(name)] : undefined);
  if ((cell(FULL_NAME) ?? "") === "") throw new Error(`${mails[0]} has no name`);
  const pairs = [FULL_NAME, ORG_CODE, ...PLAIN_HEADERS, ACCOUNT].map((name): [string, string] => [
    name,
    cell(name) ?? before?.items.get(name) ?? "",
  ]);
  return {
    mails,
    administrator: before?.administrator ?? false,
    items: new Map(pairs.filter(([, value]) => value !== "")),
    password: cell(ACCOUNT_PASSWORD) ?? before?.password ?? "",
  };
}
