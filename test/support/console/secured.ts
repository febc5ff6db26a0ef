import { readCsv, writeCsv, type Charset } from "./csv.ts";
import { DESCRIPTION, GROUP, LAYOUTS, NAME, PASSWORD, USER_ID, type App, type Layout } from "./layouts.ts";

/** The import modes of the console. */
export type ConsoleMode = "追加更新" | "全件更新";

/** The effect of a blank cell in 追加更新. CLOMO's manual does not specify this effect. */
export type BlankCellEffect = "clear" | "keep";

/** A user of a SECURED APP, as the console stores it. */
export interface SecuredUser {
  readonly userId: string;
  readonly name: string;
  readonly administrator: boolean;
  /** values by header; blank values are omitted */
  readonly items: ReadonlyMap<string, string>;
  readonly groups: readonly string[];
  /** values by header */
  readonly secrets: ReadonlyMap<string, string>;
}

/**
 * A fake of one app's user list in SECURED APPs MANAGER. If CLOMO's manual does not specify the effect of a cell, the
 * worst case applies: the cell overwrites the value, even if the cell is blank or the value is secret. With `keep`, a
 * blank cell has no effect in 追加更新.
 *
 * @see facts 6.2, 6.4, 6.5
 */
export class SecuredConsole {
  readonly #layout: Layout;
  readonly #blanks: BlankCellEffect;
  #users: Map<string, SecuredUser>;

  constructor(app: App, users: readonly SecuredUser[] = [], blanks: BlankCellEffect = "clear") {
    this.#layout = LAYOUTS[app];
    this.#blanks = blanks;
    this.#users = new Map(users.map((user) => [user.userId, user]));
  }

  /** Returns all users including administrators, sorted by ユーザーID. */
  get users(): readonly SecuredUser[] {
    return [...this.#users.values()].toSorted((a, b) => (a.userId < b.userId ? -1 : 1));
  }

  /**
   * Imports a file, like the upload form of the console.
   *
   * @throws Error if the console would reject the file: an unknown or missing column, a row with a different number of
   * cells than the header, an invalid flag, a new user without a password, or a row for an administrator
   */
  import(bytes: Uint8Array, charset: Charset, mode: ConsoleMode): void {
    const [header = [], ...records] = readCsv(bytes, charset);
    this.#checkHeader(header);
    const keeps = mode === "追加更新" && this.#blanks === "keep";
    const rows = records.map((cells) => new Row(header, cells, keeps));
    const named = new Set(rows.map(({ userId }) => userId));
    if (named.size < rows.length) throw new Error("a ユーザーID stands twice");
    const kept = [...this.#users].filter(
      ([userId, user]) => mode === "追加更新" || user.administrator || named.has(userId),
    );
    const users = new Map(kept);
    for (const row of rows) users.set(row.userId, this.#taken(row, users.get(row.userId), mode));
    this.#users = users;
  }

  /** Returns the console's export: without administrators and passwords, in Shift-JIS with CRLF. */
  export(): Buffer {
    const shown = this.users.filter(({ administrator }) => !administrator);
    const records = shown.map(({ name, userId, items }) => [name, userId, items.get(DESCRIPTION) ?? ""]);
    return writeCsv([[NAME, USER_ID, DESCRIPTION], ...records], "cp932");
  }

  /** Creates or changes a user by hand. */
  put(user: SecuredUser): void {
    this.#users.set(user.userId, user);
  }

  /** Deletes a user by hand. */
  delete(userId: string): void {
    this.#users.delete(userId);
  }

  /** Returns a separate console with the same users. */
  copy(app: App): SecuredConsole {
    return new SecuredConsole(app, this.users);
  }

  #checkHeader(header: readonly string[]): void {
    const { single, flags, secrets, hasGroups } = this.#layout;
    const known = new Set([NAME, USER_ID, PASSWORD, ...single, ...flags, ...secrets, ...(hasGroups ? [GROUP] : [])]);
    const unknown = header.filter((name) => !known.has(name));
    if (unknown.length > 0) throw new Error(`unknown columns ${unknown.join(", ")}`);
    const repeated = header.filter((name, at) => name !== GROUP && header.indexOf(name) !== at);
    if (repeated.length > 0) throw new Error(`repeated columns ${repeated.join(", ")}`);
    for (const name of [NAME, USER_ID]) if (!header.includes(name)) throw new Error(`no column ${name}`);
  }

  #taken(row: Row, before: SecuredUser | undefined, mode: ConsoleMode): SecuredUser {
    if (before?.administrator === true) throw new Error(`${row.userId} is an administrator`);
    if (before === undefined && (row.cell(PASSWORD) ?? "") === "")
      throw new Error(`${row.userId} is new, but does not have a password`);
    const { single, flags, secrets } = this.#layout;
    const left = mode === "追加更新" ? before : undefined;
    for (const flag of flags) {
      if (!["TRUE", "FALSE", "", undefined].includes(row.cell(flag)))
        throw new Error(`${flag} of ${row.userId} is no flag`);
    }
    return {
      userId: row.userId,
      name: row.cell(NAME) ?? "",
      administrator: false,
      items: row.over(left?.items, [...single, ...flags]),
      groups: row.groups ?? left?.groups ?? [],
      secrets: row.over(left?.secrets, [PASSWORD, ...secrets]),
    };
  }
}

/** One user of an uploaded file. */
class Row {
  readonly #header: readonly string[];
  readonly #cells: readonly string[];
  readonly #keepsBlanks: boolean;

  constructor(header: readonly string[], cells: readonly string[], keepsBlanks: boolean) {
    this.#header = header;
    this.#cells = cells;
    this.#keepsBlanks = keepsBlanks;
  }

  get userId(): string {
    return this.cell(USER_ID) ?? "";
  }

  /** The groups in the cells that are not blank; undefined if the file does not specify groups. */
  get groups(): readonly string[] | undefined {
    if (!this.#header.includes(GROUP)) return undefined;
    const named = this.#cells.filter((cell, at) => this.#header[at] === GROUP && cell !== "");
    return named.length === 0 && this.#keepsBlanks ? undefined : [...new Set(named)].toSorted();
  }

  /** Returns the cell in a column; undefined if the file does not set this value. */
  cell(header: string): string | undefined {
    const cell = this.#cells[this.#header.indexOf(header)];
    return cell === "" && this.#keepsBlanks ? undefined : cell;
  }

  /** Returns values by header: the value in the file, or the previous value if the file does not set one. */
  over(before: ReadonlyMap<string, string> | undefined, headers: readonly string[]): ReadonlyMap<string, string> {
    const values = headers.map((header): [string, string] => [header, this.cell(header) ?? before?.get(header) ?? ""]);
    return new Map(values.filter(([, value]) => value !== ""));
  }
}
