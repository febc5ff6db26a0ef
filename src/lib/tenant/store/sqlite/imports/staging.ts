import { existsSync } from "node:fs";
import { Database } from "../database.ts";
import { quoteIdentifier } from "../../sql/forms.ts";
import type { StatementSync } from "node:sqlite";
import { keyNamed, KEYS } from "../../../../imports/kinds.ts";
import type { StagingTable } from "../../../../imports/stage.ts";
import type { Problem } from "../../../../model/problem.ts";
import { makeOwn } from "../own-file.ts";
import { isUnwritable } from "../storage-failure.ts";
import { notUpgradable } from "../upgrade.ts";
import type { PlanSql, StagingSchema } from "./stored-kind.ts";

/** Rows per insert statement, to amortise the cost of a call. */
const BATCH_ROWS = 16;

/**
 * Attaches an import's staging file as schema `s`, or as that of what is committed before it. It is locked exclusively while attached, so that other processes can
 * distinguish the staging of a running import from that of a dead one. A fresh file keeps its journal in memory: an
 * incomplete plan is discarded.
 */
export const attachStaging = (
  database: Database,
  path: string,
  { fresh, schema = "s" }: { readonly fresh: boolean; readonly schema?: StagingSchema | undefined },
): void => {
  if (fresh) makeOwn(path);
  database.run(`attach :path as ${schema}`, { path });
  database.exec(`pragma ${schema}.locking_mode = exclusive`);
  database.exec(`pragma ${schema}.journal_mode = ${fresh ? "memory" : "truncate"}`);
  database.exec(`pragma ${schema}.synchronous = off`);
  database.exec(`pragma ${schema}.cache_size = -8192`);
};

/** Attaches the staging file of a complete plan as schema `s`, shared with other readers. */
export const attachForReading = (database: Database, path: string): void => {
  database.run("attach :path as s", { path });
};

/** The version of a staging file's tables. */
const VERSION = 3;

/** The version from which rows have their keys beside them. */
const WITH_KEYS = 2;

/** Rows that one statement passes: what functions called from SQL return is kept in memory until it ends. */
const AT_ONCE = 2_000;

/**
 * Adds to the staging file of a plan that awaits the console what an older program did not stage. A missing file stays
 * missing.
 *
 * @param id of the import
 * @throws Failure `not-permitted` if the file is to be changed and cannot be written
 */
export const upgradeStaging = (path: string, plan: PlanSql, id: string): void => {
  if (!existsSync(path)) return;
  const database = new Database(path, { plain: true });
  try {
    if (isCurrent(database)) return;
    database.change(() => {
      // another process may have done it meanwhile
      const version = versionOf(database);
      if (version < WITH_KEYS) addKeys(database, plan);
      if (version < VERSION) renewKeys(database, plan);
    });
  } catch (error) {
    throw isUnwritable(error, path) ? notUpgradable(path, `clomoctl imports show ${id} --rows`, error) : error;
  } finally {
    database.close();
  }
};

const versionOf = (database: Database): number => database.count("pragma user_version");

const isCurrent = (database: Database): boolean => versionOf(database) >= VERSION;

/** Serial numbers were compared with case. */
const renewKeys = (database: Database, { kind, request }: PlanSql): void => {
  if (keyNamed(kind, request.key).comparison === "serial-number") database.exec("update row set key = upper(key)");
  database.exec(`pragma user_version = ${VERSION}`);
};

const addKeys = (database: Database, { kind, staged }: PlanSql): void => {
  const fields = kind.fields.filter(({ field }) => staged.staged.includes(field));
  const beside = fields.flatMap((field) => field.beside.map((one) => ({ ...one, field })));
  const columns = beside.map(({ field }) => quoteIdentifier(field.field)).join(", ");
  database.define("keys_beside", (...values) => {
    const found = beside.flatMap(({ column, sparse, of, field: { merge } }, at) => {
      const value = values[at] ?? null;
      if (!sparse || value === null) return [];
      const key = of(merge === "list" ? (JSON.parse(String(value)) as string[]) : String(value));
      return key === null ? [] : [[column, key] as const];
    });
    return found.length === 0 ? null : JSON.stringify(Object.fromEntries(found));
  });
  addColumn(database, KEYS, `keys_beside(${columns})`);
  for (const { column, sparse, of, field } of beside) {
    if (sparse) continue;
    database.define("beside", (value) => (value === null ? null : of(String(value))));
    addColumn(database, column, `beside(${quoteIdentifier(field.field)})`);
  }
  database.exec("create index if not exists match_target on match (target)");
};

/** @param made SQL of its values */
const addColumn = (database: Database, name: string, made: string): void => {
  const column = quoteIdentifier(name);
  database.exec(`alter table row add column ${column} text`);
  const last = database.count("select max(row) from row");
  for (let from = 1; from <= last; from += AT_ONCE) {
    const sql = `update row set ${column} = ${made} where row between :from and :upTo and ${made} is not null`;
    database.run(sql, { from, upTo: from + AT_ONCE - 1 });
  }
};

/** The rows whose codes are alike, by field; staging of older programs has none. */
export const LIKE = "like_row";

/** Creates the tables of a fresh staging file, except `s.row`, whose columns depend on the input. */
export const createStaging = (database: Database): void => {
  database.exec(`
    pragma s.user_version = ${VERSION};
    create table s.claim (key text not null, row integer not null, col integer not null);
    create table s.refer (what text not null, key text not null, value text not null, row integer not null, col integer not null,
      primary key (what, key)) without rowid;
    create table s.problem (found text not null, row integer not null, line integer not null, col integer not null,
      header text not null, code text not null, severity text not null, params text not null);
    create table s.${LIKE} (field text not null, row integer not null);
    create table s.invalid (row integer primary key);
    create table s.match (row integer primary key, target integer not null, changed integer not null);
  `);
};

/** Writes checked rows into `s.row`, many at a time. */
export class SqliteStaging implements StagingTable {
  readonly #database: Database;
  #width = 0;
  #pending: (string | number | null)[] = [];
  #batch: StatementSync | undefined;
  #insertOne = "";

  constructor(database: Database) {
    this.#database = database;
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

  claim(key: string, row: number, col: number): void {
    this.#database.run("insert into s.claim values (:key, :row, :col)", { key, row, col });
  }

  refer(what: string, key: string, value: string, at: { readonly row: number; readonly col: number }): void {
    this.#database.run("insert into s.refer values (:what, :key, :value, :row, :col) on conflict do nothing", {
      what,
      key,
      value,
      ...at,
    });
  }

  like(field: string, rows: readonly number[]): void {
    this.#database.run(`insert into s.${LIKE} select :field, value from json_each(:rows)`, {
      field,
      rows: JSON.stringify(rows),
    });
  }

  problem({ code, row, line, column, header, params }: Problem, severity: "error" | "warning"): void {
    this.#database.run(
      "insert into s.problem values ('file', :row, :line, :column, :header, :code, :severity, :params)",
      { row, line, column, header, code, severity, params: JSON.stringify(params) },
    );
  }

  /** Writes what is still pending. */
  flush(): void {
    const statement = this.#database.prepare(this.#insertOne);
    for (let i = 0; i < this.#pending.length; i += this.#width) {
      statement.run(...this.#pending.slice(i, i + this.#width));
    }
    this.#pending = [];
  }
}
