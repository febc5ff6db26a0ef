import { z } from "zod";
import { json, post, tagged } from "./route.ts";
import { Id, InBothLanguages, Instant, named, Sha256 } from "./shapes.ts";

/** What becomes of a resource's records. */
const RestoredResource = named(
  "RestoredResource",
  z.object({
    name: z.string(),
    added: z.int().min(0),
    changed: z.int().min(0),
    removed: z.int().min(0),
    unchanged: z.int().min(0),
  }),
);

const RestorePlan = named(
  "RestorePlan",
  z.object({
    etag: z
      .string()
      .meta({ description: "of the plan, the tenant and what was sent: another one of any of them is another ETag" }),
    resources: z.array(RestoredResource).meta({ description: "those that were sent, in their order" }),
    removals: z
      .array(z.object({ resource: z.string(), id: z.string(), name: z.string().nullable() }))
      .meta({ description: "the first 1,000 records that would be removed" }),
    becomesMirror: z.boolean().meta({
      description: "the tenant would mirror the console from then on: what is changed in it is to be done there, too",
    }),
    refusals: z
      .array(z.object({ resource: z.string(), id: z.string().nullable(), detail: InBothLanguages }))
      .meta({ description: "why it would be refused; the first 1,000" }),
    refused: z.int().min(0).meta({ description: "number of reasons why it would be refused" }),
  }),
);

const RestoreResult = named(
  "RestoreResult",
  z.object({
    id: Id.nullable().meta({ description: "as the audit names it; null where nothing had to be changed" }),
    resources: z.array(RestoredResource),
  }),
);

const asking = {
  only: z.string().min(1).max(1000).optional().meta({
    description: "the names of resources, with commas between; those of the others that were sent are left as they are",
  }),
  mirroredAt: Instant.optional().meta({
    description: "when what was sent last came from the console: a tenant that is made like it is a mirror, too",
  }),
};

const ORGS = { name: "orgs", added: 1, changed: 2, removed: 0, unchanged: 9 };
const USERS = { name: "users", added: 0, changed: 4, removed: 1, unchanged: 115 };

export default {
  description: "Making a tenant like an export",
  routes: {
    plan: post("/v1/restores/plan", {
      id: "planRestore",
      changes: false,
      summary: "What making the tenant like an export would change; nothing is kept of it",
      query: asking,
      takesParts: true,
      example: {
        etag: "0".repeat(64),
        resources: [ORGS, USERS],
        removals: [{ resource: "users", id: "018f3f3a-0000-7000-8000-000000000002", name: "髙橋 花子" }],
        becomesMirror: false,
        refusals: [],
        refused: 0,
      },
      answer: tagged(RestorePlan, "The plan"),
      fails: ["input-rejected", "not-permitted", "locked"],
    }),
    create: post("/v1/restores", {
      id: "restore",
      summary:
        "Makes the tenant like an export, all of it or nothing: records are added, changed and removed, and keep their ids and times",
      query: {
        ...asking,
        deletions: z.coerce.number().int().min(0).default(0).meta({
          description: "how many records the plan removes: with any other number nothing happens",
        }),
        manifest: Sha256.optional().meta({ description: "the SHA-256 of the bundle's manifest, for the audit" }),
      },
      takesParts: true,
      ifMatch: true,
      example: { id: "018f3f3a-0000-7000-8000-000000000001", resources: [ORGS, USERS] },
      answer: json(RestoreResult, "What was done"),
      fails: ["input-rejected", "conflict", "locked"],
    }),
  },
};

export type RestoredResource = z.infer<typeof RestoredResource>;
export type RestorePlan = z.infer<typeof RestorePlan>;
export type RestoreResult = z.infer<typeof RestoreResult>;
