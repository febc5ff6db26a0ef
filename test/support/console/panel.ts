import { readCsv, writeCsv, type Charset } from "./csv.ts";

export const FULL_NAME = "氏名";
export const MAIL = "メールアドレス";
export const ORG_CODE = "組織コード";
export const ACCOUNT = "CLOMOアカウント名";
export const ACCOUNT_PASSWORD = "CLOMOアカウントパスワード";
/** a custom field of the tenant */
export const CUSTOM = "入社年度";

/** Columns of the PANEL's users that are nothing in particular. @see facts 1.2 */
export const PLAIN = [
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
  CUSTOM,
];

const KNOWN = [FULL_NAME, MAIL, ORG_CODE, ...PLAIN, ACCOUNT, ACCOUNT_PASSWORD];

/** A user of the PANEL, as the console keeps it. */
export interface PanelUser {
  /** the first is the main one, which tells users apart */
  readonly mails: readonly string[];
  readonly administrator: boolean;
  /** by header, 氏名 among them; blank ones left out: without 組織コード a user is under 全社 */
  readonly items: ReadonlyMap<string, string>;
  readonly password: string;
}

/**
 * The users of the PANEL, for tests. Of a file it knows 追加更新 only. Where the maker's manual is silent a cell overwrites,
 * also a blank one.
 *
 * @see facts 1.4
 */
export class PanelConsole {
  #users: Map<string, PanelUser>;

  constructor(users: readonly PanelUser[]) {
    this.#users = new Map(users.map((user) => [user.mails[0] ?? "", user]));
  }

  /** Everybody by main mail address. */
  get users(): readonly PanelUser[] {
    return [...this.#users].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, user]) => user);
  }

  /** The upload form. @throws Error for a column it does not know, an uneven row, a user without name or address */
  import(bytes: Uint8Array, charset: Charset): void {
    const [header = [], ...records] = readCsv(bytes, charset);
    const unknown = header.filter(
      (name, at) => !KNOWN.includes(name) || (name !== MAIL && header.indexOf(name) !== at),
    );
    if (unknown.length > 0) throw new Error(`columns ${unknown.join(", ")}`);
    const users = new Map(this.#users);
    for (const cells of records) {
      const mails = cells.filter((cell, at) => header[at] === MAIL && cell !== "");
      const [main] = mails;
      if (main === undefined) throw new Error("a user without address");
      users.set(main, takenUser(header, cells, mails, this.#users.get(main)));
    }
    this.#users = users;
  }

  /** The console's own export: everything but the passwords. */
  export(): Buffer {
    const width = Math.max(1, ...this.users.map(({ mails }) => mails.length));
    const shown = [FULL_NAME, ORG_CODE, ...PLAIN, ACCOUNT];
    const header = [...Array.from({ length: width }, () => MAIL), ...shown];
    const records = this.users.map(({ mails, items }) => [
      ...Array.from({ length: width }, (_, at) => mails[at] ?? ""),
      ...shown.map((name) => items.get(name) ?? ""),
    ]);
    return writeCsv([header, ...records], "cp932");
  }

  /** Somebody makes or changes a user by hand. */
  put(user: PanelUser): void {
    this.#users.set(user.mails[0] ?? "", user);
  }

  /** Somebody deletes a user by hand. */
  delete({ mails }: Pick<PanelUser, "mails">): void {
    this.#users.delete(mails[0] ?? "");
  }
}

function takenUser(
  header: readonly string[],
  cells: readonly string[],
  mails: readonly string[],
  before: PanelUser | undefined,
): PanelUser {
  const cell = (name: string): string | undefined => (header.includes(name) ? cells[header.indexOf(name)] : undefined);
  if ((cell(FULL_NAME) ?? "") === "") throw new Error(`${mails[0]} has no name`);
  const pairs = [FULL_NAME, ORG_CODE, ...PLAIN, ACCOUNT].map((name): [string, string] => [
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
