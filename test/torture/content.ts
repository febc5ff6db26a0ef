import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { TENANT } from "#support/process/tenant-state.ts";
import { computeAuditHashes } from "#support/tenant/audit.ts";
import { verifyOnConnection } from "../../src/lib/tenant/ledger/audit-verify.ts";
import { Database } from "../../src/lib/tenant/store/database.ts";
import type { Scene } from "./scenes/scene.ts";

/**
 * Matches what differs in every run: verifiers, sealed values, certificates, ids, hashes, instants, the day of a plan,
 * process ids, attempts.
 */
const VOLATILE_PARTS =
  /\$(?:argon2id|hmac-sha256)\$[^"]+|(?<=")[\w-]{80,}(?=")|-----BEGIN [^"]+|[0-9a-f]{64}|\b[0-9A-F]{32}\b|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}|\d{4}-\d\d-\d\dT[\d:.]+Z|(?<=today\\":\\")\d{4}-\d\d-\d\d|(?<="(?:pid|process|attempts)\\?":)\d+/g;

/** Columns that depend on the number and order of steps and runs. */
const RUN_DEPENDENT_COLUMNS = /^(?:pk|revision|createdIn|changedIn)$/;

const PLAN_DEPENDENT_COLUMNS: Readonly<Record<string, string>> = { import: "pk", change: "import" };

/**
 * Returns a tenant's content, or some of its tables, with varying parts masked, and without what depends on the number
 * of steps, plans that were not committed, or the record of an export. @throws Error if the database is damaged
 */
export function readTenantContent(
  home: string,
  { tables: only, steps, plans, outputs }: Partial<Pick<Scene, "tables" | "steps" | "plans" | "outputs">> = {},
): string | undefined {
  const path = join(home, TENANT, "tenant.db");
  if (!existsSync(path)) return undefined;
  const database = new DatabaseSync(path);
  try {
    const all = (sql: string): readonly Readonly<Record<string, unknown>>[] => database.prepare(sql).all();
    const sound = [...all("pragma integrity_check"), ...all("pragma foreign_key_check")];
    if (JSON.stringify(sound) !== '[{"integrity_check":"ok"}]') throw new Error(JSON.stringify(sound));
    const tables = all("select name from sqlite_master where type = 'table' order by name").map(({ name }) =>
      String(name),
    );
    const isCompared = (table: string, column: string): boolean =>
      (steps !== true || !RUN_DEPENDENT_COLUMNS.test(column)) &&
      (plans !== true || PLAN_DEPENDENT_COLUMNS[table] !== column);
    const left: Readonly<Record<string, string>> = {
      ...(plans === true && { import: "where state = 'committed'" }),
      ...(outputs !== undefined && { audit: "where action not like '%.export'" }),
    };
    // the last run of a job differs, because a fault is a failure
    const compared = only ?? tables.filter((table) => table !== "job");
    const records = compared.map((table) => [
      table,
      all(`select * from "${table}" ${left[table] ?? ""} order by 1`)
        .map((row) => Object.fromEntries(Object.entries(row).filter(([column]) => isCompared(table, column))))
        .map((row) => JSON.stringify(row).replace(VOLATILE_PARTS, "*"))
        .toSorted((a, b) => (steps !== true || a === b ? 0 : a < b ? -1 : 1)),
    ]);
    return JSON.stringify(records);
  } finally {
    database.close();
  }
}

/** Returns the files that a command wrote, in base64. Parts that are different in every run are masked. */
export const readOutputs = (home: string, { outputs = [], varies }: Scene): readonly (string | undefined)[] =>
  outputs.map((name) => {
    const path = join(home, name);
    if (!existsSync(path)) return undefined;
    const bytes = readFileSync(path, "latin1");
    const alike = varies === undefined ? bytes : bytes.replace(varies, "*");
    return Buffer.from(alike, "latin1").toString("base64");
  });

/** Returns the settings of a home: its contexts, and the recipients of reminders. */
export const readSettings = (home: string): string =>
  ["contexts.json", "notify.yaml"]
    .map((name) => join(home, name))
    .map((path) => (existsSync(path) ? readFileSync(path, "utf8").replace(VOLATILE_PARTS, "*") : ""))
    .join("\n");

/** Checks the audit logs of all tenants in a home, by reading the chain and by the program.  @returns what is wrong */
export function findAuditProblems(home: string): readonly string[] {
  return globSync("tenants/*/tenant.db", { cwd: home }).flatMap((name) => {
    const database = new Database(join(home, name), { plain: true });
    try {
      const { hashes, chain } = computeAuditHashes(database);
      const { schema, broken, changes } = verifyOnConnection(database, { changes: true });
      const found = { schema, broken, changes };
      return [
        ...(JSON.stringify(hashes) === JSON.stringify(chain) ? [] : [`the audit's hashes in ${name} are not a chain`]),
        ...(schema && broken === null && (changes?.broken.length ?? 0) === 0
          ? []
          : [`the audit in ${name} does not verify: ${JSON.stringify(found)}`]),
      ];
    } finally {
      database.close();
    }
  });
}
