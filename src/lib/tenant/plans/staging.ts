import { isBusyError } from "../store/storage-failure.ts";
import { Database, createOwnerOnlyFile } from "../store/database.ts";
import { quoteIdentifier } from "../store/sql.ts";
import type { StatementSync } from "node:sqlite";
import { getProblemSeverity, type Problem } from "../../model/problem.ts";
import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { hasErrorCode, tryOrUndefined } from "../../errors/index.ts";

export const listStagingFiles = (folder: string): readonly string[] =>
  tryOrUndefined(() => readdirSync(folder).filter((file) => file.endsWith(".db"))) ?? [];

/** Creates a folder without parents, because the error of a recursive call would not say what failed. */
export const createStagingFolder = (folder: string): void => {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if (!hasErrorCode(error, "EEXIST")) throw error;
  }
};

/** Ignores errors, because the change may be committed and the next cleanup tries again. */
export const removeFilesIfPossible = (paths: readonly string[]): void => {
  for (const path of paths) tryOrUndefined(() => rmSync(path, { force: true }));
};

export const removeStagingFile = (path: string): void =>
  removeFilesIfPossible(["", "-journal", "-wal", "-shm", "-part"].map((suffix) => path + suffix));

export const removeStrayJournals = (folder: string): void => {
  if (!existsSync(folder)) return;
  for (const file of readdirSync(folder)) {
    const [staging = ""] = /^.*\.db(?=-(?:journal|wal|shm|part)$)/.exec(file) ?? [];
    if (staging !== "" && !existsSync(join(folder, staging))) rmSync(join(folder, file), { force: true });
  }
};

export const isStagingFileInUse = (path: string): boolean => {
  if (statSync(path, { throwIfNoEntry: false }) === undefined) return false;
  using database = new Database(path, { busyTimeoutMs: 0, plain: true });
  try {
    database.exec("begin exclusive");
    return false;
  } catch (error) {
    // a process that was killed during its first write leaves a file that is not a database
    return isBusyError(error);
  }
};

const BATCH_ROWS = 16;

/** The exclusive lock shows other processes that the import runs; an incomplete plan needs no journal on disk. */
export const attachStaging = (database: Database, path: string, { fresh }: { readonly fresh: boolean }): void => {
  if (fresh) createOwnerOnlyFile(path);
  database.run("attach :path as s", { path });
  database.exec("pragma s.locking_mode = exclusive");
  database.exec(`pragma s.journal_mode = ${fresh ? "memory" : "truncate"}`);
  database.exec("pragma s.synchronous = off");
  database.exec("pragma s.cache_size = -8192");
};

/** Attaches staging that ends with the connection. SQLite keeps it in memory, or in a temporary file if it is large. */
export const attachTemporaryStaging = (database: Database): void => {
  database.exec("attach '' as s; pragma s.journal_mode = off; pragma s.synchronous = off");
};

export const attachStagingForReading = (database: Database, path: string): void => {
  database.run("attach :path as s", { path });
};

/** Receives checked rows in order, without secrets. */
export class StagingTable {
  readonly #database: Database;
  #width = 0;
  #pending: (string | number | null)[] = [];
  #batch: StatementSync | undefined;
  #insertOne = "";

  constructor(database: Database) {
    this.#database = database;
    database.exec(`
    create table s.claim (key text not null, row integer not null, col integer not null);
    create table s.refer (what text not null, key text not null, value text not null, row integer not null, col integer not null,
      primary key (what, key)) without rowid;
    create table s.skipped (what text not null, key text not null, primary key (what, key)) without rowid;
    create table s.present (target integer primary key);
    create table s.problem (found text not null, row integer not null, line integer not null, col integer not null,
      header text not null, code text not null, severity text not null, params text not null);
    create table s.noted (name text primary key) without rowid;
    create table s.invalid (row integer primary key);
    create table s.match (row integer primary key, target integer not null, changed integer not null);
  `);
  }

  open(columns: readonly string[]): void {
    const declared = columns.map((column) => `${quoteIdentifier(column)} text`);
    this.#database.exec(`create table s.row (row integer primary key, line integer not null, ${declared.join(", ")})`);
    this.#width = columns.length + 2;
    const one = `(${Array.from({ length: this.#width }, () => "?").join(",")})`;
    this.#insertOne = `insert into s.row values ${one}`;
    this.#batch = this.#database.prepare(
      `insert into s.row values ${Array.from({ length: BATCH_ROWS }, () => one).join(",")}`,
    );
  }

  add(row: number, line: number, values: readonly (string | null)[]): void {
    this.#pending.push(row, line, ...values);
    if (this.#pending.length === this.#width * BATCH_ROWS) {
      this.#batch?.run(...this.#pending);
      this.#pending.length = 0;
    }
  }

  /** Receives a further value of a row's unique list. @param col number of the cell, from 1 */
  claim(key: string, row: number, col: number): void {
    this.#database.run("insert into s.claim values (:key, :row, :col)", { key, row, col });
  }

  /** Receives the first occurrence of a reference to another record. @param what short name of the field */
  refer(what: string, key: string, value: string, at: { readonly row: number; readonly col: number }): void {
    this.#database.run("insert into s.refer values (:what, :key, :value, :row, :col) on conflict do nothing", {
      what,
      key,
      value,
      ...at,
    });
  }

  /** Receives a key of a skipped row, whose record a full update does not delete. */
  skip(what: string, key: string): void {
    this.#database.run("insert into s.skipped values (:what, :key) on conflict do nothing", { what, key });
  }

  problem({ code, row, line, column, header, params }: Problem): void {
    this.#database.run(
      "insert into s.problem values ('file', :row, :line, :column, :header, :code, :severity, :params)",
      { row, line, column, header, code, severity: getProblemSeverity(code), params: JSON.stringify(params) },
    );
  }

  note(name: string): void {
    this.#database.run("insert into s.noted values (:name)", { name });
  }

  flush(): void {
    const statement = this.#database.prepare(this.#insertOne);
    for (let i = 0; i < this.#pending.length; i += this.#width) {
      statement.run(...this.#pending.slice(i, i + this.#width));
    }
    this.#pending = [];
  }
}
