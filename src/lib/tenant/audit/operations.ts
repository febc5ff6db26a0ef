import { operation } from "../operation.ts";
import { checkAuditValue, getAuditRecord, listAuditRecords } from "./audit.ts";

export const audit = {
  list: operation({
    route: "GET /v1/audit",
    about: "List audit records, newest first",
    input: ({ z, Instant }) =>
      z.strictObject({
        since: Instant.optional(),
        until: Instant.optional().meta({ description: "only records before this instant" }),
        actor: z.string().min(1).optional().meta({ description: "part of the actor's name" }),
        action: z.string().min(1).optional().meta({
          description:
            "part of the action; create, update and delete also find imports that did so, delete also removals",
        }),
        limit: z.coerce.number().int().min(1).optional(),
      }),
    needs: ["audit.read"],
    result: "lines",
    run: ({ session }, query) => listAuditRecords(session, query),
  }),
  verify: operation({
    route: "GET /v1/audit/verify",
    about: "Verify that no audit record was altered, removed or moved",
    input: ({ z, Sha256, queryFlag }) =>
      z.strictObject({
        head: Sha256.optional().meta({ description: "hash of an audit record that was kept elsewhere" }),
        changes: queryFlag.meta({ description: "true: also verify the versions that are kept for undo and history" }),
      }),
    needs: ["audit.verify"],
    isLong: true,
    run: async ({ verifyAudit }, { head, changes = false }, { signal }) => {
      await checkAuditValue("head", "digest", head);
      return verifyAudit({ head, changes }, signal);
    },
  }),
  show: operation({
    route: "GET /v1/audit/{seq}",
    about: "Get one audit record",
    path: ({ z }) => ({ seq: z.coerce.number().int().positive() }),
    needs: ["audit.read"],
    run: ({ session }, _, { seq }) => getAuditRecord(session, seq),
  }),
};

export type { AuditRecord } from "./audit.ts";
export type { AuditFindings as AuditVerification } from "./findings.ts";
