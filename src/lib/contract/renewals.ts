import { z } from "zod";
import { DOWNLOAD_FIELDS, NOTICE, NOTICE_KEY, RECORDED_FIELDS, RENEWAL_ITEM } from "../model/renewal.ts";
import { get, items, json, patch, post, remove } from "./route.ts";
import { byId, Instant, named, seeingByQuery } from "./shapes.ts";
import { changeMembersOf, membersOf, newValue, recordSchema } from "./thing-schema.ts";

const { kind, name, ...others } = changeMembersOf({ ...RECORDED_FIELDS, ...DOWNLOAD_FIELDS });

/** A new item; a missing field is null. */
const NewRenewalItem = named("NewRenewalItem", z.strictObject({ kind, name, ...z.object(others).partial().shape }));

/** A change of an item; a missing field keeps its value. */
const RenewalChange = named("RenewalChange", NewRenewalItem.partial());

/** Something that expires, and who renews it. */
const RenewalItem = named("RenewalItem", recordSchema(RENEWAL_ITEM.fields));

const NoticeClaim = named("NoticeClaim", z.strictObject(membersOf(NOTICE_KEY)));

/** A notice that was started: `sending` until its outcome is recorded. */
const Notice = named("Notice", recordSchema(NOTICE.fields));

export default {
  description: "What expires, who renews it, and the notices sent",
  routes: {
    list: get("/v1/renewals", {
      id: "listRenewals",
      summary: "Things that expire",
      answer: items(RenewalItem, "By expiry date, those without one first"),
    }),
    add: post("/v1/renewals", {
      id: "addRenewal",
      summary: "Record an item that expires",
      body: NewRenewalItem,
      answer: json(RenewalItem, "The item"),
      status: 201,
      fails: ["input-rejected"],
    }),
    edit: patch("/v1/renewals/{id}", {
      id: "editRenewal",
      summary: "Change what is recorded",
      params: byId,
      body: RenewalChange,
      answer: json(RenewalItem, "The item"),
      fails: ["input-rejected"],
    }),
    confirm: post("/v1/renewals/{id}/confirm", {
      id: "confirmRenewal",
      summary: "Record that a yearly login was done, or that the console shows the date of the uploaded file",
      params: byId,
      body: z.strictObject({
        by: newValue(RENEWAL_ITEM.fields.confirmedBy).min(1),
        at: Instant,
        consoleShows: z.iso.date().optional(),
      }),
      answer: json(RenewalItem, "The item"),
      fails: ["input-rejected"],
    }),
    remove: remove("/v1/renewals/{id}", {
      id: "removeRenewal",
      summary: "Delete an item and its notices",
      params: byId,
      query: seeingByQuery,
      answer: json(RenewalItem, "The item, as it was"),
      fails: ["conflict"],
    }),
    notices: get("/v1/renewals/notices", {
      id: "listNotices",
      summary: "Notices: which stage was sent to whom",
      answer: items(Notice, "Newest first"),
    }),
    claimNotice: post("/v1/renewals/notices", {
      id: "claimNotice",
      changes: false,
      summary: "Claim a notice, unless it was sent or another process is sending it",
      body: NoticeClaim,
      answer: json(z.object({ claimed: z.boolean(), notice: Notice }), "Whether the caller is to send it"),
      fails: ["not-found"],
    }),
    settleNotice: post("/v1/renewals/notices/{id}", {
      id: "settleNotice",
      changes: false,
      summary: "Record the outcome of a notice",
      params: byId,
      body: z.strictObject({ state: z.enum(["sent", "failed"]), error: z.string().max(2000).nullable() }),
      answer: json(Notice, "The notice"),
    }),
  },
};

export type { Notice, NoticeClaim, RenewalItem } from "../model/renewal.ts";
export type NewRenewalItem = z.infer<typeof NewRenewalItem>;
export type RenewalChange = z.infer<typeof RenewalChange>;
