import { createHash } from "node:crypto";
import type { Database } from "../../../src/lib/tenant/store/sqlite/database.ts";

/** The records of a tenant's audit, in their order. */
export const auditOf = (database: Pick<Database, "all">): readonly Readonly<Record<string, unknown>>[] =>
  database
    .all("select record from audit order by seq")
    .map(({ record }) => JSON.parse(String(record)) as Readonly<Record<string, unknown>>);

/** The hashes of a tenant's audit, and what they must be: each of the one before and the record's text. */
export const hashesOf = (
  database: Pick<Database, "all">,
): { readonly hashes: readonly unknown[]; readonly chain: readonly string[] } => {
  const rows = database.all("select record, hash from audit order by seq");
  const chain: string[] = [];
  for (const { record } of rows) {
    const link = createHash("sha256").update(`${chain.at(-1) ?? ""}\n${String(record)}`);
    chain.push(link.digest("hex"));
  }
  return { hashes: rows.map(({ hash }) => hash), chain };
};
