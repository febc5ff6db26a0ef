import type { AuditFindings, AuditVerificationOptions } from "../findings.ts";
import type { Database } from "../../store/sqlite/database.ts";
import { isDataMismatchError } from "../../store/sqlite/storage-failure.ts";
import { verifyChain } from "./chain.ts";
import { verifyTable } from "./table.ts";
import { verifyVersions } from "./versions.ts";

export interface AuditTask extends AuditVerificationOptions {
  readonly path: string;
  readonly readOnly: boolean;
}

/** Verifies an audit log on a separate connection, in a single snapshot. */
export const verifyOnConnection = (database: Database, { head, changes }: AuditVerificationOptions): AuditFindings =>
  database.snapshot(() => {
    const table = verifyTable(database);
    try {
      const chain = verifyChain(database, head);
      return { ...chain, table, changes: changes && chain.broken === null ? verifyVersions(database) : null };
    } catch (error) {
      if (table.length === 0 || !isDataMismatchError(error)) throw error;
      return { ...UNREADABLE_CHAIN, table, changes: null };
    }
  });

const UNREADABLE_CHAIN = { records: 0, last: null, broken: null, headSeq: null } as const;
