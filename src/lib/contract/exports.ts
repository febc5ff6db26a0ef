import { z } from "zod";
import { EXAMPLE_AT } from "../model/thing.ts";
import { exporting } from "./queries.ts";
import { parts, post } from "./route.ts";
import { Id, Instant, named, Sha256 } from "./shapes.ts";

/** What became of a resource. */
const ResourceState = z.enum(["exported", "empty", "not-permitted", "not-supported", "left-out"]);

/** What an export came to: its last part. */
const HandoverEnd = named(
  "HandoverEnd",
  z.object({
    tenant: z.string().meta({ description: "the tenant's name" }),
    mirroredAt: Instant.nullable().meta({ description: "when its data last came from the console; null if never" }),
    scope: z.object({ id: Id, path: z.string() }).nullable(),
    administratorsKnown: z.boolean().meta({ description: "somebody said who administers the tenant" }),
    partial: z.boolean().meta({ description: "who asked sees a part of the tenant, and so does the export" }),
    hidden: z.record(z.string(), z.array(z.string())).meta({
      description: "the fields of resources that who asked may not see, or not in every record; their values are null",
    }),
    records: z
      .record(z.string(), z.int().min(0))
      .meta({ description: "of each resource that has a part, in their order" }),
    files: z.record(z.string(), z.int().min(0)).meta({ description: "how many records the console's files have" }),
    states: z.record(z.string(), ResourceState).meta({ description: "of every resource, in their order" }),
    lastUpdatedAt: Instant.nullable().meta({ description: "when any of the records was last changed" }),
    auditHead: z
      .object({ seq: z.int().min(1), hash: Sha256 })
      .nullable()
      .meta({ description: "the last record of the audit; null if there is none, or who asks may not verify it" }),
  }),
);

const HandoverRequest = named(
  "HandoverRequest",
  z.strictObject({
    only: z
      .array(z.string().min(1).max(50))
      .min(1)
      .max(100)
      .optional()
      .meta({ description: "the names of resources; default: all but the audit" }),
    scope: Id.optional().meta({
      description: "the id of an organisation: it and all below it, and nothing that is no organisation's",
    }),
    audit: z.boolean().optional().meta({ description: "true: with the records of the audit" }),
    csv: z.boolean().optional().meta({ description: "false: without the console's files" }),
    newline: exporting.newline.unwrap().optional().meta({ description: "of the console's files; default: crlf" }),
  }),
);

export default {
  description: "All of a tenant in one piece, for a handover",
  routes: {
    create: post("/v1/exports", {
      id: "exportAll",
      changes: false,
      summary: "All resources of the tenant from one snapshot; nothing is written, no record of the audit either",
      body: HandoverRequest,
      example: {
        tenant: "kanto",
        mirroredAt: null,
        scope: null,
        administratorsKnown: false,
        partial: false,
        hidden: {},
        records: { tenant: 1, orgs: 12, users: 120 },
        files: { "csv/orgs.csv": 11, "csv/users.csv": 120 },
        states: {
          tenant: "exported",
          orgs: "exported",
          users: "exported",
          renewals: "not-permitted",
          audit: "left-out",
        },
        lastUpdatedAt: EXAMPLE_AT,
        auditHead: { seq: 7, hash: "0".repeat(64) },
      },
      answer: parts(
        HandoverEnd,
        "A part for each file of a bundle, named by Content-Disposition: records by resource (NDJSON, in the order of their ids), the console's files, `summary.json` with counts, and last `end.json`, by this schema",
      ),
      fails: ["not-found"],
    }),
  },
};

export type ResourceState = z.infer<typeof ResourceState>;
export type HandoverEnd = z.infer<typeof HandoverEnd>;
export type HandoverRequest = z.infer<typeof HandoverRequest>;
