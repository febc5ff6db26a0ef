import type { FormatName } from "../../model/console-files.ts";

/** A value that every database stores in the same form: JSON as text, times as UTC instants, conditions as 0 and 1. */
export type SqlValue = string | number | null;

/** Values of the parameters of a statement. The statement contains each parameter as `:name`. */
export type Params = Readonly<Record<string, SqlValue>>;

export type Row = Readonly<Record<string, SqlValue>>;

/** A temporary table derived from the tenant's data, created when needed and filled again if `state` changes. */
export interface DerivedTable {
  readonly name: string;
  readonly columns: string;
  /** SQL: selects a text as `state`; if the text changes, the table is filled again */
  readonly state: string;
  readonly fill: string;
  readonly params?: Params | undefined;
}

/** For an account with this scope, the rest of the tenant does not exist. */
export interface Scope {
  /** numbers of the visible organisations, including everything below them; undefined: all organisations */
  readonly orgs: readonly number[] | undefined;
  readonly kinds: readonly FormatName[];
  readonly secured: boolean;
  readonly accounts: boolean;
  /** true if the contact persons, accounts, telephone numbers and notes of renewal items are visible */
  readonly contacts: boolean;
  /** name of the account whose own changes are visible in the audit log; undefined: none */
  readonly actor?: string | undefined;
}

export interface View {
  /** name of the view; views with the same name are identical */
  readonly name: string;
  readonly scope: Scope;
  /** tables that are only partly visible, each table with an SQL condition for the visible rows `t` */
  readonly rows: ReadonlyMap<string, string>;
  /** by table and column: SQL of the value that is shown instead of the stored value; `t` is the row */
  readonly columns: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** the tables of the visible organisations, in the order in which they must be filled */
  readonly held: readonly DerivedTable[];
}

export interface Reader {
  /** true if only a part of the tenant is visible; results must not reveal the rest */
  readonly isPartial: boolean;
  /** Returns the first row; undefined if there are no rows. `T` is the type of the selected columns. */
  get<T = Row>(sql: string, params?: Params): Promise<T | undefined>;
  all<T = Row>(sql: string, params?: Params): Promise<readonly T[]>;
  count(sql: string, params?: Params): Promise<number>;
  /** Creates or refreshes a temporary table, which statements can use as `temp.<name>`. */
  derive(table: DerivedTable): Promise<void>;
}

export interface LockedCollection {
  readonly revision: number;
  /** the highest `pk` ever given to a record in the table */
  readonly last: number;
}

export interface Writer extends Reader {
  run(sql: string, params?: Params): Promise<number>;
  /**
   * Locks collections until the end of the transaction. Call this before reading anything on which the change depends.
   * Tests fail if a table is written without its lock, or a record is changed before its version is stored.
   */
  lock(collections: readonly string[]): Promise<ReadonlyMap<string, LockedCollection>>;
  /** Returns the revision of this change, which no other change of the tenant has. */
  revision(): Promise<number>;
}

/** Records to stream as text, in the order of a unique key. */
export interface LineQuery {
  readonly line: string;
  /** Faster text that may be unusable. `finished` completes bytes in place, or returns undefined for unusable text. */
  readonly plain?:
    | { readonly line: string; finished(bytes: Uint8Array, records: number): Uint8Array | undefined }
    | undefined;
  readonly head?: Uint8Array | undefined;
  /** SQL: the key of a record in `table` */
  readonly key: string;
  readonly before: string | number;
  /** SQL of the table (alias `t`) with joins for selecting records; `joined` has the joins that only the text needs */
  readonly table: string;
  readonly joined: string;
  /** SQL of `table` including invisible rows, which is faster to scan; undefined if the whole tenant is visible */
  readonly whole?: string | undefined;
  /** SQL conditions: `among` selects the rows to scan, and `where` the rows to stream (`true` for all scanned rows) */
  readonly among: string;
  readonly where: string;
  readonly params: Params;
}

/** A temporary table outside the tenant that only its creator can see. Disposing of the object removes the table. */
export interface ScratchTable extends AsyncDisposable {
  readonly name: string;
  /** Inserts all rows or none. @param rows values in the order of the columns */
  add(rows: readonly (readonly SqlValue[])[]): Promise<void>;
}

export interface ChangeOptions {
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads and changes of one process take turns, so that no reader sees an incomplete change. If a body awaits anything
 * but its reader or writer, the transaction is rolled back with a TypeError, so access files, send mail and hash
 * passwords outside the transaction.
 */
export interface Store {
  /** true if nothing can be written, so that {@link change} throws `not-permitted` */
  readonly isReadOnly: boolean;
  isFree(): boolean;
  read<T>(body: (reader: Reader) => Promise<T>): Promise<T>;
  /** Runs `body` on a snapshot. Returns the last result for the key if the tenant has not changed since that result. */
  recall<T>(key: string, body: (reader: Reader) => Promise<T>): Promise<T>;
  /** @throws Failure `locked`, `interrupted`, `not-permitted` */
  change<T>(body: (writer: Writer) => Promise<T>, options?: ChangeOptions): Promise<T>;
  /** Runs `body` like a change, and rolls everything back. @throws Failure as {@link change} */
  rehearse<T>(body: (writer: Writer) => Promise<T>, options?: ChangeOptions): Promise<T>;
  /** Creates a temporary table for external data. @param columns SQL: names and types @param key unique columns */
  scratch(columns: readonly string[], key: readonly string[]): Promise<ScratchTable>;
  /** Streams records as UTF-8 from a separate snapshot. @param describe returns the records, from the same snapshot */
  lines(describe: (reader: Reader) => Promise<LineQuery>): Promise<ReadableStream<Uint8Array>>;
  /** Streams a copy of the tenant's file without secrets. @param withoutHistory omits versions and the audit log */
  copy(withoutHistory: boolean): Promise<ReadableStream<Uint8Array>>;
}
