import { closeSync, existsSync, openSync, statSync } from "node:fs";
import {
  backup,
  DatabaseSync,
  type Session,
  type SQLInputValue,
  type SQLOutputValue,
  type StatementSync,
} from "node:sqlite";
import { dirname } from "node:path";
import { pathToFileURL } from "node:url";
import { createDiskFailure, Failure, createInterruptedFailure, tryOrUndefined } from "../../errors/index.ts";
import { text } from "../../text/index.ts";
import {
  isBusyError,
  isFullDiskError,
  isUnwritableError,
  createLockedFailure,
  createReadOnlyFailure,
} from "./storage-failure.ts";

const OWNER_ONLY_MODE = 0o600;

/** Creates an empty private file if none exists. SQLite would create a file that other users can read. */
export const createOwnerOnlyFile = (path: string): void => {
  if (!existsSync(path)) tryOrUndefined(() => closeSync(openSync(path, "wx", OWNER_ONLY_MODE)));
};

const LIMIT_PARAMETER_PATTERN = /\blimit (?=:)/g;

export type Params = Readonly<Record<string, SQLInputValue>>;
export type Row = Record<string, SQLOutputValue>;

export interface DatabaseOptions {
  readonly cacheKib?: number | undefined;
  readonly busyTimeoutMs?: number | undefined;
  /** called repeatedly while waiting for a write lock; true ends the wait */
  readonly interrupted?: (() => boolean) | undefined;
  readonly plain?: boolean | undefined;
  /** true for read-only access; in a read-only folder, the write-ahead log must be empty */
  readonly readOnly?: boolean | undefined;
  readonly fullDisk?: Error | undefined;
}

const BUSY_TIMEOUT_MS = 5000;

const LOCK_WAIT_MS = 100;

const RETRY_PAUSE_MS = 20;

const COPIED_PAGES = 2000;

const TABLES_SQL = "select name from main.sqlite_schema where type = 'table'";

export type OnPages = (copied: number, all: number) => void;

const SLEEP_BUFFER = new Int32Array(new SharedArrayBuffer(4));

const createUnreadableLogFailure = (path: string): Failure =>
  new Failure("unavailable", {
    what: text(
      "cannot read the tenant's latest changes because the tenant's folder is read-only",
      "テナントのフォルダーに書き込めないため、最新の変更を読み込めません",
    ),
    where: `${path}-wal`,
    hint: text(
      "make the folder writable, then run the command again",
      "フォルダーに書き込めるようにしてから、もう一度実行してください",
    ),
  });

/** In a read-only folder, SQLite opens a file only if the file is marked as immutable. */
const openReadOnly = (path: string, timeout: number, fullDisk: Error | undefined): DatabaseSync => {
  const { href } = pathToFileURL(path);
  for (const way of ["mode=ro", "mode=ro&immutable=1"]) {
    const log = statSync(`${path}-wal`, { throwIfNoEntry: false });
    if (way !== "mode=ro" && log?.isFile() === true && log.size > 0) throw fullDisk ?? createUnreadableLogFailure(path);
    // the mode protects only this file: a file that is attached to it can be written
    const database = new DatabaseSync(`${href}?${way}`, { timeout });
    try {
      database.exec("select count(*) from sqlite_master");
      return database;
    } catch (error) {
      database.close();
      if (!isUnwritableError(error, path) && !isFullDiskError(error, dirname(path))) throw error;
    }
  }
  throw createReadOnlyFailure(path);
};

export class Database {
  readonly path: string;
  readonly isReadOnly: boolean;
  readonly #db: DatabaseSync;
  readonly #busyTimeoutMs: number;
  readonly #interrupted: () => boolean;
  readonly #fullDisk: Error | undefined;
  readonly #statements = new Map<string, StatementSync>();
  /** is called between the statements of a change that is recorded in parts */
  afterRun: (() => void) | undefined;

