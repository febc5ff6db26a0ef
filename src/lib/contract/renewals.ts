import { z } from "@hono/zod-openapi";
import { NOTICE, NOTICE_KEY, RECORDED_FIELDS, RENEWAL_ITEM } from "../model/renewal.ts";
import { repeatable } from "./headers.ts";
import { failures, Id, Instant, json, jsonBody, route } from "./shapes.ts";
import { membersOf, recordSchema } from "./thing-schema.ts";

const { kind, name, ...others } = membersOf(RECORDED_FIELDS);

/** A new item; a missing field is null. */
export const NewRenewalItem = z
  .strictObject({ kind, name, ...z.object(others).partial().shape })
  .openapi("NewRenewalItem");

/** A change of an item; a missing field keeps its value. */
export const RenewalChange = NewRenewalItem.partial().openapi("RenewalChange");

/** Something that expires, and who renews it. */
export const RenewalItem = recordSchema(RENEWAL_ITEM.fields).openapi("RenewalItem");

export const NoticeClaim = z.strictObject(membersOf(NOTICE_KEY)).openapi("NoticeClaim");

/** A notice that was started: `sending` until its outcome is recorded. */
export const Notice = recordSchema(NOTICE.fields).openapi("Notice");

const params = z.object({ id: Id });

export const renewalRoutes = {
  list: route({
    method: "get",
    path: "/v1/renewals",
    operationId: "listRenewals",
    summary: "Things that expire",
    tags: ["renewals"],
    responses: {
      200: json(z.object({ items: z.array(RenewalItem) }), "By expiry date, those without one first"),
      ...failures(),
    },
  }),
  add: route({
    method: "post",
    path: "/v1/renewals",
    operationId: "addRenewal",
    summary: "Record an item that expires",
    tags: ["renewals"],
    request: { headers: repeatable, ...jsonBody(NewRenewalItem) },
    responses: { 201: json(RenewalItem, "The item"), ...failures(["input-rejected", "locked"], [413, 415]) },
  }),
  edit: route({
    method: "patch",
    path: "/v1/renewals/{id}",
    operationId: "editRenewal",
    summary: "Change what is recorded",
    tags: ["renewals"],
    request: { params, ...jsonBody(RenewalChange) },
    responses: {
      200: json(RenewalItem, "The item"),
      ...failures(["not-found", "input-rejected", "locked"], [413, 415]),
    },
  }),
  confirm: route({
    method: "post",
    path: "/v1/renewals/{id}/confirm",
    operationId: "confirmRenewal",
    summary: "Record that a yearly login was done; a year is counted from it",
    tags: ["renewals"],
    request: {
      params,
      headers: repeatable,
      ...jsonBody(z.strictObject({ by: z.string().min(1).max(255), at: Instant })),
    },
    responses: {
      200: json(RenewalItem, "The item"),
      ...failures(["not-found", "input-rejected", "locked"], [413, 415]),
    },
  }),
  remove: route({
    method: "delete",
    path: "/v1/renewals/{id}",
    operationId: "removeRenewal",
    summary: "Delete an item and its notices",
    tags: ["renewals"],
    request: { params },
    responses: { 200: json(RenewalItem, "The item, as it was"), ...failures(["not-found", "locked"]) },
  }),
  notices: route({
    method: "get",
    path: "/v1/renewals/notices",
    operationId: "listNotices",
    summary: "Notices: which stage was sent to whom",
    tags: ["renewals"],
    responses: { 200: json(z.object({ items: z.array(Notice) }), "Newest first"), ...failures() },
  }),
  claimNotice: route({
    method: "post",
    path: "/v1/renewals/notices",
    operationId: "claimNotice",
    summary: "Claim a notice, unless it was sent or another process is sending it",
    tags: ["renewals"],
    request: { headers: repeatable, ...jsonBody(NoticeClaim) },
    responses: {
      200: json(z.object({ claimed: z.boolean(), notice: Notice }), "Whether the caller is to send it"),
      ...failures(["not-found", "locked"], [413, 415]),
    },
  }),
  settleNotice: route({
    method: "post",
    path: "/v1/renewals/notices/{id}",
    operationId: "settleNotice",
    summary: "Record the outcome of a notice",
    tags: ["renewals"],
    request: {
      params,
      headers: repeatable,
      ...jsonBody(z.strictObject({ state: z.enum(["sent", "failed"]), error: z.string().max(2000).nullable() })),
    },
    responses: { 200: json(Notice, "The notice"), ...failures(["not-found", "locked"], [413, 415]) },
  }),
} as const;

export type RenewalItem = z.infer<typeof RenewalItem>;
export type NewRenewalItem = z.infer<typeof NewRenewalItem>;
export type RenewalChange = z.infer<typeof RenewalChange>;
export type NoticeClaim = z.infer<typeof NoticeClaim>;
export type Notice = z.infer<typeof Notice>;
