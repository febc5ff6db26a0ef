import { Database } from "../../src/lib/tenant/store/database.ts";
import { migrate } from "../../src/lib/tenant/ledger/tenant-file.ts";
import { SCHEMA_STEPS } from "../../src/lib/tenant/ledger/schema.ts";
import { hashSchema } from "../../src/lib/tenant/ledger/audit-verify.ts";

/** Returns the JSON document with the hash of each version of the schema. */
export const renderSchemaHashes = (): string => {
  const hashes = SCHEMA_STEPS.map(({ version }, at): [string, string] => {
    const database = new Database(":memory:", { plain: true });
    migrate(database, { name: "", now: "" }, SCHEMA_STEPS.slice(0, at + 1));
    const hash = hashSchema(database);
    database.close();
    return [String(version), hash];
  });
  return `${JSON.stringify(Object.fromEntries(hashes), null, 2)}\n`;
};
