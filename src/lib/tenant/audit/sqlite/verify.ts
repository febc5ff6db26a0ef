import type { AuditFindings, AuditQuestion } from "../findings.ts";
import type { Database } from "../../store/sqlite/database.ts";
import { isMisfit } from "../../store/sqlite/storage-failure.ts";
import { verifyChain } from "./chain.ts";
import { verifyTable } from "./table.ts";
import { verifyVersions } from "./versions.ts";

/** What the thread that verifies an audit is given. */
export interface AuditTask extends AuditQuestion {
  readonly path: string;
  readonly readOnly: boolean;
}

/** Verifies an audit on a connection of its own, on one snapshot. */
export const verifyOn = (database: Database, { head, changes }: AuditQuestion): AuditFindings => {
  return database.snapshot(() => {
    const table = verifyTable(database);
    try {
      const chain = verifyChain(database, head);
      return { ...chain, table, changes: changes && chain.broken === null ? verifyVersions(database) : null };
    } catch (error) {
      if (table.length === 0 || !isMisfit(error)) throw error;
      return { ...NOTHING, table, changes: null };
    }
  });
};

/** What is found in a table that cannot be read. */
const NOTHING = { records: 0, last: null, broken: null, headSeq: null } as const;
