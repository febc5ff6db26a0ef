import iconv from "iconv-lite";
import { parse } from "csv-parse/sync";
import { stringify } from "csv-stringify/sync";

/** One screen of CLOMO's console that takes and gives CSV. @see facts 1 and 6 */
interface Screen {
  readonly key: string;
  /** the columns of an export, in its order */
  readonly exported: readonly string[];
  /** columns that an upload may have, and no export shows */
  readonly hidden: readonly string[];
  /** columns that may occur several times */
  readonly repeated: readonly string[];
  /** columns without which a new record is refused */
  readonly required: readonly string[];
}

const USER_COLUMNS = ["氏名", "フリガナ", "メールアドレス", "組織コード", "役職", "社員コード", "UPN"];
const ADDRESS_COLUMNS = ["住所の区分", "郵便番号", "住所", "TEL", "内線", "FAX", "CLOMOアカウント名"];

/** The screens. The order and spelling of PANEL's columns is invented where the manual does not say them. */
export const SCREENS = {
  users: {
    key: "メールアドレス",
    exported: [...USER_COLUMNS, ...ADDRESS_COLUMNS],
    hidden: ["CLOMOアカウントパスワード"],
    repeated: ["メールアドレス"],
    required: ["氏名"],
  },
  orgs: {
    key: "組織コード",
    exported: ["組織名", "組織コード", "上位組織コード"],
    hidden: [],
    repeated: [],
    required: ["組織名"],
  },
  devices: {
    key: "シリアルナンバー",
    exported: [
      "シリアルナンバー",
      "プラットフォーム",
      "ステータス",
      "端末識別名",
      "電話番号",
      "所有者メールアドレス",
      "メモ",
    ],
    hidden: ["タグ"],
    repeated: ["タグ"],
    required: [],
  },
  docs: {
    key: "ユーザーID",
    exported: ["表示名", "ユーザーID", "説明"],
    hidden: ["パスワード", "シークレットキー", "グループ名", "ファイル管理者権限"],
    repeated: ["グループ名"],
    required: ["表示名", "パスワード"],
  },
  contacts: {
    key: "ユーザーID",
    exported: ["表示名", "ユーザーID", "説明"],
    hidden: [
      "パスワード",
      "グループ名",
      "グループ管理者フラグ",
      "Exchangeメールアカウント名",
      "アカウントのタイプ",
      "メールアドレス",
      "Exchangeドメイン",
      "Exchangeアカウント",
      "Exchangeアカウントパスワード",

      "Exchange認証パスフレーズ",
      "Exchangeメールアカウント説明",
      "Exchangeサーバアドレス",
      "ExchangeサーバSSL有効",
      "プロキシ設定",
      "プロキシホストアドレス",
      "プロキシポート",
      "プロキシユーザー",
      "プロキシパスワード",
    ],
    repeated: ["グループ名"],
    required: ["表示名", "パスワード"],
  },
} as const satisfies Record<string, Screen>;

export type ScreenName = keyof typeof SCREENS;

/** PANEL's headers in a console that spells all of them differently; the manual gives those of the SECURED APPs. */
const OTHER_HEADERS: Readonly<Record<string, string>> = {
  氏名: "ユーザー名",
  フリガナ: "よみがな",
  メールアドレス: "E-mail",
  役職: "職位",
  社員コード: "社員番号",
  UPN: "ユーザープリンシパル名",
  住所の区分: "住所種別",
  郵便番号: "〒",
  住所: "所在地",
  TEL: "電話",
  内線: "内線番号",
  FAX: "ファックス",
  CLOMOアカウント名: "CLOMOアカウント",
  組織名: "部署名",
  組織コード: "所属組織コード",
  上位組織コード: "親組織コード",
  シリアルナンバー: "シリアル番号",
  プラットフォーム: "OS",
  ステータス: "状態",
  端末識別名: "端末名",
  電話番号: "携帯電話番号",
  所有者メールアドレス: "所有者",
  メモ: "備考",
};

/** true if the stories have a console with other headers */
export const IS_OTHER_CONSOLE = process.env["CLOMOCTL_CONSOLE"] === "other";

const spellingOf = (screen: ScreenName): Spelling => {
  const columns: readonly string[] = SCREENS[screen].exported;
  const headers = columns.map((column) => [column, (IS_OTHER_CONSOLE && OTHER_HEADERS[column]) || column]);
  return { headers: Object.fromEntries(headers) as Record<string, string> };
};

/** The values of a record by column; a repeated column has several. Blank values are left out. */
export type Row = Readonly<Record<string, readonly string[]>>;

export type Charset = "cp932" | "utf-8";
export type Newline = "\r\n" | "\n" | "\r";

/** Reads an upload with the headers of the first console. @throws Error if bytes or quotes are invalid */
export function readRows(bytes: Uint8Array, charset: Charset = "cp932"): string[][] {
  const [header = [], ...rows] = parseRows(bytes, charset);
  const others = IS_OTHER_CONSOLE ? Object.entries(OTHER_HEADERS) : [];
  return [header.map((name) => others.find(([, other]) => other === name)?.[0] ?? name), ...rows];
}

/** Parses a file without the program's code. */
function parseRows(bytes: Uint8Array, charset: Charset): string[][] {
  const content = iconv.decode(Buffer.from(bytes), charset);
  if (content.includes("\uFFFD")) throw new Error(`bytes that are not ${charset}`);
  return parse(content, { record_delimiter: ["\r\n", "\n", "\r"] });
}

