import { existsSync, statSync } from "node:fs";
import { DatabaseSync, type SQLInputValue, type SQLOutputValue, type StatementSync } from "node:sqlite";
import { dirname } from "node:path";
import { pathToFileURL } from "node:url";
import { diskFailure } from "../../../errors/disk.ts";
import { Failure, interruption } from "../../../errors/index.ts";
import { text } from "../../../text/index.ts";
import { makeOwn } from "./own-file.ts";
import { isFullDisk, isUnwritable, lockedFailure, readOnlyFailure } from "./storage-failure.ts";

/** A named parameter of a statement. */
const PARAMETER = /:([a-zA-Z]\w*)/g;

/** A parameter that is the limit of a statement. */
const LIMIT_PARAMETER = /\blimit (?=:)/g;

export type Params = Readonly<Record<string, SQLInputValue>>;
export type Row = Record<string, SQLOutputValue>;

/** Options for opening a connection. */
export interface DatabaseOptions {
  /** size of the page cache */
  readonly cacheKib?: number | undefined;
  readonly busyTimeoutMs?: number | undefined;
  /** polled while waiting for a write lock; true gives up */
  readonly interrupted?: (() => boolean) | undefined;
  /** leaves the file's journal mode and cache as they are */
  readonly plain?: boolean | undefined;
  /** never writes to the file; if nothing can be written next to it, reads it without its log */
  readonly readOnly?: boolean | undefined;
  /** why a file that is read-only cannot be written, where it is not its permissions: SQLite's error of a full disk */
  readonly fullDisk?: Error | undefined;
}

/** Maximum time a statement waits for another process's write lock. */
const BUSY_TIMEOUT_MS = 5000;

/** Length of one wait, after which the interruption is checked. */
const WAIT_MS = 100;

/** Pause before retrying what SQLite rejects at once. */
const RETRY_MS = 20;

const NEVER_NOTIFIED = new Int32Array(new SharedArrayBuffer(4));

const SQLITE_BUSY = 5;

/** True for SQLite's "another connection holds the lock". */
export const isBusy = (error: unknown): boolean =>
  error instanceof Error && "errcode" in error && (Number(error.errcode) & 0xff) === SQLITE_BUSY;

const unreadableLog = (path: string): Failure =>
  new Failure("unavailable", {
    what: text(
      "the tenant's latest changes cannot be read: its folder is read-only",
      "テナントの最新の変更を読み込めません(フォルダーに書き込めません)",
    ),
    where: `${path}-wal`,
    hint: text("open it once with its folder writable", "フォルダーに書き込める状態で一度開いてください"),
  });

/** A read-only connection; SQLite needs a writable folder unless it is told that the file is immutable. */
const openReadOnly = (path: string, timeout: number, fullDisk: Error | undefined): DatabaseSync => {
  const { href } = pathToFileURL(path);
  for (const way of ["mode=ro", "mode=ro&immutable=1"]) {
    const log = statSync(`${path}-wal`, { throwIfNoEntry: false });
    if (way !== "mode=ro" && log?.isFile() === true && log.size > 0) throw fullDisk ?? unreadableLog(path);
    const database = new DatabaseSync(`${href}?${way}`, { timeout, readOnly: true });
    try {
      database.exec("select count(*) from sqlite_master");
      return database;
    } catch (error) {
      database.close();
      if (!isUnwritable(error, path) && !isFullDisk(error, dirname(path))) throw error;
    }
  }
  throw readOnlyFailure(path);
};

/** @see https://www.sqlite.org/inmemorydb.html */
const isInMemory = (path: string): boolean => path === ":memory:" || path.startsWith("file:");

/** One connection to a SQLite file, with named parameters (`:name`) and prepared statements cached by their text. */
export class Database {
  readonly path: string;
  /** the file cannot be written: {@link change} throws */
  readonly isReadOnly: boolean;
  readonly #db: DatabaseSync;
  readonly #busyTimeoutMs: number;
  readonly #interrupted: () => boolean;
  readonly #fullDisk: Error | undefined;
  readonly #statements = new Map<string, StatementSync>();

