/** A noun of the API: each has a file of its own, however short. */

import { z } from "zod";
import { SECURED_APPS } from "../model/secured-user.ts";
import { get, json } from "./route.ts";
import { Instant, named } from "./shapes.ts";

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
  }),
);

export default {
  description: "The tenant itself",
  routes: {
    show: get("/v1/tenant", { id: "tenant", summary: "The tenant and its size", answer: json(Tenant, "The tenant") }),
  },
};

export type Tenant = z.infer<typeof Tenant>;
