// Preloaded into the program. Reads the same environment variables as fault.c, but does not need a compiler. It counts,
// over all threads, statements that write to tables, and the commits of these changes. When the requested number is
// reached, the disk fails or the program is killed.
import { appendFileSync, readFileSync } from "node:fs";
import { DatabaseSync, StatementSync, type StatementResultingChanges } from "node:sqlite";

const { FAULT_UNDER = "", FAULT_AT = "0", FAULT_KIND = "", FAULT_LOG = "" } = process.env;

const WRITING_STATEMENT =
  /^\s*(?:with\b[^]*?)?\b(insert|replace|update|delete)\b(?:\s+or\s+\w+)?\s+(?:(?:into|from)\s+)?"?(?!into|from|temp\.)([\w.]+)/i;
const COMMIT_CALL = ["", "commit", "tables"] as const;

const connections = new WeakMap<StatementSync, DatabaseSync>();
const connectionsWithChanges = new WeakSet<DatabaseSync>();

type BoundMethod<T, Result> = (this: T, ...given: readonly unknown[]) => Result;

const originalExec = Reflect.get(DatabaseSync.prototype, "exec") as BoundMethod<DatabaseSync, void>;
const originalPrepare = Reflect.get(DatabaseSync.prototype, "prepare") as BoundMethod<DatabaseSync, StatementSync>;
const originalRun = Reflect.get(StatementSync.prototype, "run") as BoundMethod<
  StatementSync,
  StatementResultingChanges
>;

const killProcess = (): void => void process.kill(process.pid, "SIGKILL");

/** Throws SQLite's error, and rolls back as SQLite does, except if a single statement ran out of space. */
function failStatement(database: DatabaseSync, name: string): never {
  const isFull = FAULT_KIND !== "eio";
  if (database.isTransaction && (name === "commit" || !isFull)) originalExec.call(database, "rollback");
  const [message, errcode] = isFull
    ? ["database or disk is full", 13]
    : ["disk I/O error", name === "commit" ? 1034 : 778];
  throw Object.assign(new Error(message), { code: "ERR_SQLITE_ERROR", errcode });
}

/** Runs a statement. Counts it if it writes, and applies the fault when the requested number is reached. */
function runCounted<T>(sql: string, database: DatabaseSync | undefined, statement: () => T): T {
  if (database === undefined) return statement();
  const isCommit = sql === "commit" && connectionsWithChanges.delete(database);
  const [, name, table] = isCommit ? COMMIT_CALL : (WRITING_STATEMENT.exec(sql) ?? []);
  if (name === undefined) return statement();
  if (!isCommit) connectionsWithChanges.add(database);
  const number = readFileSync(FAULT_LOG, { encoding: "utf8", flag: "a+" }).split("\n").length;
  appendFileSync(FAULT_LOG, `${number} ${name} ${FAULT_UNDER}/${table}\n`);
  const isHere = number === Number(FAULT_AT);
  if (isHere && FAULT_KIND === "kill-before") killProcess();
  const isFull = FAULT_KIND === "full" && number >= Number(FAULT_AT);
  if (isFull || (isHere && ["eio", "enospc"].includes(FAULT_KIND))) failStatement(database, name);
  const result = statement();
  if (isHere && FAULT_KIND === "kill-after") killProcess();
  return result;
}

DatabaseSync.prototype.exec = function (sql) {
  runCounted(sql, this, () => originalExec.call(this, sql));
};
DatabaseSync.prototype.prepare = function (...given) {
  const statement = originalPrepare.apply(this, given);
  connections.set(statement, this);
  return statement;
};
StatementSync.prototype.run = function (this: StatementSync, ...given: unknown[]) {
  return runCounted(this.sourceSQL, connections.get(this), () => originalRun.apply(this, given));
};