/** Writes a file. @throws Error if the encoding lacks a character */
export function writeRows(
  rows: readonly (readonly string[])[],
  charset: Charset = "cp932",
  newline: Newline = "\r\n",
): Buffer {
  const content = stringify(
    rows.map((row) => [...row]),
    { record_delimiter: newline, quoted_match: /[\r\n]/ },
  );
  const bytes = iconv.encode(content, charset);
  if (iconv.decode(bytes, charset) !== content) throw new Error(`${charset} lacks a character`);
  return bytes;
}

/** How another console spells and orders the columns of its exports and uploads. */
export interface Spelling {
  /** its header for each column of a screen */
  readonly headers: Readonly<Record<string, string>>;
  readonly order?: readonly string[] | undefined;
}

/** A stand-in for one screen of the console: it takes uploads and gives exports. */
export class Console {
  readonly #screen: Screen;
  /** columns that only this console has, with one value for all records: 更新日時 */
  readonly #own: Readonly<Record<string, string>>;
  readonly #spelling: Spelling;
  #records = new Map<string, Row>();

  constructor(screen: ScreenName, own: Readonly<Record<string, string>> = {}, spelling: Spelling = spellingOf(screen)) {
    this.#screen = { ...SCREENS[screen], exported: spelling.order ?? SCREENS[screen].exported };
    this.#own = own;
    this.#spelling = spelling;
  }

  #spell(column: string): string {
    return this.#spelling.headers[column] ?? column;
  }

  /** The records by their key. */
  get records(): ReadonlyMap<string, Row> {
    return this.#records;
  }

  /** Returns the first value of a column; empty if it is blank. */
  value(key: string, column: string): string {
    return this.#records.get(key)?.[column]?.[0] ?? "";
  }

  /** Creates or changes a record by hand. */
  put(values: Readonly<Record<string, string | readonly string[]>>): void {
    const row = Object.fromEntries(Object.entries(values).map(([column, value]) => [column, [value].flat()]));
    const key = row[this.#screen.key]?.[0];
    if (key === undefined) throw new Error(`no ${this.#screen.key}`);
    this.#records.set(key, { ...this.#records.get(key), ...row });
  }

  /** Deletes a record by hand. */
  delete(key: string): void {
    if (!this.#records.delete(key)) throw new Error(`no ${key}`);
  }

  /**
   * Takes an upload. With 追加更新 (append) a cell overwrites, also a blank one, and a column that is missing changes
   * nothing; with 全件更新 (replace) the file is all there is afterwards.
   *
   * @throws Error if a column is not one of this screen, a key is missing or twice, or a required value is missing
   */
  upload(bytes: Uint8Array, mode: "append" | "replace" = "append", charset: Charset = "cp932"): number {
    const { key, exported, hidden, repeated, required } = this.#screen;
    const [spelt = [], ...rows] = parseRows(bytes, charset);
    const columns = [...exported, ...hidden];
    const header = spelt.map((name) => columns.find((column) => this.#spell(column) === name) ?? `"${name}"`);
    const unknown = header.filter(
      (name, at) => !columns.includes(name) || (header.indexOf(name) !== at && !repeated.includes(name)),
    );
    if (unknown.length > 0) throw new Error(`columns ${unknown.join(", ")}`);
    const before = this.#records;
    const after = new Map(mode === "append" ? before : []);
    const seen = new Set<string>();
    for (const cells of rows) {
      const given: Record<string, string[]> = {};
      for (const [at, name] of header.entries()) (given[name] ??= []).push(cells[at] ?? "");
      const values = Object.fromEntries(
        Object.entries(given).map(([name, all]) => [name, all.filter((value) => value !== "")]),
      );
      const id = values[key]?.[0];
      if (id === undefined || seen.has(id)) throw new Error(`${key} ${id}`);
      seen.add(id);
      const old = before.get(id);
      const row: Row = mode === "append" ? { ...old, ...values } : values;
      const missing = required.find((name) => (row[name]?.length ?? 0) === 0);
      if (missing !== undefined) throw new Error(`${id} has no ${missing}`);
      after.set(id, row);
    }
    this.#records = after;
    return rows.length;
  }

  /** Gives the export: all that the console shows, sorted by key. */
  export(charset: Charset = "cp932", newline: Newline = "\r\n"): Buffer {
    const { key, exported, repeated } = this.#screen;
    const rows = [...this.#records.values()].toSorted((a, b) => ((a[key]?.[0] ?? "") < (b[key]?.[0] ?? "") ? -1 : 1));
    const header = exported.flatMap((name) => {
      const width = repeated.includes(name) ? Math.max(1, ...rows.map((row) => row[name]?.length ?? 0)) : 1;
      return Array.from({ length: width }, (_, at) => ({ name, at }));
    });
    const own = Object.entries(this.#own);
    return writeRows(
      [
        [...header.map(({ name }) => this.#spell(name)), ...own.map(([name]) => name)],
        ...rows.map((row) => [
          ...header.map(({ name, at }) => row[name]?.[at] ?? ""),
          ...own.map(([, value]) => value),
        ]),
      ],
      charset,
      newline,
    );
  }
}
