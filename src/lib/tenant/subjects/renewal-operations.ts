import { RECORDED_FIELDS, REMINDER_KEY, RENEWAL_ITEM, RENEWAL_FILE_FIELDS } from "../../nouns/renewal.ts";
import type { RecordType } from "../../model/thing.ts";
import { operation, type InputKit } from "./operation.ts";
import type { Session } from "../ledger/session.ts";
import { listReminders, listRenewalItems } from "./renewal-rows.ts";

const buildNewItem = ({ z, buildFieldSchemas }: InputKit) => {
  const { kind, name, ...others } = buildFieldSchemas(RECORDED_FIELDS);
  return z.strictObject({ kind, name, ...z.object(others).partial().shape });
};

/** The owner of the computer may read all nouns. */
const findReadableNouns = async ({ actor }: Session): Promise<(noun: RecordType) => boolean> => {
  if (actor.account === undefined) return () => true;
  const { canRead } = await import("../ledger/check-rights.ts");
  return (noun) => canRead(actor, noun);
};

export const renewals = {
  list: operation({
    route: "GET /v1/renewals",
    about: "List renewal items by expiry date; items without a date first",
    needs: ["renewals.read"],
    run: async ({ session }) => {
      const mayRead = await findReadableNouns(session);
      return session.read((reader) => listRenewalItems(reader, mayRead));
    },
  }),
  add: operation({
    route: "POST /v1/renewals",
    about: "Record a renewal item",
    input: buildNewItem,
    needs: ["renewals.write"],
    once: true,
    run: async ({ session }, given) => (await import("./renewals.ts")).addRenewal(session, given),
  }),
  edit: operation({
    route: "PATCH /v1/renewals/{id}",
    about: "Change a renewal item",
    input: (kit) => buildNewItem(kit).partial(),
    needs: ["renewals.write"],
    run: async ({ session }, given, { id }) => (await import("./renewals.ts")).editRenewal(session, id, given),
  }),
  renew: operation({
    route: "POST /v1/renewals/{id}/renew",
    about: "Record a renewal: a yearly login, or a new file and the date that the console shows after its upload",
    input: ({ z, Instant, newValueSchema, buildFieldSchemas }) =>
      z.strictObject({
        by: newValueSchema(RENEWAL_ITEM.fields.confirmedBy).min(1),
        at: Instant,
        consoleShows: z.iso.date().optional(),
        file: z.strictObject(buildFieldSchemas(RENEWAL_FILE_FIELDS)).optional(),
      }),
    needs: ["renewals.write"],
    run: async ({ session }, given, { id }) => (await import("./renewals.ts")).renewItem(session, id, given),
  }),
  remove: operation({
    route: "DELETE /v1/renewals/{id}",
    about: "Delete a renewal item and its recorded reminders",
    needs: ["renewals.write"],
    run: async ({ session }, _, { id }) => (await import("./renewals.ts")).removeRenewal(session, id),
  }),
  notices: operation({
    route: "GET /v1/renewals/notices",
    about: "List reminders, newest first: which stage was sent to whom",
    // reminders contain personal names
    needs: ["renewals.write", "jobs"],
    run: ({ session }) => session.read(listReminders),
  }),
  claimNotice: operation({
    route: "POST /v1/renewals/notices",
    about: "Claim a reminder, unless it was already sent or another process is sending it",
    input: ({ z, buildFieldSchemas }) => z.strictObject(buildFieldSchemas(REMINDER_KEY)),
    needs: ["renewals.write", "jobs"],
    changes: false,
    run: async ({ session, processes }, given) =>
      (await import("./renewals.ts")).claimReminder(session, processes, given),
  }),
  settleNotice: operation({
    route: "POST /v1/renewals/notices/{id}/settle",
    about: "Record the outcome of a reminder",
    input: ({ z }) => z.strictObject({ state: z.enum(["sent", "failed"]), error: z.string().max(2000).nullable() }),
    needs: ["renewals.write", "jobs"],
    changes: false,
    run: async ({ session }, given, { id }) =>
      (await import("./renewals.ts")).recordReminderOutcome(session, id, given),
  }),
};

export type { NewRenewalItem, RenewalChange } from "./renewals.ts";
