import { z } from "zod";
import { EXAMPLE_AT, exampleId } from "../model/thing.ts";
import { exportedLines, get, json, page } from "./route.ts";
import { Instant, named, Sha256 } from "./shapes.ts";

/** Values of fields by name, as the change had them; never secrets. */
const Values = z.record(z.string(), z.unknown());

/** Who did what to what, when, and from where. */
const AuditText = z.object({
  version: z.int().meta({ description: "2" }),
  seq: z.int(),
  at: Instant,
  actor: z.string(),
  by: z.string().optional().meta({ description: "who acted as this account: the machine's owner" }),
  origin: z.object({
    host: z.string(),
    user: z.string().optional().meta({ description: "of the operating system" }),
    program: z.string(),
    access: z.enum(["embedded"]),
  }),
  action: z.string().meta({ description: "such as users.edit" }),
  objects: z
    .array(z.object({ thing: z.string(), id: z.string(), name: z.string().optional() }))
    .meta({ description: "what it was done to" }),
  orgs: z.array(z.string()).optional().meta({
    description:
      "the ids of the organisations touched, before and after, in their order; none of what is no organisation's (the tenant, custom fields, SECURED APPs, renewals, exports of everything), and of what touched more than 1,000",
  }),
  before: Values.optional(),
  after: Values.optional(),
  detail: Values.optional(),
});

/** A record of the audit: `hash` is the SHA-256 of the hash before, a line feed and the record's text as it stands. */
const AuditRecord = named(
  "AuditRecord",
  z.object({
    seq: z.int().meta({ description: "its number, from 1" }),
    hash: Sha256,
    record: z
      .union([AuditText, z.string()])
      .meta({ description: "a text where it is no record any more: it was altered" }),
  }),
);

/** The last record. */
const AuditHead = named("AuditHead", z.object({ seq: z.int(), hash: Sha256, at: Instant }));

/** What a verification found. */
const AuditVerification = named(
  "AuditVerification",
  z.object({
    records: z.int().meta({ description: "number of records that stand as they were written" }),
    last: z.object({ seq: z.int(), hash: Sha256 }).nullable().meta({ description: "the last one of these" }),
    broken: z
      .object({ seq: z.int(), reason: z.enum(["altered", "missing", "moved", "stray"]) })
      .nullable()
      .meta({ description: "the first record that breaks the chain" }),
    headSeq: z.int().nullable().meta({ description: "the number of the record with the hash that was kept" }),
    table: z
      .array(z.object({ name: z.string(), reason: z.enum(["altered", "missing", "unknown"]) }))
      .meta({ description: "the table of the audit, its indexes and triggers, where they are not as they were made" }),
    changes: z
      .object({
        verified: z.int().meta({ description: "number of changes whose versions are as they were written" }),
        broken: z.array(
          z.object({
            number: z.int().nullable().meta({ description: "null for versions that belong to no change" }),
            reason: z.enum(["altered", "missing", "unrecorded"]),
          }),
        ),
      })
      .nullable(),
  }),
);

const HASH = "8f14e45fceea167a5a36dedd4bea2543a3c2f0a9e2d5f0f3d5b4c1a7e6f09b21";

/** An example of a record. */
const EXAMPLE = {
  seq: 42,
  hash: HASH,
  record: {
    version: 2,
    seq: 42,
    at: EXAMPLE_AT,
    actor: "owner (hanako)",
    origin: { host: "desk-12", user: "hanako", program: "clomoctl 1.0.0", access: "embedded" },
    action: "users.edit",
    objects: [{ thing: "user", id: exampleId(2), name: "髙橋 花子" }],
    orgs: [exampleId(1)],
    before: { title: "主任" },
    after: { title: "課長" },
  },
} as const;

const filters = {
  since: Instant.optional().meta({ description: "not before this instant" }),
  until: Instant.optional().meta({ description: "before this instant" }),
  actor: z.string().min(1).optional().meta({ description: "part of who did it" }),
  action: z.string().min(1).optional().meta({
    description:
      "part of the action; create, update and delete find imports too that did so to some record, and delete removals",
  }),
  object: z.string().min(1).optional().meta({
    description: "id or name of what it was done to, also of what was deleted; imports that wrote it are found too",
  }),
};

export default {
  description: "The audit: who changed what, when, and from where",
  routes: {
    list: get("/v1/audit", {
      id: "audit",
      summary: "Records of the audit, newest first",
      query: {
        ...filters,
        limit: z.coerce.number().int().min(1).max(1000).default(1000),
        cursor: z
          .string()
          .regex(/^\d{1,15}$/)
          .optional()
          .meta({ description: "`next` of the page before" }),
      },
      answer: page(AuditRecord, "Newest first"),
      example: { items: [EXAMPLE], next: null },
    }),
    head: get("/v1/audit/head", {
      id: "auditHead",
      summary: "The last record: its hash, kept elsewhere, proves all before it",
      answer: json(AuditHead, "The last record"),
      example: { seq: 42, hash: HASH, at: EXAMPLE_AT },
      fails: ["not-found"],
    }),
    verify: get("/v1/audit/verify", {
      id: "verifyAudit",
      summary: "Verify that no record was altered, removed or moved",
      query: {
        head: Sha256.optional().meta({ description: "a hash that was kept elsewhere" }),
        changes: z
          .stringbool({ truthy: ["true"], falsy: ["false"] })
          .default(false)
          .meta({
            type: "boolean",
            default: false,
            description: "also the versions of records that changes keep for undo and history",
          }),
      },
      answer: json(AuditVerification, "What was found"),
      example: {
        records: 42,
        last: { seq: 42, hash: HASH },
        broken: null,
        headSeq: 40,
        table: [],
        changes: { verified: 3, broken: [] },
      },
    }),
    export: get("/v1/audit/export", {
      id: "exportAudit",
      summary: "Records of the audit, whole, oldest first; it has a record itself",
      query: filters,
      answer: exportedLines(AuditRecord, "Oldest first; `record` is the very text that was hashed"),
      example: EXAMPLE,
    }),
    show: get("/v1/audit/{seq}", {
      id: "auditRecord",
      summary: "One record of the audit",
      params: { seq: z.coerce.number().int().positive() },
      answer: json(AuditRecord, "The record"),
      example: EXAMPLE,
    }),
  },
};

export type AuditRecord = z.infer<typeof AuditRecord>;
export type AuditHead = z.infer<typeof AuditHead>;
export type AuditVerification = z.infer<typeof AuditVerification>;
