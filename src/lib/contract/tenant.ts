/** Every noun of the API has its own file, even if the file is short. */

import { z } from "zod";
import { SECURED_APPS } from "../model/secured-user.ts";
import { CONTRACT, TENANT } from "../model/tenant.ts";
import { queryFlag } from "./queries.ts";
import { get, jsonResponse, patch } from "./route.ts";
import { DryRun, Instant, nameSchema } from "./shapes.ts";
import { buildChangeSchemas, recordSchema } from "./thing-schema.ts";

const profileMembers = buildChangeSchemas(TENANT.fields);

/** The recorded facts about the tenant itself. Null or an empty list means that a fact is not recorded yet. */
const TenantProfile = nameSchema("TenantProfile", recordSchema(TENANT.fields));

const { name, ...ofContract } = buildChangeSchemas(CONTRACT);

/** A change to the facts about a tenant. A missing field keeps its value; null, or no languages, clears it. */
const TenantChange = nameSchema(
  "TenantChange",
  z.strictObject({
    ...z.object(profileMembers).partial().shape,
    contracts: z
      .array(z.strictObject({ name, ...z.object(ofContract).partial().shape }))
      .optional()
      .meta({ description: "contracts to add, or to change if the name exists" }),
    contractsRemoved: z.array(z.string().min(1)).optional().meta({ description: "names of contracts to remove" }),
    dryRun: DryRun,
  }),
);

const AdministrationStatus = z.object({
  recorded: z.boolean().meta({ description: "true: something about a CLOMO account was recorded by hand" }),
  total: z.int().meta({ description: "number of users who have a role or are marked as administrators" }),
  marked: z.int().meta({ description: "number of users who are marked as administrators but do not have a role" }),
  system: z.int().meta({ description: "number of system administrators" }),
  supported: z
    .array(z.object({ name: z.string(), user: z.string(), email: z.string() }))
    .meta({ description: "accounts that have the support option" }),
});

/** The tenant itself. `mirroredAt` is the time at which its data last came from the console. */
const Tenant = nameSchema(
  "Tenant",
  z.object({
    name: z.string(),
    mirroredAt: Instant.nullable(),
    users: z.int(),
    orgs: z.int(),
    devices: z.int(),
    secured: z.record(z.enum(SECURED_APPS), z.int()),
    administratorsKnown: z
      .array(z.string())
      .optional()
      .meta({ description: "kinds of import for which the administrators are known" }),
    consoleTasks: z.int().optional().meta({ description: "number of tasks to do in the console" }),
    exportsAwaited: z.array(z.string()).optional().meta({
      description:
        "kinds for which an export of the console must be imported next, because the mirror is known to differ from the console and no task shows this",
    }),
    profile: TenantProfile.optional(),
    administration: AdministrationStatus.optional().meta({
      description: "only if requested, and if the caller may see all CLOMO accounts",
    }),
  }),
);

export default {
  description: "The tenant itself",
  routes: {
    show: get("/v1/tenant", {
      id: "tenant",
      summary: "Get the tenant and its size",
      query: {
        administration: queryFlag.meta({ description: "true: include the state of the tenant's administrators" }),
      },
      answer: jsonResponse(Tenant, "The tenant"),
    }),
    revision: get("/v1/tenant/revision", {
      id: "tenantRevision",
      summary: "Get the tenant's revision, which is different after every change",
      example: { revision: 812 },
      answer: jsonResponse(z.object({ revision: z.int() }), "The tenant's revision after its last change"),
    }),
    set: patch("/v1/tenant", {
      id: "setTenant",
      summary: "Record information about the tenant itself",
      body: TenantChange,
      answer: jsonResponse(
        z.object({ before: TenantProfile, after: TenantProfile }),
        "The recorded information before and after",
      ),
      fails: ["not-found", "input-rejected"],
    }),
  },
};

export type { TenantProfile } from "../model/tenant.ts";
export type Tenant = z.infer<typeof Tenant>;
export type TenantChange = z.infer<typeof TenantChange>;
