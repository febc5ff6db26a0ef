/** Handlers of one noun: each has its own file, however short. */

import { auditExport, auditList, auditRecord, lastAuditRecord } from "../audit/audit.ts";
import type { Handlers, TenantParts } from "./handler.ts";

/** The audit. */
export default ({ session, verifyAudit }: TenantParts): Handlers<"audit"> => ({
  list: ({ query }) => auditList(session, query),
  head: () => lastAuditRecord(session),
  verify: async ({ query, signal }) => {
    const { broken, table, changes, ...found } = await verifyAudit(query, signal);
    return { ...found, broken, table: [...table], changes: changes && { ...changes, broken: [...changes.broken] } };
  },
  export: ({ query }) => auditExport(session, query),
  show: ({ params: { seq } }) => auditRecord(session, seq),
});
