/** A noun of the API: each has a file of its own, however short. */

import { z } from "zod";
import { RECORDED_FIELDS } from "../model/renewal.ts";
import { SECURED_APPS } from "../model/secured-user.ts";
import { CONTRACT, TENANT } from "../model/tenant.ts";
import { flag } from "./queries.ts";
import { get, json, patch } from "./route.ts";
import { DryRun, Id, Instant, named } from "./shapes.ts";
import { changeMembersOf, recordSchema } from "./thing-schema.ts";

const members = changeMembersOf(TENANT.fields);

/** What is recorded of a tenant itself: null, and an empty list, say that nobody has said it yet. */
const TenantProfile = named("TenantProfile", recordSchema(TENANT.fields));

const { name, ...ofContract } = changeMembersOf(CONTRACT);

/** What is said anew of a tenant: a missing field keeps its value, null and an empty list of languages clear it. */
const TenantChange = named(
  "TenantChange",
  z.strictObject({
    ...z.object(members).partial().shape,
    contracts: z
      .array(z.strictObject({ name, ...z.object(ofContract).partial().shape }))
      .optional()
      .meta({ description: "contracts to add, or to change by their names" }),
    contractsRemoved: z.array(z.string().min(1)).optional().meta({ description: "names of contracts to remove" }),
    dryRun: DryRun,
  }),
);

/** How a tenant stands with its administrators, and with who hears of its renewals. */
const Administration = z.object({
  recorded: z.boolean().meta({ description: "something of a CLOMO account was recorded by hand" }),
  total: z.int().meta({ description: "number of those who have a role or are marked" }),
  marked: z.int().meta({ description: "number of those who are marked and have no role" }),
  system: z.int().meta({ description: "number of system administrators" }),
  supported: z
    .array(z.object({ name: z.string(), user: z.string(), email: z.string() }))
    .meta({ description: "accounts that hold the support option" }),
  leavers: z
    .array(
      z.object({
        id: Id,
        kind: z.enum(RECORDED_FIELDS.kind.choices),
        name: z.string(),
        owner: z.string(),
        revoked: z.boolean(),
        now: z.string().nullable(),
      }),
    )
    .meta({
      description:
        "renewals whose owner names, by mail address, employee code, account name, or a full name of one alone, a user who was deleted, or (`revoked`) had a role once and has none, or is called something else by now (`now`: the mail address of today)",
    }),
  revoked: z.array(z.string()).meta({ description: "mail addresses of users who had a role once and have none" }),
  contact: z.object({ address: z.string(), revoked: z.boolean(), now: z.string().nullable() }).nullable().meta({
    description:
      "the contact person's mail address (`contactMail` of the profile), where it is that of a user who was deleted, or (`revoked`) had a role once and has none, or has another mail address (`now`)",
  }),
  lacking: z
    .int()
    .nullable()
    .meta({ description: "users without a CLOMO account who need one; null where the profile names no need" }),
});

/** The tenant itself; `mirroredAt` is when its data last came from the console. */
const Tenant = named(
  "Tenant",
  z.object({
    name: z.string(),
    mirroredAt: Instant.nullable(),
    users: z.int(),
    orgs: z.int(),
    devices: z.int(),
    /** users of each of the SECURED APPs */
    secured: z.record(z.enum(SECURED_APPS), z.int()),
    administratorsKnown: z
      .array(z.string())
      .optional()
      .meta({ description: "the kinds of import whose administrators are known" }),
    consoleTasks: z.int().optional().meta({ description: "number of what has to be done in the console" }),
    exportsAwaited: z.array(z.string()).optional().meta({
      description:
        "the kinds whose next export of the console is to be taken over, as the mirror is known to differ from it and no task says so",
    }),
    profile: TenantProfile.optional(),
    administration: Administration.optional().meta({
      description: "where it is asked for, and who asks may see all CLOMO accounts",
    }),
  }),
);

export default {
  description: "The tenant itself",
  routes: {
    show: get("/v1/tenant", {
      id: "tenant",
      summary: "The tenant and its size",
      query: { administration: flag.meta({ description: "true: with how it stands with its administrators" }) },
      answer: json(Tenant, "The tenant"),
    }),
    revision: get("/v1/tenant/revision", {
      id: "tenantRevision",
      summary: "The tenant's revision: each change makes it a higher one",
      example: { revision: 812 },
      answer: json(z.object({ revision: z.int() }), "The revision of the last change"),
    }),
    set: patch("/v1/tenant", {
      id: "setTenant",
      summary: "Record what is known of the tenant itself",
      body: TenantChange,
      answer: json(z.object({ before: TenantProfile, after: TenantProfile }), "What was recorded, and what is now"),
      fails: ["input-rejected"],
    }),
  },
};

export type { TenantProfile } from "../model/tenant.ts";
export type Tenant = z.infer<typeof Tenant>;
export type TenantChange = z.infer<typeof TenantChange>;
