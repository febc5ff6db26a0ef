import { z } from "@hono/zod-openapi";
import { RENEWAL_KINDS, type RenewalKind } from "../model/renewal.ts";
import { repeatable } from "./headers.ts";
import { failures, Id, Instant, json, jsonBody, route, Sha256 } from "./shapes.ts";

const Kind = z.enum(Object.keys(RENEWAL_KINDS) as [RenewalKind, ...RenewalKind[]]);

/** Free text; blank means null. */
const Words = z.string().max(2000).nullable();

/** The recorded fields of an item that expires; never a password. */
const fields = {
  kind: Kind,
  /** its name for people */
  name: z.string().min(1).max(255),
  /** the organisation or customer a token is for */
  organisation: Words,
  expiresAt: Instant.nullable(),
  /** `exact` read from the file itself, `estimated` derived, `typed` by a person */
  certainty: z.enum(["exact", "estimated", "typed"]),
  fingerprint: Sha256.nullable(),
  /** a push certificate's topic (subject UID) */
  topic: Words,
  /** the person or role that renews it; a mail address if notices are to be mailed to it */
  owner: Words,
  /** the Apple or Google account it belongs to, by name */
  account: Words,
  /** location of the phone for the account's second factor */
  phone: Words,
  notes: Words,
  /** the file it was read from */
  source: Words,
} as const;

const optional = <T extends z.ZodType>(schema: T) => schema.optional();

/** A new item; a missing field is null. */
export const NewRenewalItem = z
  .strictObject({
    kind: fields.kind,
    name: fields.name,
    organisation: optional(fields.organisation),
    expiresAt: optional(fields.expiresAt),
    certainty: optional(fields.certainty),
    fingerprint: optional(fields.fingerprint),
    topic: optional(fields.topic),
    owner: optional(fields.owner),
    account: optional(fields.account),
    phone: optional(fields.phone),
    notes: optional(fields.notes),
    source: optional(fields.source),
  })
  .openapi("NewRenewalItem");

/** A change of an item; a missing field keeps its value. */
export const RenewalChange = NewRenewalItem.partial().openapi("RenewalChange");

/** Something that expires, and who renews it. */
export const RenewalItem = z
  .object({
    id: Id,
    ...fields,
    /** when the yearly login was last done, and by whom */
    confirmedAt: Instant.nullable(),
    confirmedBy: Words,
    createdAt: Instant,
    updatedAt: Instant,
  })
  .openapi("RenewalItem");

/** A notice of one stage of one item to one recipient, by one channel; `expiresAt` distinguishes the item's years. */
const noticeKey = {
  itemId: Id,
  expiresAt: Instant,
  /** days before expiry; negative for days after it */
  stage: z.int(),
  /** `mail`, `webhook` or `command` */
  way: z.string().max(20),
  /** a mail address, a webhook's name, a command's name */
  recipient: z.string().max(320),
} as const;

export const NoticeClaim = z.strictObject(noticeKey).openapi("NoticeClaim");

/** A notice that was started: `sending` until its outcome is recorded. */
export const Notice = z
  .object({
    id: Id,
    ...noticeKey,
    state: z.enum(["sending", "sent", "failed"]),
    /** the same for repeated attempts, so that a repeated mail is recognised */
    messageId: z.string(),
    attempts: z.int(),
    /** when it was last started or settled */
    at: Instant,
    error: z.string().nullable(),
  })
  .openapi("Notice");

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
