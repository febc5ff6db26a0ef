import { existsSync, rmSync, statSync } from "node:fs";
import { DatabaseSync, type SQLInputValue, type SQLOutputValue, type StatementSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "../../../errors/index.ts";
import { text } from "../../../text/index.ts";
import { isUnwritable, readOnlyFailure } from "./storage-failure.ts";

export type Params = Readonly<Record<string, SQLInputValue>>;
export type Row = Record<string, SQLOutputValue>;

/** How a connection is opened. */
export interface DatabaseOptions {
  /** size of the page cache */
  readonly cacheKib?: number | undefined;
  readonly busyTimeoutMs?: number | undefined;
  /** asked while a write lock is waited for; true gives up */
  readonly interrupted?: (() => boolean) | undefined;
  /** the file's journal and cache are left as they are */
  readonly plain?: boolean | undefined;
  /** the file is never written, and where nothing can be written beside it, it is read without its log */
  readonly readOnly?: boolean | undefined;
}

/** How long a statement waits for another process's write lock. */
const BUSY_TIMEOUT_MS = 5000;

/** How long it waits at a time, between looks whether it is to go on. */
const PATIENCE_MS = 100;

/** How long it waits before it asks again for what SQLite refuses at once. */
const MOMENT_MS = 20;

const NEVER_WOKEN = new Int32Array(new SharedArrayBuffer(4));

const SQLITE_BUSY = 5;

/** True for SQLite's own "another connection holds the lock". */
export const isBusy = (error: unknown): boolean =>
  error instanceof Error && "errcode" in error && (Number(error.errcode) & 0xff) === SQLITE_BUSY;

const locked = (): Failure =>
  new Failure("locked", {
    what: text("the tenant is being changed by another process", "テナントは別のプロセスが変更中です"),
    hint: text("try again when it has finished", "終わってからもう一度実行してください"),
  });

const unreadableLog = (path: string): Failure =>
  new Failure("unavailable", {
    what: text(
      "the tenant's latest changes cannot be read: its folder is read-only",
      "テナントの最新の変更を読み込めません(フォルダーに書き込めません)",
    ),
    where: `${path}-wal`,
    hint: text("open it once with its folder writable", "フォルダーに書き込める状態で一度開いてください"),
  });

/** A connection that never writes; SQLite needs a folder it can write to unless it is told that nobody writes at all. */
const openReadOnly = (path: string, timeout: number): DatabaseSync => {
  const { href } = pathToFileURL(path);
  for (const way of ["mode=ro", "mode=ro&immutable=1"]) {
    const log = statSync(`${path}-wal`, { throwIfNoEntry: false });
    if (way !== "mode=ro" && log?.isFile() === true && log.size > 0) throw unreadableLog(path);
    const database = new DatabaseSync(`${href}?${way}`, { timeout, readOnly: true });
    try {
      database.exec("select count(*) from sqlite_master");
      return database;
    } catch (error) {
      database.close();
      if (!isUnwritable(error)) throw error;
    }
  }
  throw readOnlyFailure(path);
};

/** Work that a signal stopped, and that left everything as it was. */
export const interruption = (cause?: unknown): Failure =>
  new Failure("interrupted", {
    what: text("interrupted; nothing was changed", "中断しました。何も変更していません"),
    cause,
  });

/** One connection to a SQLite file, with named parameters (`:name`) and prepared statements kept by their text. */
export class Database {
  readonly path: string;
  /** nothing can be written: {@link change} refuses */
  readonly isReadOnly: boolean;
  readonly #db: DatabaseSync;
  readonly #busyTimeoutMs: number;
  readonly #interrupted: () => boolean;
  readonly #statements = new Map<string, StatementSync>();

  constructor(path: string, options: DatabaseOptions = {}) {
    const { cacheKib = 8192, busyTimeoutMs = BUSY_TIMEOUT_MS, plain = false, interrupted = () => false } = options;
    this.path = path;
    this.#busyTimeoutMs = busyTimeoutMs;
    this.#interrupted = interrupted;
    this.isReadOnly = options.readOnly ?? false;
    this.#db = this.isReadOnly ? openReadOnly(path, busyTimeoutMs) : new DatabaseSync(path, { timeout: busyTimeoutMs });
    if (plain || this.isReadOnly) return;
    try {
      this.#keepLog();
    } catch (error) {
      this.#db.close();
      throw error;
    }
    this.exec(`pragma cache_size = -${cacheKib}`);
    this.exec("pragma synchronous = full");
    this.exec("pragma foreign_keys = off");
  }

  /**
   * Opens a file that is there for reading and writing, or for reading alone where it cannot be written.
   *
   * @throws Failure `unavailable` where its log can neither be read nor left aside
   */
  static orReadOnly(path: string): Database {
    try {
      return new Database(path);
    } catch (error) {
      if (!isUnwritable(error) || !existsSync(path)) throw error;
      return new Database(path, { readOnly: true });
    }
  }

  /** Another connection to the same file, for reading. */
  reader(): Database {
    return new Database(this.path, this.isReadOnly ? { readOnly: true } : { plain: true });
  }

  /** @throws Failure `not-permitted` where nothing can be written */
  checkWritable(): void {
    if (this.isReadOnly) throw readOnlyFailure(this.path);
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
   * @throws Failure `locked` when another process holds the write lock for longer than five seconds, `not-permitted`
   */
  change<T>(body: () => T): T {
    this.checkWritable();
    this.#begin();
    return this.#ending(body);
  }

  /** Whether nobody holds the write lock at this moment. */
  isFree(): boolean {
    if (!this.#takesLock(0)) return false;
    this.exec("rollback");
    return true;
  }

  /**
   * Waits until nobody holds the write lock; unlike {@link change}, it lets the program go on with other things.
   *
   * @throws Failure `locked` when another process holds it for longer than five seconds, `interrupted`
   */
  async freed(signal: AbortSignal): Promise<void> {
    for (let waitedMs = 0; !this.isFree(); waitedMs += PATIENCE_MS) {
      if (signal.aborted) throw interruption();
      if (waitedMs >= this.#busyTimeoutMs) throw locked();
      await sleep(PATIENCE_MS);
    }
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

  /**
   * Gives the file its write-ahead log. Where several make a new file at once, SQLite refuses all but one of them without
   * any wait of its own, as waiting could end in a deadlock.
   *
   * @throws Failure `locked` where the file is in somebody's hands all the time
   * @see https://www.sqlite.org/c3ref/busy_handler.html
   */
  #keepLog(): void {
    for (let waitedMs = 0; !this.#takesLog(); waitedMs += MOMENT_MS) {
      if (this.#interrupted()) throw interruption();
      if (waitedMs >= this.#busyTimeoutMs) throw locked();
      Atomics.wait(NEVER_WOKEN, 0, 0, MOMENT_MS);
    }
  }

  #takesLog(): boolean {
    try {
      this.exec("pragma journal_mode = wal");
      return true;
    } catch (error) {
      if (isBusy(error)) return false;
      throw error;
    }
  }

  #begin(): void {
    for (let waitedMs = 0; !this.#takesLock(PATIENCE_MS); waitedMs += PATIENCE_MS) {
      if (this.#interrupted()) throw interruption();
      if (waitedMs >= this.#busyTimeoutMs) throw locked();
    }
  }

  /** Begins a write transaction where the lock is free within a time. */
  #takesLock(withinMs: number): boolean {
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
