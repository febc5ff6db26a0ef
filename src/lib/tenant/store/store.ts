import type { FormatName } from "../../model/console-files.ts";

/** What every database takes and gives alike. JSON travels as text, times as UTC instants, conditions as 0 and 1. */
export type Value = string | number | null;

/** Values of parameters, which statements name with a colon: `:name`. */
export type Params = Readonly<Record<string, Value>>;

export type Row = Readonly<Record<string, Value>>;

/** A temporary table that follows from the tenant's data: made when it is asked for, and kept until its state changes. */
export interface DerivedTable {
  readonly name: string;
  /** SQL: its columns */
  readonly columns: string;
  /** SQL: one text, as `state`, that is another one when the table has to be made anew */
  readonly state: string;
  /** SQL: inserts all its rows */
  readonly fill: string;
}

/** What of a tenant somebody sees: the rest does not exist for him. */
export interface Scope {
  /** the numbers of the organisations that are his with all below them; undefined: all */
  readonly orgs: readonly number[] | undefined;
  /** the kinds of which he sees imports */
  readonly kinds: readonly FormatName[];
  /** the users and groups of SECURED APPs, too */
  readonly secured: boolean;
  /** what the console is asked for CLOMO accounts, too */
  readonly accounts: boolean;
  /** how to reach the contact person, and the accounts, telephone numbers and notes of renewals, too */
  readonly contacts: boolean;
}

/** What a scope makes of the tables of a tenant, as SQL. */
export interface View {
  /** two views with the same name are the same */
  readonly name: string;
  /** the tables of which a part is seen, each with a condition that is true of its rows `t` that are */
  readonly rows: ReadonlyMap<string, string>;
  /** the columns of tables that are seen otherwise than they are, each with what is seen in a row `t` */
  readonly columns: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** the organisations of the scope, in the order in which they are made ready */
  readonly held: readonly DerivedTable[];
}

/** Reads on one snapshot of the tenant. */
export interface Reader {
  /** it sees a part of the tenant: what it is told must tell nothing of the rest */
  readonly isPartial: boolean;
  /** the first row, undefined if there is none */
  get(sql: string, params?: Params): Promise<Row | undefined>;
  all(sql: string, params?: Params): Promise<readonly Row[]>;
  /** the one number of a `select count(*)`; 0 if there is no row */
  count(sql: string, params?: Params): Promise<number>;
  /** Makes a temporary table ready, for statements that name it as `temp.<name>`. */
  derive(table: DerivedTable): Promise<void>;
}

/** A collection of the tenant, as a change finds it. */
export interface LockedCollection {
  /** the revision that last changed it; 0 if none has */
  readonly revision: number;
  /** the highest `pk` ever given to a record of its table */
  readonly last: number;
}

/** One transaction. */
export interface Writer extends Reader {
  /** @returns number of changed rows */
  run(sql: string, params?: Params): Promise<number>;
  /**
   * One statement for each of many rows.
   *
   * @param names of its parameters
   * @param rows their values, in the order of the names
   * @returns number of changed rows
   */
  runEach(sql: string, names: readonly string[], rows: Iterable<readonly Value[]>): Promise<number>;
  /**
   * Locks collections until the end of the transaction, in the order of their names; call it before anything that
   * decides is read. In tests, writing a table whose collection was not locked throws, and so does changing a record
   * before a version of it was kept.
   */
  lock(collections: readonly string[]): Promise<ReadonlyMap<string, LockedCollection>>;
  /** The revision of this change: no two changes of a tenant share one. */
  revision(): Promise<number>;
}

