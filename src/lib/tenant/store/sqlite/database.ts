import { rmSync } from "node:fs";
import { DatabaseSync, type SQLInputValue, type SQLOutputValue, type StatementSync } from "node:sqlite";
import { Failure } from "../../../errors/index.ts";
import { text } from "../../../text/index.ts";

export type Params = Readonly<Record<string, SQLInputValue>>;
export type Row = Record<string, SQLOutputValue>;

/** How a connection is opened. */
export interface DatabaseOptions {
  /** size of the page cache */
  readonly cacheKib?: number;
  readonly busyTimeoutMs?: number;
  /** the file's journal and cache are left as they are */
  readonly plain?: boolean;
}

/** How long a statement waits for another process's write lock. */
const BUSY_TIMEOUT_MS = 5000;

const SQLITE_BUSY = 5;

/** True for SQLite's own "another connection holds the lock". */
const isBusy = (error: unknown): boolean =>
  error instanceof Error && "errcode" in error && (Number(error.errcode) & 0xff) === SQLITE_BUSY;

/** One connection to a SQLite file, with named parameters (`:name`) and prepared statements kept by their text. */
export class Database {
  readonly path: string;
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(path: string, { cacheKib = 8192, busyTimeoutMs = BUSY_TIMEOUT_MS, plain = false }: DatabaseOptions = {}) {
    this.path = path;
    this.#db = new DatabaseSync(path, { timeout: busyTimeoutMs });
    if (plain) return;
    this.exec(`pragma cache_size = -${cacheKib}`);
    this.exec("pragma journal_mode = wal");
    this.exec("pragma synchronous = full");
    this.exec("pragma foreign_keys = off");
  }

  /** The driver's own connection, for kysely's adapter. */
  get driver(): DatabaseSync {
    return this.#db;
  }

  exec(sql: string): void {
    this.#db.exec(sql);
  }

  /** @returns how many rows were changed */
  run(sql: string, params: Params = {}): number {
    return Number(this.prepare(sql).run(params).changes);
  }

  get(sql: string, params: Params = {}): Row | undefined {
    return this.prepare(sql).get(params);
  }

  all(sql: string, params: Params = {}): Row[] {
    return this.prepare(sql).all(params);
  }

  /** Rows one by one, in bounded memory. */
  iterate(sql: string, params: Params = {}): IterableIterator<Row> {
    return this.prepare(sql).iterate(params);
  }

  /** The single number a `select count(*)`-like statement gives; 0 where there is no row. */
  count(sql: string, params: Params = {}): number {
    const row = this.get(sql, params);
    return row === undefined ? 0 : Number(Object.values(row)[0] ?? 0);
  }

  prepare(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#db.prepare(sql);
    statement.setAllowUnknownNamedParameters(true);
    this.#statements.set(sql, statement);
    return statement;
  }

  /** Makes `name` callable from SQL; it must always give the same result for the same arguments. */
  define(name: string, body: (...args: SQLOutputValue[]) => SQLInputValue, deterministic = true): void {
    this.#db.function(name, { deterministic, varargs: true }, body);
  }

  /**
   * Runs `body` in one write transaction: all of it or none.
   *
   * @throws Failure `locked` when another process holds the write lock for longer than five seconds
   */
  change<T>(body: () => T): T {
    this.#begin();
    return this.#ending(body);
  }

  /** Runs `body` on one snapshot of the data; it may write to attached files. */
  snapshot<T>(body: () => T): T {
    this.exec("begin");
    return this.#ending(body);
  }

  /** Writes a copy of the data as it is, with what still lies in the write-ahead log; a file that is there is replaced. */
  copyTo(path: string): void {
    rmSync(path, { force: true });
    this.run("vacuum into :path", { path });
  }

  close(): void {
    this.#statements.clear();
    this.#db.close();
  }

  #ending<T>(body: () => T): T {
    try {
      const result = body();
      this.exec("commit");
      return result;
    } catch (error) {
      if (this.#db.isTransaction) this.exec("rollback");
      throw error;
    }
  }

  #begin(): void {
    try {
      this.exec("begin immediate");
    } catch (error) {
      if (!isBusy(error)) throw error;
      throw new Failure("locked", {
        what: text("the tenant is being changed by another process", "テナントは別のプロセスが変更中です"),
        hint: text("try again when it has finished", "終わってからもう一度実行してください"),
        cause: error,
      });
    }
  }
}
