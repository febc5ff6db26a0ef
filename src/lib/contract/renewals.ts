import { z } from "zod";
import { DOWNLOAD_FIELDS, REMINDER, REMINDER_KEY, RECORDED_FIELDS, RENEWAL_ITEM } from "../model/renewal.ts";
import { get, itemsResponse, jsonResponse, patch, post, remove } from "./route.ts";
import { byId, Instant, nameSchema, seenRevisionQuery } from "./shapes.ts";
import { buildChangeSchemas, buildFieldSchemas, newValueSchema, recordSchema } from "./thing-schema.ts";

const { kind, name, ...others } = buildChangeSchemas({ ...RECORDED_FIELDS, ...DOWNLOAD_FIELDS });

const NewRenewalItem = nameSchema(
  "NewRenewalItem",
  z.strictObject({ kind, name, ...z.object(others).partial().shape }),
);

const RenewalChange = nameSchema("RenewalChange", NewRenewalItem.partial());

const RenewalItem = nameSchema("RenewalItem", recordSchema(RENEWAL_ITEM.fields));

const ReminderClaim = nameSchema("NoticeClaim", z.strictObject(buildFieldSchemas(REMINDER_KEY)));

/** A reminder whose sending has started. Its state is `sending` until the outcome is recorded. */
const Reminder = nameSchema("Notice", recordSchema(REMINDER.fields));

export default {
  description: "Renewal items: what expires, who renews it, and the reminders that were sent",
  routes: {
    list: get("/v1/renewals", {
      id: "listRenewals",
      summary: "List renewal items",
      answer: itemsResponse(RenewalItem, "Renewal items by expiry date; items without a date first"),
    }),
    add: post("/v1/renewals", {
      id: "addRenewal",
      isRepeatable: true,
      summary: "Record a renewal item",
      body: NewRenewalItem,
      answer: jsonResponse(RenewalItem, "The item"),
      status: 201,
      fails: ["input-rejected"],
    }),
    edit: patch("/v1/renewals/{id}", {
      id: "editRenewal",
      summary: "Change a renewal item",
      params: byId,
      body: RenewalChange,
      answer: jsonResponse(RenewalItem, "The item"),
      fails: ["input-rejected"],
    }),
    confirm: post("/v1/renewals/{id}/confirm", {
      id: "confirmRenewal",
      summary: "Record that a yearly login was done, or that the console shows the expiry date of the uploaded file",
      params: byId,
      body: z.strictObject({
        by: newValueSchema(RENEWAL_ITEM.fields.confirmedBy).min(1),
        at: Instant,
        consoleShows: z.iso.date().optional(),
      }),
      answer: jsonResponse(RenewalItem, "The item"),
      fails: ["input-rejected"],
    }),
    remove: remove("/v1/renewals/{id}", {
      id: "removeRenewal",
      summary: "Delete a renewal item and its recorded reminders",
      params: byId,
      query: seenRevisionQuery,
      answer: jsonResponse(RenewalItem, "The item before it was deleted"),
      fails: ["conflict"],
    }),
    notices: get("/v1/renewals/notices", {
      id: "listNotices",
      summary: "List reminders: which stage was sent to whom",
      answer: itemsResponse(Reminder, "Reminders, newest first"),
    }),
    claimNotice: post("/v1/renewals/notices", {
      id: "claimNotice",
      changes: false,
      summary: "Claim a reminder, unless it was already sent or another process is sending it",
      body: ReminderClaim,
      answer: jsonResponse(
        z.object({ claimed: z.boolean(), notice: Reminder }),
        "The reminder, and whether the caller must send it",
      ),
      fails: ["not-found"],
    }),
    settleNotice: post("/v1/renewals/notices/{id}/settle", {
      id: "settleNotice",
      changes: false,
      summary: "Record the outcome of a reminder",
      params: byId,
      body: z.strictObject({ state: z.enum(["sent", "failed"]), error: z.string().max(2000).nullable() }),
      answer: jsonResponse(Reminder, "The reminder"),
    }),
  },
};

export type { ReminderRecord, ReminderKeyRecord, RenewalItem } from "../model/renewal.ts";
export type NewRenewalItem = z.infer<typeof NewRenewalItem>;
export type RenewalChange = z.infer<typeof RenewalChange>;
