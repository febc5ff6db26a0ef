import type { Collection, FormatName } from "../../nouns/index.ts";

/** A value as every database stores it: JSON as text, times as UTC instants, booleans as 0 and 1. */
export type SqlValue = string | number | null;

/** Parameters of a statement, which contains each parameter as `:name`. */
export type Params = Readonly<Record<string, SqlValue>>;

export type Row = Readonly<Record<string, SqlValue>>;

/** A temporary table derived from the tenant's data. The table is filled again when `state` changes. */
export interface DerivedTable {
  readonly name: string;
  readonly columns: string;
  /** SQL: selects a text as `state`; a different text means that the table must be filled again */
  readonly state: string;
  readonly fill: string;
  readonly params?: Params | undefined;
}

export interface Scope {
  readonly orgs: readonly number[] | undefined;
  readonly kinds: readonly FormatName[];
  readonly secured: boolean;
  readonly accounts: boolean;
  /** true if the contact persons, accounts, telephone numbers and notes of renewal items are visible */
  readonly contacts: boolean;
  readonly actor?: string | undefined;
}

export interface View {
  readonly name: string;
  readonly rows: ReadonlyMap<string, string>;
  /** SQL of the value to show instead of the stored value, by table and column */
  readonly columns: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly held: readonly DerivedTable[];
}

export interface Reader {
  readonly isPartial: boolean;
  get<T = Row>(sql: string, params?: Params): Promise<T | undefined>;
  all<T = Row>(sql: string, params?: Params): Promise<readonly T[]>;
  count(sql: string, params?: Params): Promise<number>;
  derive(table: DerivedTable): Promise<void>;
}

export interface LockedCollection {
  readonly revision: number;
  /** the highest `pk` that was ever given to a record of the table */
  readonly last: number;
}

export interface Writer extends Reader {
  run(sql: string, params?: Params): Promise<number>;
  /** Call this before reading anything on which the change depends. Tests fail if a table is written without it. */
  lock(collections: readonly Collection[]): Promise<ReadonlyMap<string, LockedCollection>>;
  revision(): Promise<number>;
}

export interface LineQuery {
  readonly line: string;
  /** a faster form of the text; `finished` completes the bytes, or returns undefined if the text is unusable */
  readonly plain?:
    | { readonly line: string; finished(bytes: Uint8Array, records: number): Uint8Array | undefined }
    | undefined;
  readonly head?: Uint8Array | undefined;
  readonly key: string;
  readonly before: string | number;
  /** SQL of the table with joins for selecting records; `joined` has joins that only the text needs */
  readonly table: string;
  readonly joined: string;
  readonly whole?: string | undefined;
  /** SQL: `among` selects the rows to scan, and `where` the rows to stream */
  readonly among: string;
  readonly where: string;
  readonly params: Params;
}

/** A temporary table outside the tenant, which is removed when the object is disposed of. */
export interface ScratchTable extends AsyncDisposable {
  readonly name: string;
  /** Inserts all rows or none. @param rows values in the order of the columns */
  add(rows: readonly (readonly SqlValue[])[]): Promise<void>;
}