  constructor(path: string, options: DatabaseOptions = {}) {
    const { cacheKib = 8192, busyTimeoutMs = BUSY_TIMEOUT_MS, plain = false, interrupted = () => false } = options;
    this.path = path;
    this.#busyTimeoutMs = busyTimeoutMs;
    this.#interrupted = interrupted;
    this.isReadOnly = options.readOnly ?? false;
    this.#fullDisk = options.fullDisk;
    if (!this.isReadOnly && path !== ":memory:" && !path.startsWith("file:")) createOwnerOnlyFile(path);
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
    this.exec(`pragma cache_size = -${cacheKib}; pragma synchronous = full; pragma foreign_keys = off`);
  }

  /** Opens a file read-only if it cannot be written. @throws Failure `unavailable` if the log is unusable */
  static orReadOnly(path: string, options: Pick<DatabaseOptions, "busyTimeoutMs"> = {}): Database {
    try {
      return new Database(path, options);
    } catch (error) {
      const fullDisk = error instanceof Error && isFullDiskError(error, dirname(path)) ? error : undefined;
      if ((fullDisk === undefined && !isUnwritableError(error, path)) || !existsSync(path)) throw error;
      return new Database(path, { ...options, readOnly: true, fullDisk });
    }
  }

  reader(): Database {
    return new Database(this.path, this.isReadOnly ? { readOnly: true, fullDisk: this.#fullDisk } : { plain: true });
  }

  /** @throws Failure `not-permitted`; `unexpected` if the disk is full */
  checkWritable(): void {
    const { isReadOnly, path } = this;
    if (!isReadOnly) return;
    const full = this.#fullDisk === undefined ? undefined : createDiskFailure("ENOSPC", path, this.#fullDisk);
    throw full ?? createReadOnlyFailure(path);
  }

  /** Copies the state of this moment into a new file, while others write. */
  async copyTo(path: string, onPages: OnPages): Promise<void> {
    // without a transaction, SQLite starts again after each change of another process
    this.exec("begin");
    try {
      this.count("select count(*) from sqlite_schema");
      createOwnerOnlyFile(path);
      await backup(this.#db, path, {
        rate: COPIED_PAGES,
        progress: ({ totalPages, remainingPages }) => onPages(totalPages - remainingPages, totalPages),
      });
    } finally {
      this.rollback();
    }
    // one file without a log, which can be read from any folder
    using copy = new DatabaseSync(path);
    copy.exec("pragma journal_mode = delete");
  }

  isInterrupted(): boolean {
    return this.#interrupted();
  }

  tryBegin(): boolean {
    return this.#tryLock(0);
  }

  /** @throws Failure `locked` after the maximum time to wait for the lock */
  checkWaited(waitedMs: number): void {
    if (waitedMs >= this.#busyTimeoutMs) throw createLockedFailure();
  }

  rollback(): void {
    if (this.#db.isTransaction) this.exec("rollback");
  }

  /** Records changes of the tables that have a primary key. */
  record(): Session {
    return this.#db.createSession({ db: "main" });
  }

  /** Returns false if a changeset does not fit the data. Then the transaction must be rolled back. */
  apply(changes: Uint8Array): boolean {
    const tables = new Set(this.all<{ readonly name: string }>(TABLES_SQL).map(({ name }) => name));
    let isKnown = true;
    // SQLite would skip a table that does not exist
    const filter = (table: string): boolean => {
      isKnown &&= tables.has(table);
      return isKnown;
    };
    return this.#db.applyChangeset(changes, { filter }) && isKnown;
  }

  exec(sql: string): void {
    this.#db.exec(sql);
  }

  /** Creates a table anew. @param definition SQL: the columns, or `as` and a query */
  createTable(name: string, definition: string): void {
    this.exec(`drop table if exists ${name}; create table ${name} ${definition}`);
  }

  run(sql: string, params: Params = {}): number {
    const { changes } = this.prepare(sql).run(params);
    if (this.afterRun !== undefined) this.afterRun();
    return Number(changes);
  }

  get(sql: string, params: Params = {}): Row | undefined {
    return this.prepare(sql).get(params);
  }

  all<T = Row>(sql: string, params: Params = {}): T[] {
    return this.prepare(sql).all(params) as T[];
  }

  iterate(sql: string, params: Params = {}): IterableIterator<Row> {
    const rows = this.prepare(sql).iterate(params);
    const next = rows.next.bind(rows);
    rows.next = () => {
      try {
        return next();
      } catch (error) {
        // reusing a statement that failed at a row would report the same error again
        this.#statements.delete(sql);
        throw error;
      }
    };
    return rows;
  }

  count(sql: string, params: Params = {}): number {
    const row = this.get(sql, params);
    return row === undefined ? 0 : Number(Object.values(row)[0] ?? 0);
  }

  /** Returns the names of a table's columns, but for generated ones. */
  listColumns(table: string, schema = "main"): readonly string[] {
    const sql = "select name from pragma_table_info(:table, :schema) order by cid";
    return this.all<{ readonly name: string }>(sql, { table, schema }).map(({ name }) => name);
  }

  prepare(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    // without the expression, SQLite prepares the statement again each time the limit is bound
    const statement = this.#db.prepare(sql.replaceAll(LIMIT_PARAMETER_PATTERN, "limit +"));
    statement.setAllowUnknownNamedParameters(true);
    this.#statements.set(sql, statement);
    return statement;
  }

  define(name: string, body: (...args: SQLOutputValue[]) => SQLInputValue, deterministic = true): void {
    this.#db.function(name, { deterministic, varargs: true }, body);
  }

  /** @throws Failure `locked` after five seconds, `not-permitted` */
  change<T>(body: () => T): T {
    this.checkWritable();
    this.#retry(LOCK_WAIT_MS, () => this.#tryLock(LOCK_WAIT_MS));
    return this.#ending(body);
  }

  /** Returns false within a transaction of this connection. */
  isFree(): boolean {
    if (this.#db.isTransaction || !this.#tryLock(0)) return false;
    this.exec("rollback");
    return true;
  }

  snapshot<T>(body: () => T): T {
    this.run("begin");
    return this.#ending(body);
  }

  /** Moves the content of the write-ahead log into the file. @throws SQLite's error if the file cannot be written */
  foldLog(): void {
    this.exec("pragma wal_checkpoint(truncate)");
  }

  /** Makes the next change faster. After an error, a later checkpoint copies the log. */
  copyLog(): void {
    tryOrUndefined(() => this.exec("pragma wal_checkpoint(passive)"));
  }

  close(): void {
    this.#statements.clear();
    this.#db.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #ending<T>(body: () => T): T {
    try {
      const result = body();
      this.run("commit");
      return result;
    } catch (error) {
      this.rollback();
      throw error;
    }
  }

  /** Only one connection at a time can enable write-ahead logging. @throws Failure `locked` */
  #enableLog(): void {
    // SQLite would wait during each attempt, for minutes in total
    this.exec("pragma busy_timeout = 0");
    this.#retry(RETRY_PAUSE_MS, () => {
      const isEnabled = this.#tryExec("pragma journal_mode = wal");
      if (!isEnabled) Atomics.wait(SLEEP_BUFFER, 0, 0, RETRY_PAUSE_MS);
      return isEnabled;
    });
    this.exec(`pragma busy_timeout = ${this.#busyTimeoutMs}`);
  }

  #tryExec(sql: string): boolean {
    try {
      this.exec(sql);
      return true;
    } catch (error) {
      if (isBusyError(error)) return false;
      throw error;
    }
  }

  /** @param durationMs of an attempt that fails @throws Failure `locked`, `interrupted` */
  #retry(durationMs: number, attempt: () => boolean): void {
    for (let waitedMs = 0; !attempt(); waitedMs += durationMs) {
      if (this.#interrupted()) throw createInterruptedFailure();
      this.checkWaited(waitedMs);
    }
  }

  #tryLock(withinMs: number): boolean {
    this.exec(`pragma busy_timeout = ${withinMs}`);
    try {
      return this.#tryExec("begin immediate");
    } finally {
      this.exec(`pragma busy_timeout = ${this.#busyTimeoutMs}`);
    }
  }
}