  constructor(path: string, options: DatabaseOptions = {}) {
    const { cacheKib = 8192, busyTimeoutMs = BUSY_TIMEOUT_MS, plain = false, interrupted = () => false } = options;
    this.path = path;
    this.#busyTimeoutMs = busyTimeoutMs;
    this.#interrupted = interrupted;
    this.isReadOnly = options.readOnly ?? false;
    this.#fullDisk = options.fullDisk;
    if (!this.isReadOnly && !isInMemory(path)) makeOwn(path);
    this.#db = this.isReadOnly
      ? openReadOnly(path, busyTimeoutMs, options.fullDisk)
      : new DatabaseSync(path, { timeout: busyTimeoutMs });
    if (plain || this.isReadOnly) return;
    try {
      this.#enableLog();
    } catch (error) {
      this.#db.close();
      throw error;
    }
    this.exec(`pragma cache_size = -${cacheKib}`);
    this.exec("pragma synchronous = full");
    this.exec("pragma foreign_keys = off");
  }

  /**
   * Opens an existing file for reading and writing, or read-only if it cannot be written, or its disk is full.
   *
   * @throws Failure `unavailable` if its log can neither be read nor ignored
   */
  static orReadOnly(path: string, options: Pick<DatabaseOptions, "busyTimeoutMs"> = {}): Database {
    try {
      return new Database(path, options);
    } catch (error) {
      const fullDisk = error instanceof Error && isFullDisk(error, dirname(path)) ? error : undefined;
      if ((fullDisk === undefined && !isUnwritable(error, path)) || !existsSync(path)) throw error;
      return new Database(path, { ...options, readOnly: true, fullDisk });
    }
  }

