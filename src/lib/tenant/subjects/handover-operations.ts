import { ANSWER } from "../../nouns/answer.ts";
import { operation } from "./operation.ts";
import { buildReadingInput } from "../ledger/import-request.ts";
import { listAnswers } from "./handover-answer-rows.ts";

const { question, value, by } = ANSWER.fields;

export const answers = {
  list: operation({
    route: "GET /v1/answers",
    about: "List the answers, by question",
    // answers contain telephone numbers, and the places where passwords are stored
    needs: ["handover.read"],
    run: ({ session }) => session.read(listAnswers),
  }),
  set: operation({
    route: "PUT /v1/answers",
    about: "Record answers, or remove those whose value is null: all of them or none",
    input: ({ z, DryRun, Instant, newValueSchema }) =>
      z.strictObject({
        answers: z
          .array(
            z.strictObject({
              question: newValueSchema(question),
              value: newValueSchema(value).nullable(),
              by: newValueSchema(by).optional(),
              at: Instant.optional(),
            }),
          )
          .min(1)
          .max(1000),
        dryRun: DryRun,
      }),
    needs: ["tenant.write"],
    run: async ({ session }, given) => (await import("./handover-answers.ts")).setAnswers(session, given),
  }),
};

/**
 * A user's dependents are shown completely or not at all. SECURED APPs users are an exception, because few accounts may
 * see them.
 */
const DEPENDENTS_READS = ["users.read", "accounts.read", "devices.read", "renewals.read", "console.read"] as const;

export const leavers = {
  dependents: operation({
    route: "POST /v1/leavers/dependents",
    about: "Find everything that depends on users, in the order of the request",
    input: ({ z, recordIdList }) => z.strictObject(recordIdList),
    needs: DEPENDENTS_READS,
    changes: false,
    run: async ({ session }, { ids }) => {
      const { findDependents } = await import("./handover-dependents.ts");
      return session.read((reader) => findDependents(reader, session.actor, ids));
    },
  }),
  leave: operation({
    route: "POST /v1/leavers",
    about:
      "Revoke users' roles, delete their SECURED APPs users, tag their devices as 回収待ち, and delete the users who then have nothing left (`after` is null): all of it or nothing",
    input: (kit) =>
      kit.z.strictObject({ ...kit.recordIdList, ...kit.writeOptions, learns: buildReadingInput(kit).optional() }),
    needs: [...DEPENDENTS_READS, "accounts.write", "devices.note"],
    once: true,
    run: async ({ session }, given) => (await import("./handover-leave.ts")).leaveUsers(session, given),
  }),
};

const EXPORT_RIGHTS = ["handover.read", "audit.verify"] as const;

export const exports = {
  create: operation({
    route: "POST /v1/exports",
    about: "Copy the tenant's file, without its secrets; nothing is changed, and nothing is recorded",
    // a copy can contain the audit log, so the right to read the handover data is not enough
    needs: EXPORT_RIGHTS,
    changes: false,
    result: "file",
    run: async ({ session }) => {
      const { copyTenantFile, streamCopy } = await import("../ledger/tenant-copy.ts");
      return streamCopy(await session.store.readFile(copyTenantFile));
    },
  }),
  record: operation({
    route: "POST /v1/exports/records",
    about: "Record that a bundle with a copy of the tenant was exported, or received",
    input: ({ z, Sha256 }) =>
      z.strictObject({
        what: z.enum(["export", "receive"]),
        fingerprint: Sha256.meta({ description: "the SHA-256 of SHA256SUMS in the bundle" }),
        replaced: z
          .strictObject({ records: z.int().min(1), first: Sha256, last: Sha256 })
          .optional()
          .meta({ description: "records that the bundle replaces: number, hash of the first and of the last" }),
      }),
    needs: EXPORT_RIGHTS,
    changes: false,
    run: async ({ session }, { what, ...detail }) => {
      if (session.store.isReadOnly) return { isAudited: false };
      const change = { action: `handover.${what}`, commits: false, locks: [] } as const;
      return session.change(change, async () => ({ result: { isAudited: true }, objects: [], detail }));
    },
  }),
};

export type { NewAnswer } from "./handover-answers.ts";
export type { UserDependents } from "./handover-dependents.ts";
export type { LeaveResult } from "./handover-leave.ts";
