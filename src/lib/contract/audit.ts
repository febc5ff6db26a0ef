import { z } from "zod";
import { EXAMPLE_INSTANT, createExampleId } from "../model/thing.ts";
import { get, jsonResponse, pageResponse } from "./route.ts";
import { Instant, nameSchema, Sha256 } from "./shapes.ts";

/** Values of fields by name, as they were in the change; secrets are never included. */
const FieldValues = z.record(z.string(), z.unknown());

const AuditContent = z.object({
  version: z.int().meta({ description: "version of the record's format: 2" }),
  seq: z.int(),
  at: Instant,
  actor: z.string(),
  by: z.string().optional().meta({ description: "the machine's owner, if the owner acted as this account" }),
  origin: z.object({
    host: z.string(),
    user: z.string().optional().meta({ description: "user name in the operating system" }),
    program: z.string(),
    access: z.enum(["embedded", "socket"]).meta({ description: "in the same process, or over the network" }),
    address: z.string().optional().meta({ description: "network address of the request" }),
    request: z.string().optional().meta({ description: "ID of the request, as in the log of the server" }),
    token: z.string().optional().meta({ description: "name of the access token" }),
  }),
  action: z.string().meta({ description: "the action, such as users.edit" }),
  objects: z
    .array(z.object({ thing: z.string(), id: z.string(), name: z.string().optional() }))
    .meta({ description: "the records that the action affected" }),
  orgs: z.array(z.string()).optional().meta({
    description:
      "sorted IDs of the organisations affected, before and after the change; missing if the change affected more than 1,000 organisations, or something that does not belong to an organisation (the tenant, custom fields, SECURED APPs, renewal items, exports of everything)",
  }),
  before: FieldValues.optional(),
  after: FieldValues.optional(),
  detail: FieldValues.optional(),
});

/** An audit record. `hash` is the SHA-256 of the previous hash, a line feed and the exact text of the record. */
const AuditRecord = nameSchema(
  "AuditRecord",
  z.object({
    seq: z.int().meta({ description: "number of the record, starting at 1" }),
    hash: Sha256,
    record: z
      .union([AuditContent, z.string()])
      .meta({ description: "a string if the record was altered and is no longer a valid record" }),
  }),
);

const AuditVerification = nameSchema(
  "AuditVerification",
  z.object({
    records: z.int().meta({ description: "number of records that have not been altered since they were written" }),
    last: z
      .object({ seq: z.int(), hash: Sha256 })
      .nullable()
      .meta({ description: "the last of the unaltered records" }),
    broken: z
      .object({ seq: z.int(), reason: z.enum(["altered", "missing", "moved", "stray"]) })
      .nullable()
      .meta({ description: "the first record that breaks the chain of hashes" }),
    headSeq: z
      .int()
      .nullable()
      .meta({ description: "number of the record whose hash is `head`; null if no record has this hash" }),
    table: z
      .array(z.object({ name: z.string(), reason: z.enum(["altered", "missing", "unknown"]) }))
      .meta({ description: "audit table, indexes and triggers that differ from what clomoctl creates" }),
    changes: z
      .object({
        verified: z
          .int()
          .meta({ description: "number of changes whose versions have not been altered since they were written" }),
        broken: z.array(
          z.object({
            number: z.int().nullable().meta({ description: "null for versions that do not belong to a change" }),
            reason: z.enum(["altered", "missing", "unrecorded"]),
          }),
        ),
      })
      .nullable(),
  }),
);

const EXAMPLE_HASH = "8f14e45fceea167a5a36dedd4bea2543a3c2f0a9e2d5f0f3d5b4c1a7e6f09b21";

const EXAMPLE_RECORD = {
  seq: 42,
  hash: EXAMPLE_HASH,
  record: {
    version: 2,
    seq: 42,
    at: EXAMPLE_INSTANT,
    actor: "owner (hanako)",
    origin: { host: "desk-12", user: "hanako", program: "clomoctl 1.0.0", access: "embedded" },
    action: "users.edit",
    objects: [{ thing: "user", id: createExampleId(2), name: "髙橋 花子" }],
    orgs: [createExampleId(1)],
    before: { title: "主任" },
    after: { title: "課長" },
  },
} as const;

const auditFilters = {
  since: Instant.optional().meta({ description: "only records at or after this instant" }),
  until: Instant.optional().meta({ description: "only records before this instant" }),
  actor: z.string().min(1).optional().meta({ description: "part of the actor's name" }),
  action: z.string().min(1).optional().meta({
    description:
      "part of the action; create, update and delete also find imports that created, updated or deleted records, and delete also finds removals",
  }),
  object: z.string().min(1).optional().meta({
    description:
      "ID or name of a record that the action affected, also of a deleted record; also finds imports that wrote the record",
  }),
};

export default {
  description: "The audit log: who changed what, when, and from where",
  routes: {
    list: get("/v1/audit", {
      id: "audit",
      summary: "List audit records, newest first",
      query: {
        ...auditFilters,
        limit: z.coerce.number().int().min(1).max(1000).default(1000),
        cursor: z
          .string()
          .regex(/^\d{1,15}$/)
          .optional()
          .meta({ description: "`next` of the previous page" }),
      },
      answer: pageResponse(AuditRecord, "Audit records, newest first"),
      example: { items: [EXAMPLE_RECORD], next: null },
    }),
    verify: get("/v1/audit/verify", {
      id: "verifyAudit",
      isLong: true,
      summary: "Verify that no audit record was altered, removed or moved",
      query: {
        head: Sha256.optional().meta({ description: "hash of an audit record that was kept elsewhere" }),
        changes: z
          .stringbool({ truthy: ["true"], falsy: ["false"] })
          .default(false)
          .meta({
            type: "boolean",
            default: false,
            description: "true: also verify the versions of records that are kept for undo and history",
          }),
      },
      answer: jsonResponse(AuditVerification, "The result of the verification"),
      example: {
        records: 42,
        last: { seq: 42, hash: EXAMPLE_HASH },
        broken: null,
        headSeq: 40,
        table: [],
        changes: { verified: 3, broken: [] },
      },
    }),
    show: get("/v1/audit/{seq}", {
      id: "auditRecord",
      summary: "Get one audit record",
      params: { seq: z.coerce.number().int().positive() },
      answer: jsonResponse(AuditRecord, "The audit record"),
      example: EXAMPLE_RECORD,
    }),
  },
};

export type AuditRecord = z.infer<typeof AuditRecord>;
export type AuditVerification = z.infer<typeof AuditVerification>;
