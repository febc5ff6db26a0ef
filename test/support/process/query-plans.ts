// Loaded into the program with --import. Writes how SQLite reads each statement to a file in the folder QUERY_PLANS. A
// nested scan reads a whole table for each row of another table, or for each call of a subquery.
import { appendFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { env, pid } from "node:process";
import { threadId } from "node:worker_threads";

const file = join(env["QUERY_PLANS"] ?? "", `${pid}-${threadId}.ndjson`);
/** Maximum number of rows of a table that may be read for each row of another table. */
const FEW = 1_000;
const LOOP = /^(?:SCAN|SEARCH) /u;
const seen = new Set<string>();

// the methods are replaced below, and called with their own database
// oxlint-disable-next-line typescript/unbound-method
const { prepare, exec } = DatabaseSync.prototype;

interface Step {
  readonly id: number;
  readonly parent: number;
  readonly detail: string;
}

const hasManyRows = (database: DatabaseSync, table: string): boolean => {
  try {
    const counted = prepare.call(database, `select count(*) as n from (select 1 from ${table} limit ${FEW + 1})`).get();
    return Number(counted?.["n"]) > FEW;
  } catch {
    // a subquery, whose tables belong to other steps
    return false;
  }
};

const findNestedScans = (database: DatabaseSync, sql: string): readonly string[] => {
  const steps = prepare.call(database, `explain query plan ${sql}`).all() as unknown as readonly Step[];
  const byId = new Map(steps.map((step) => [step.id, step]));
  const isRepeated = ({ id, parent, detail }: Step): boolean => {
    const above = byId.get(parent);
    // an uncorrelated subquery is read only once
    const isInner =
      LOOP.test(detail) && steps.some((one) => one.parent === parent && one.id < id && LOOP.test(one.detail));
    if (isInner) return true;
    // a subquery of `from` cannot be correlated, so that it is materialized only once
    if (above === undefined || above.detail.startsWith("MATERIALIZE")) return false;
    return above.detail.startsWith("CORRELATED") || isRepeated(above);
  };
  return steps.flatMap((step) => {
    const [, name] = /^SCAN ([\w.]+)(?!.*VIRTUAL TABLE)/u.exec(step.detail) ?? [];
    if (name === undefined || !isRepeated(step)) return [];
    const table =
      new RegExp(String.raw`(?:from|join|,|update)\s+((?:\w+\.)?"?\w+"?)\s+(?:as\s+)?${name}\b`, "iu").exec(sql)?.[1] ??
      name;
    return hasManyRows(database, table) ? [`${step.detail} (${table})`] : [];
  });
};

const watch = (database: DatabaseSync, sql: string): void => {
  if (seen.has(sql) || !/^\s*(?:with|select|insert|update|delete)\b/iu.test(sql)) return;
  seen.add(sql);
  const nested = findNestedScans(database, sql);
  appendFileSync(file, `${JSON.stringify({ sql, nested })}\n`);
};

DatabaseSync.prototype.prepare = function (this: DatabaseSync, ...given: Parameters<typeof prepare>) {
  const statement = prepare.apply(this, given);
  watch(this, given[0]);
  return statement;
};
DatabaseSync.prototype.exec = function (this: DatabaseSync, sql: string) {
  watch(this, sql);
  exec.call(this, sql);
};
