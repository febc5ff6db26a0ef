import { z } from "zod";
import { jsonResponse, post, jsonResponseWithEtag } from "./route.ts";
import { Id, BilingualText, Instant, nameSchema, Sha256 } from "./shapes.ts";

const RestoredResource = nameSchema(
  "RestoredResource",
  z.object({
    name: z.string(),
    added: z.int().min(0),
    changed: z.int().min(0),
    removed: z.int().min(0),
    unchanged: z.int().min(0),
  }),
);

const RestorePlan = nameSchema(
  "RestorePlan",
  z.object({
    etag: z
      .string()
      .meta({ description: "ETag of the plan; it changes if the plan, the tenant or the uploaded content changes" }),
    resources: z.array(RestoredResource).meta({ description: "the resources that were uploaded, in a fixed order" }),
    removals: z
      .array(z.object({ resource: z.string(), id: z.string(), name: z.string().nullable() }))
      .meta({ description: "the first 1,000 records that would be removed" }),
    becomesMirror: z.boolean().meta({
      description:
        "true: the tenant would become a mirror of the console; later local changes would then also have to be made in the console",
    }),
    refusals: z
      .array(z.object({ resource: z.string(), id: z.string().nullable(), detail: BilingualText }))
      .meta({ description: "reasons why the restore would be refused; at most 1,000" }),
    refused: z.int().min(0).meta({ description: "number of reasons why the restore would be refused" }),
  }),
);

const RestoreResult = nameSchema(
  "RestoreResult",
  z.object({
    id: Id.nullable().meta({ description: "ID of the restore in the audit log; null if nothing had to be changed" }),
    resources: z.array(RestoredResource),
  }),
);

const restoreQuery = {
  only: z.string().min(1).max(1000).optional().meta({
    description:
      "comma-separated names of resources to restore; records of other resources do not change, even if they were uploaded",
  }),
  mirroredAt: Instant.optional().meta({
    description:
      "time when the uploaded data last came from the console; a tenant that is restored from such data also becomes a mirror",
  }),
};

const EXAMPLE_ORGS = { name: "orgs", added: 1, changed: 2, removed: 0, unchanged: 9 };
const EXAMPLE_USERS = { name: "users", added: 0, changed: 4, removed: 1, unchanged: 115 };

export default {
  description: "Restores, which make a tenant equal to an export",
  routes: {
    plan: post("/v1/restores/plan", {
      id: "planRestore",
      changes: false,
      summary: "Preview what a restore from an export would change; nothing is stored",
      query: restoreQuery,
      takesParts: true,
      example: {
        etag: "0".repeat(64),
        resources: [EXAMPLE_ORGS, EXAMPLE_USERS],
        removals: [{ resource: "users", id: "018f3f3a-0000-7000-8000-000000000002", name: "髙橋 花子" }],
        becomesMirror: false,
        refusals: [],
        refused: 0,
      },
      answer: jsonResponseWithEtag(RestorePlan, "The plan"),
      fails: ["input-rejected", "not-permitted", "locked"],
    }),
    create: post("/v1/restores", {
      id: "restore",
      isRepeatable: true,
      summary:
        "Make the tenant equal to an export, all of it or nothing: records are added, changed and removed, and keep their IDs and times",
      query: {
        ...restoreQuery,
        deletions: z.coerce.number().int().min(0).default(0).meta({
          description: "number of records that the plan removes; with any other number, nothing is changed",
        }),
        manifest: Sha256.optional().meta({ description: "SHA-256 of the bundle's manifest, for the audit log" }),
      },
      takesParts: true,
      ifMatch: true,
      example: { id: "018f3f3a-0000-7000-8000-000000000001", resources: [EXAMPLE_ORGS, EXAMPLE_USERS] },
      answer: jsonResponse(RestoreResult, "The changes that were made"),
      fails: ["input-rejected", "conflict", "locked"],
    }),
  },
};

export type RestoredResource = z.infer<typeof RestoredResource>;
export type RestorePlan = z.infer<typeof RestorePlan>;
export type RestoreResult = z.infer<typeof RestoreResult>;