  /** Another connection to the same file, for reading. */
  reader(): Database {
    return new Database(this.path, this.isReadOnly ? { readOnly: true, fullDisk: this.#fullDisk } : { plain: true });
  }

  /** @throws Failure `not-permitted` if the file cannot be written, `unexpected` if its disk is full */
  checkWritable(): void {
    const { isReadOnly, path } = this;
    if (!isReadOnly) return;
    const full = this.#fullDisk === undefined ? undefined : diskFailure("ENOSPC", path, this.#fullDisk);
    throw full ?? readOnlyFailure(path);
  }

  /** See the option `interrupted`. */
  isInterrupted(): boolean {
    return this.#interrupted();
  }

  /** Begins a write transaction if the lock is free. */
  tryBegin(): boolean {
    return this.#tryLock(0);
  }

  /** @throws Failure `locked` once the lock was waited for long enough */
  checkWaited(waitedMs: number): void {
    if (waitedMs >= this.#busyTimeoutMs) throw lockedFailure();
  }

  /** Rolls back the transaction, if the database has not done it itself. */
  rollback(): void {
    if (this.#db.isTransaction) this.exec("rollback");
  }

  exec(sql: string): void {
    this.#db.exec(sql);
  }

  /** @returns number of changed rows */
  run(sql: string, params: Params = {}): number {
    return Number(this.prepare(sql).run(params).changes);
  }

  /** Binds by places, which takes a third of the time that names take. */
  runEach(sql: string, names: readonly string[], rows: Iterable<readonly SQLInputValue[]>): number {
    const places: number[] = [];
    const placed = sql.replaceAll(PARAMETER, (_, name: string) => {
      places.push(names.indexOf(name));
      return "?";
    });
    const statement = this.prepare(placed);
    let changes = 0;
    for (const row of rows) changes += Number(statement.run(...places.map((place) => row[place] ?? null)).changes);
    return changes;
  }

  get(sql: string, params: Params = {}): Row | undefined {
    return this.prepare(sql).get(params);
  }

  all(sql: string, params: Params = {}): Row[] {
    return this.prepare(sql).all(params);
  }

  /** Rows one at a time, in bounded memory. */
  iterate(sql: string, params: Params = {}): IterableIterator<Row> {
    const rows = this.prepare(sql).iterate(params);
    const next = rows.next.bind(rows);
    rows.next = () => {
      try {
        return next();
      } catch (error) {
        // a statement that failed at a row gives that error once more when it is used again
        this.#statements.delete(sql);
        throw error;
      }
    };
    return rows;
  }

  /** The single number returned by a statement such as `select count(*)`; 0 if there is no row. */
  count(sql: string, params: Params = {}): number {
    const row = this.get(sql, params);
    return row === undefined ? 0 : Number(Object.values(row)[0] ?? 0);
  }

  prepare(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    // where the limit is a bare parameter, SQLite prepares the statement anew whenever that is bound
    const statement = this.#db.prepare(sql.replaceAll(LIMIT_PARAMETER, "limit +"));
    statement.setAllowUnknownNamedParameters(true);
    this.#statements.set(sql, statement);
    return statement;
  }

  /** Makes `name` callable from SQL; by default it must be deterministic. */
  define(name: string, body: (...args: SQLOutputValue[]) => SQLInputValue, deterministic = true): void {
    this.#db.function(name, { deterministic, varargs: true }, body);
  }

  /**
   * Runs `body` in one write transaction: all or nothing.
   *
   * @throws Failure `locked` when another process holds the write lock for longer than five seconds, `not-permitted`
   */
  change<T>(body: () => T): T {
    this.checkWritable();
    this.#begin();
    return this.#ending(body);
  }

  /** Whether nobody holds the write lock at the moment; false within a transaction of this connection. */
  isFree(): boolean {
    if (this.#db.isTransaction || !this.#tryLock(0)) return false;
    this.exec("rollback");
    return true;
  }

  /** Runs `body` on one snapshot of the data; it may write to attached files. */
  snapshot<T>(body: () => T): T {
    this.exec("begin");
    return this.#ending(body);
  }

  /** Moves the write-ahead log into the file. @throws SQLite's error where that cannot be written */
  foldLog(): void {
    this.exec("pragma wal_checkpoint(truncate)");
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
      this.rollback();
      throw error;
    }
  }

  /**
   * Switches the file to write-ahead logging. If several processes create a new file at once, SQLite rejects all but
   * one without waiting, as waiting could deadlock.
   *
   * @throws Failure `locked` if the file stays in use by others
   * @see https://www.sqlite.org/c3ref/busy_handler.html
   */
  #enableLog(): void {
    // else SQLite itself waits in each of our tries, for minutes in all
    this.exec("pragma busy_timeout = 0");
    for (let waitedMs = 0; !this.#tryEnableLog(); waitedMs += RETRY_MS) {
      if (this.#interrupted()) throw interruption();
      if (waitedMs >= this.#busyTimeoutMs) throw lockedFailure();
      Atomics.wait(NEVER_NOTIFIED, 0, 0, RETRY_MS);
    }
    this.exec(`pragma busy_timeout = ${this.#busyTimeoutMs}`);
  }

  #tryEnableLog(): boolean {
    try {
      this.exec("pragma journal_mode = wal");
      return true;
    } catch (error) {
      if (isBusy(error)) return false;
      throw error;
    }
  }

  #begin(): void {
    for (let waitedMs = 0; !this.#tryLock(WAIT_MS); waitedMs += WAIT_MS) {
      if (this.#interrupted()) throw interruption();
      if (waitedMs >= this.#busyTimeoutMs) throw lockedFailure();
    }
  }

  /** Begins a write transaction if the lock becomes free in time. */
  #tryLock(withinMs: number): boolean {
    this.exec(`pragma busy_timeout = ${withinMs}`);
    try {
      this.exec("begin immediate");
      return true;
    } catch (error) {
      if (isBusy(error)) return false;
      throw error;
    } finally {
      this.exec(`pragma busy_timeout = ${this.#busyTimeoutMs}`);
    }
  }
}
