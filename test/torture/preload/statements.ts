// Preloaded into the program like fault.c, whose environment variables it reads, but does not need a compiler. It
// counts, over all threads, the statements that write tables and the commits of what they wrote. At one of them, the
// disk fails or the program is killed.
import { appendFileSync, readFileSync } from "node:fs";
import { DatabaseSync, StatementSync, type StatementResultingChanges } from "node:sqlite";

const { FAULT_UNDER = "", FAULT_AT = "0", FAULT_KIND = "", FAULT_LOG = "" } = process.env;

const WRITING =
  /^\s*(?:with\b[^]*?)?\b(insert|replace|update|delete)\b(?:\s+or\s+\w+)?\s+(?:(?:into|from)\s+)?"?(?!into|from|temp\.)([\w.]+)/i;
const COMMIT = ["", "commit", "tables"] as const;

const connections = new WeakMap<StatementSync, DatabaseSync>();
/** Connections with changes that are not committed. */
const written = new WeakSet<DatabaseSync>();

type Method<T, Result> = (this: T, ...given: readonly unknown[]) => Result;

const exec = Reflect.get(DatabaseSync.prototype, "exec") as Method<DatabaseSync, void>;
const prepare = Reflect.get(DatabaseSync.prototype, "prepare") as Method<DatabaseSync, StatementSync>;
const run = Reflect.get(StatementSync.prototype, "run") as Method<StatementSync, StatementResultingChanges>;

const kill = (): void => void process.kill(process.pid, "SIGKILL");

/** Throws SQLite's error. Like SQLite, it rolls back the transaction, unless a single statement ran out of space. */
function fail(database: DatabaseSync, name: string): never {
  const isFull = FAULT_KIND !== "eio";
  if (database.isTransaction && (name === "commit" || !isFull)) exec.call(database, "rollback");
  const [message, errcode] = isFull
    ? ["database or disk is full", 13]
    : ["disk I/O error", name === "commit" ? 1034 : 778];
  throw Object.assign(new Error(message), { code: "ERR_SQLITE_ERROR", errcode });
}

/** Runs a statement, counts it if it writes, and applies the fault when its number is reached. */
function count<T>(sql: string, database: DatabaseSync | undefined, statement: () => T): T {
  if (database === undefined) return statement();
  const isCommit = sql === "commit" && written.delete(database);
  const [, name, table] = isCommit ? COMMIT : (WRITING.exec(sql) ?? []);
  if (name === undefined) return statement();
  if (!isCommit) written.add(database);
  const number = readFileSync(FAULT_LOG, { encoding: "utf8", flag: "a+" }).split("\n").length;
  appendFileSync(FAULT_LOG, `${number} ${name} ${FAULT_UNDER}/${table}\n`);
  const isHere = number === Number(FAULT_AT);
  if (isHere && FAULT_KIND === "kill-before") kill();
  const isFull = FAULT_KIND === "full" && number >= Number(FAULT_AT);
  if (isFull || (isHere && ["eio", "enospc"].includes(FAULT_KIND))) fail(database, name);
  const result = statement();
  if (isHere && FAULT_KIND === "kill-after") kill();
  return result;
}

DatabaseSync.prototype.exec = function (sql) {
  count(sql, this, () => exec.call(this, sql));
};
DatabaseSync.prototype.prepare = function (...given) {
  const statement = prepare.apply(this, given);
  connections.set(statement, this);
  return statement;
};
StatementSync.prototype.run = function (this: StatementSync, ...given: unknown[]) {
  return count(this.sourceSQL, connections.get(this), () => run.apply(this, given));
};
