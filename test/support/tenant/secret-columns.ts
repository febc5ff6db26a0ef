import { EMPTIED_COLUMNS, EMPTIED_TABLES } from "../../../src/lib/tenant/ledger/tenant-copy.ts";
import type { TestTenant } from "./tenant.ts";

/** Columns that never contain texts. */
const NUMERIC_COLUMNS = ["pk", "user", "change", "tries", "readOnly"];

export const plantSecrets = (
  { database }: Pick<TestTenant, "database">,
  secret: (name: string) => string,
): ReadonlyMap<string, string> => {
  const planted = new Map<string, string>();
  database.change(() => {
    // without this, a changed verifier would delete the account's credentials and reset code
    const triggers = database.all("select name, sql from sqlite_schema where type = 'trigger'");
    for (const { name } of triggers) database.exec(`drop trigger "${String(name)}"`);
    const emptied = EMPTIED_TABLES.map((table): [string, readonly string[]] => [
      table,
      database.all(`pragma table_info("${table}")`).map(({ name }) => String(name)),
    ]);
    for (const [table, columns] of [...emptied, ...Object.entries(EMPTIED_COLUMNS)]) {
      if (database.count(`select count(*) from "${table}"`) === 0) continue;
      for (const column of columns.filter((name) => !NUMERIC_COLUMNS.includes(name))) {
        const canary = secret(`${table}${column}`);
        // unique columns must keep different values
        database.run(`update "${table}" set "${column}" = :canary || coalesce("${column}", hex(randomblob(8)))`, {
          canary,
        });
        planted.set(`${table}.${column}`, canary);
      }
    }
    for (const { sql } of triggers) database.exec(String(sql));
  });
  return planted;
};
