import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { run } from "./program.ts";

export const TENANT = join("tenants", "local");

/** The query results of a tenant that contains only the root organisation. */
const EMPTY_TENANT_RESULTS = ['[{"name":"全社","code":null}]', "[]", "[]", '[{"integrity_check":"ok"}]'];

/** Reads users (exported), organisations and unique values, after `imports list` has removed killed imports. */
export async function readTenantState(home: string): Promise<string> {
  await run(["imports", "list"], { home });
  const { text, code, stderr } = await run(["users", "export", "--encoding", "utf-8"], { home });
  if (code !== 0) throw new Error(`the tenant the file cannot be read:\n${stderr}`);
  if (!existsSync(join(home, TENANT, "tenant.db"))) return [text, ...EMPTY_TENANT_RESULTS].join("\n");
  const database = openDatabase(home);
  try {
    const lists = [
      "select name, code from org order by code",
      "select e.emailKey, e.main, u.name from user_email e left join user u on u.pk = e.user order by e.emailKey",
      "select coalesce(accountKey, accountName) as account, name from user where accountName is not null order by account",
      "pragma integrity_check",
    ];
    return [text, ...lists.map((list) => JSON.stringify(database.prepare(list).all()))].join("\n");
  } finally {
    database.close();
  }
}

export async function listHomeFiles(home: string): Promise<readonly string[]> {
  const entries = await readdir(home, { recursive: true, withFileTypes: true });
  return (
    entries
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name).slice(home.length + 1))
      // records of runs stay, so that status can tell what failed
      .filter((path) => !path.startsWith("cache") && !path.startsWith(join("runs", "jobs")))
      .toSorted()
  );
}

/** Opens the tenant's database, so that a test can lock or damage it. */
export const openDatabase = (home: string): DatabaseSync => new DatabaseSync(join(home, TENANT, "tenant.db"));
