import { createHash } from "node:crypto";
import type { AuditFindings, AuditVerificationOptions } from "../findings.ts";
import type { Database } from "../../store/sqlite/database.ts";
import { SCHEMA_VERSION } from "../../store/sqlite/migrations.ts";
import SCHEMAS from "../../store/sqlite/schemas.json" with { type: "json" };
import { verifyChain } from "./chain.ts";
import { verifyVersions } from "./versions.ts";

export interface AuditTask extends AuditVerificationOptions {
  readonly path: string;
  readonly readOnly: boolean;
}

/** Returns the SHA-256 of everything that a database defines: tables, indexes, views and triggers. */
export const hashSchema = (database: Database): string =>
  createHash("sha256")
    .update(JSON.stringify(database.all("select type, name, tbl_name, sql from sqlite_schema order by type, name")))
    .digest("hex");

/** Verifies an audit log on a separate connection, in a single snapshot. */
export const verifyOnConnection = (database: Database, { head, changes }: AuditVerificationOptions): AuditFindings =>
  database.snapshot(() => {
    const version = database.count("pragma user_version");
    const schema = hashSchema(database) === (SCHEMAS as Readonly<Record<string, string>>)[version];
    if (!schema) return { schema, records: 0, last: null, broken: null, headSeq: null, changes: null };
    const chain = verifyChain(database, head);
    // the versions of an earlier schema have other columns
    const isVerified = changes && chain.broken === null && version === SCHEMA_VERSION;
    return { schema, ...chain, changes: isVerified ? verifyVersions(database) : null };
  });
