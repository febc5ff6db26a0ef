import { z } from "zod";
import { EXAMPLE_INSTANT } from "../model/thing.ts";
import { exportQuery } from "./queries.ts";
import { multipartResponse, post } from "./route.ts";
import { Id, Instant, nameSchema, Sha256 } from "./shapes.ts";

const ResourceState = z.enum(["exported", "empty", "not-permitted", "not-supported", "left-out"]);

/** The result of an export, sent as its last part. */
const HandoverEnd = nameSchema(
  "HandoverEnd",
  z.object({
    tenant: z.string().meta({ description: "name of the tenant" }),
    mirroredAt: Instant.nullable().meta({
      description: "time when the tenant's data last came from the console; null if never",
    }),
    scope: z.object({ id: Id, path: z.string() }).nullable(),
    administratorsKnown: z.boolean().meta({ description: "true: somebody has recorded who administers the tenant" }),
    partial: z
      .boolean()
      .meta({ description: "true: the caller can see only part of the tenant, so the export contains only this part" }),
    hidden: z.record(z.string(), z.array(z.string())).meta({
      description: "the fields, by resource, that the caller cannot see in some or all records; hidden values are null",
    }),
    records: z
      .record(z.string(), z.int().min(0))
      .meta({ description: "number of records of each resource that has a part, in the order of the parts" }),
    files: z
      .record(z.string(), z.int().min(0))
      .meta({ description: "number of records in each CSV file in the console's format" }),
    states: z
      .record(z.string(), ResourceState)
      .meta({ description: "result for each resource, in the order of the resources" }),
    lastUpdatedAt: Instant.nullable().meta({ description: "time of the last change of any of the records" }),
    auditHead: z
      .object({ seq: z.int().min(1), hash: Sha256 })
      .nullable()
      .meta({
        description: "the last audit record; null if there is none, or if the caller may not verify the audit log",
      }),
  }),
);

const HandoverRequest = nameSchema(
  "HandoverRequest",
  z.strictObject({
    only: z
      .array(z.string().min(1).max(50))
      .min(1)
      .max(100)
      .optional()
      .meta({ description: "names of the resources to export; default: all except the audit log" }),
    scope: Id.optional().meta({
      description:
        "ID of an organisation: export only this organisation and everything below it, and nothing that does not belong to an organisation",
    }),
    audit: z.boolean().optional().meta({ description: "true: include the audit records" }),
    csv: z.boolean().optional().meta({ description: "false: leave out the CSV files in the console's format" }),
    newline: exportQuery.newline
      .unwrap()
      .optional()
      .meta({ description: "line ending of the CSV files in the console's format; default: crlf" }),
  }),
);

export default {
  description: "Export of all data of a tenant at once, for a handover",
  routes: {
    create: post("/v1/exports", {
      id: "exportAll",
      changes: false,
      summary:
        "Export all resources of the tenant from one snapshot; nothing is changed, and no audit record is written",
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
        lastUpdatedAt: EXAMPLE_INSTANT,
        auditHead: { seq: 7, hash: "0".repeat(64) },
      },
      answer: multipartResponse(
        HandoverEnd,
        "A part for each file of a bundle, named by Content-Disposition: the records of each resource (NDJSON, in the order of their IDs), the CSV files in the console's format, and finally `end.json`, which follows this schema",
      ),
      fails: ["not-found"],
    }),
  },
};

export type ResourceState = z.infer<typeof ResourceState>;
export type HandoverEnd = z.infer<typeof HandoverEnd>;
export type HandoverRequest = z.infer<typeof HandoverRequest>;
