import { createHash } from "node:crypto";
import { DatabaseSync } from "node:sqlite";

/** What tells an older tenant's file from a migrated one, and a whole one from a torn one. */
export interface TenantShape {
  /** `pragma user_version` */
  readonly version: number;
  /** SHA-256 of its schema */
  readonly schema: string;
  /** rows by table */
  readonly rows: Readonly<Record<string, number>>;
}

/**
 * The shape of a tenant's file, its log included. Neither is written.
 *
 * @param quick without looking at every page
 * @throws where `pragma quick_check` finds damage
 */
export function shapeOf(path: string, { quick = false }: { readonly quick?: boolean } = {}): TenantShape {
  using database = new DatabaseSync(path, { readOnly: true });
  const one = (sql: string): unknown => Object.values(database.prepare(sql).get() ?? {})[0];
  const found = quick ? "ok" : one("pragma quick_check(1)");
  if (found !== "ok") throw new Error(`${path}: ${String(found)}`);
  const objects = database.prepare("select type, name, sql from sqlite_schema order by type, name").all();
  const tables = objects.filter(({ type }) => type === "table").map(({ name }) => String(name));
  return {
    version: Number(one("pragma user_version")),
    schema: createHash("sha256").update(JSON.stringify(objects)).digest("hex"),
    rows: Object.fromEntries(tables.map((table) => [table, Number(one(`select count(*) from "${table}"`))])),
  };
}
