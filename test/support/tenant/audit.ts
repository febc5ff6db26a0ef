import { createHash } from "node:crypto";
import type { Database } from "../../../src/lib/tenant/store/database.ts";

export const readAuditLog = (database: Pick<Database, "all">): readonly Readonly<Record<string, unknown>>[] =>
  database
    .all("select record from audit order by seq")
    .map(({ record }) => JSON.parse(String(record)) as Readonly<Record<string, unknown>>);

export const computeAuditHashes = (
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