/** Records that are streamed as text, in the order of a key that is unique among them. */
export interface Lines {
  /** SQL: the text of a record */
  readonly line: string;
  /**
   * A cheaper text, tried first, and what makes the bytes of a number of records of theirs together, which it may change;
   * undefined where that cannot be done.
   */
  readonly plain?:
    | { readonly line: string; finished(bytes: Uint8Array, records: number): Uint8Array | undefined }
    | undefined;
  /** bytes before the first record */
  readonly head?: Uint8Array | undefined;
  /** SQL: the key, of {@link table} */
  readonly key: string;
  /** a value before all keys */
  readonly before: string | number;
  /** SQL: the table under the alias `t`, with the joins that selecting needs; then those that only the text needs */
  readonly table: string;
  readonly joined: string;
  /** SQL: the same table with what who asks does not see, which is scanned faster; given only to who sees a part */
  readonly whole?: string | undefined;
  /** SQL: the rows to scan; and which of them are records, `true` of all */
  readonly among: string;
  readonly where: string;
  readonly params: Params;
  /** is told of each batch how many records it has, and the greatest value of some SQL among them; null if none has one */
  readonly tally?: { readonly sql: string; note(records: number, greatest: string | null): void } | undefined;
}

/** One of several texts that are streamed from one snapshot: records, or what is said once its turn comes. */
export interface Piece {
  /** what it is called where it arrives: `resources/users.ndjson` */
  readonly name: string;
  readonly content: Lines | ((reader: Reader) => Promise<string>);
}

/** Where a piece begins, among the bytes of all. */
export type PieceStart = Pick<Piece, "name">;

/** A temporary table of its maker's own, outside of the tenant: nobody else sees it, and closing it empties it for the next one. */
export interface Scratch extends AsyncDisposable {
  /** as statements name it */
  readonly name: string;
  /** @param rows values in the order of its columns; all of them, or none */
  add(rows: readonly (readonly Value[])[]): Promise<void>;
}

export interface ChangeOptions {
  readonly signal?: AbortSignal | undefined;
}

/**
 * A tenant's database. What is read or changed by one process takes turns: nobody sees a change that is half done, also
 * not between two awaits of it.
 *
 * A body may await its reader or writer only. If it awaits anything else, so that the event loop turns, the transaction
 * is rolled back and a TypeError is thrown: files, mail and hashing of passwords come before or after.
 */
export interface Store {
  /** nothing can be written: {@link change} throws `not-permitted` */
  readonly isReadOnly: boolean;
  /** The same tenant as somebody sees it: what lies outside the scope does not exist for what is read. */
  within(scope: Scope): Promise<Store>;
  /** Whether nobody changes the tenant at the moment. */
  isFree(): boolean;
  /** Runs `body` on one snapshot. */
  read<T>(body: (reader: Reader) => Promise<T>): Promise<T>;
  /**
   * Runs `body` in one transaction: all of it or nothing.
   *
   * @throws Failure `locked` when another process holds the tenant for longer than five seconds, `interrupted` by the
   *   signal while waiting, `not-permitted` when the tenant cannot be written
   */
  change<T>(body: (writer: Writer) => Promise<T>, options?: ChangeOptions): Promise<T>;
  /** Runs `body` on the tenant as a change would leave it; nothing of it stays. @throws Failure as {@link change} */
  rehearse<T>(body: (writer: Writer) => Promise<T>, options?: ChangeOptions): Promise<T>;
  /**
   * Makes a temporary table, for what comes from elsewhere and is read by a change.
   *
   * @param columns SQL of each: its name and type
   * @param key the columns that no two rows share
   */
  scratch(columns: readonly string[], key: readonly string[]): Promise<Scratch>;
  /**
   * Streams records as UTF-8, made as they are taken, on a connection and a snapshot of their own: nobody waits for it.
   *
   * @param describe what to stream, with what it reads for that on the same snapshot
   */
  lines(describe: (reader: Reader) => Promise<Lines>): Promise<ReadableStream<Uint8Array>>;
  /** Streams several texts one after another, each behind its start; otherwise as {@link lines}. */
  pieces(describe: (reader: Reader) => Promise<readonly Piece[]>): Promise<ReadableStream<PieceStart | Uint8Array>>;
}
