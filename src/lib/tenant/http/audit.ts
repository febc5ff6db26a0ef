/** The handlers of one noun. Every noun has its own file, even if the file is short. */

import { listAuditRecords, getAuditRecord } from "../audit/audit.ts";
import type { Handlers, TenantParts } from "./handler.ts";

/** Returns the handlers for the audit log. */
export default ({ session, verifyAudit }: TenantParts): Handlers<"audit"> => ({
  list: ({ query }) => listAuditRecords(session, query),
  verify: async ({ query, signal }) => {
    const { broken, table, changes, ...found } = await verifyAudit(query, signal);
    return { ...found, broken, table: [...table], changes: changes && { ...changes, broken: [...changes.broken] } };
  },
  show: ({ params: { seq } }) => getAuditRecord(session, seq),
});
