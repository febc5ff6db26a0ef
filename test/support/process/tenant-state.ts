import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { run } from "./program.ts";

/** Where a home keeps the embedded tenant. */
export const TENANT = join("tenants", "local");

/** What the lists of a tenant tell that has nothing in it but the topmost organisation. */
const NOTHING = ['[{"name":"全社","code":null}]', "[]", "[]", '[{"integrity_check":"ok"}]'];

/**
 * What a tenant holds, empty or not there yet too: the bytes of its users' export, then its organisations and what only one user may have. It is told
 * after a command that works on imports, as that one removes what killed ones left.
 */
export async function stateOf(home: string): Promise<string> {
  await run(["imports", "list"], { home });
  const { text, code, stderr } = await run(["users", "export", "--encoding", "utf-8"], { home });
  if (code !== 0) throw new Error(`the tenant cannot be read:\n${stderr}`);
  if (!existsSync(join(home, TENANT, "tenant.db"))) return [text, ...NOTHING].join("\n");
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

/** Every file below a home but the compile cache, by its path in it. */
export async function filesOf(home: string): Promise<readonly string[]> {
  const entries = await readdir(home, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(home.length + 1))
    .filter((path) => !path.startsWith("cache"))
    .toSorted();
}

/** The tenant's own database, to hold its lock or to damage it. */
export const openDatabase = (home: string): DatabaseSync => new DatabaseSync(join(home, TENANT, "tenant.db"));
