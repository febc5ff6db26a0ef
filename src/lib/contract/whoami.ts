import { z } from "zod";
import { ADMINISTRATOR_ROLES, OPERATIONS, type Operation } from "../model/role.ts";
import { createExampleId } from "../model/thing.ts";
import { get, jsonResponse } from "./route.ts";
import { Id, Instant, nameSchema } from "./shapes.ts";

const OPERATION_NAMES = Object.keys(OPERATIONS) as [Operation, ...Operation[]];

const OrgReference = z.object({ id: Id, path: z.string() });

/** The caller: the account, its role, and the organisations that it manages. */
const Whoami = nameSchema(
  "Whoami",
  z.object({
    account: z.string().nullable().meta({ description: "null for the machine's owner, who may do everything" }),
    owner: z.string().meta({ description: "the machine's owner, with the user name in the operating system" }),
    user: z
      .object({
        id: Id,
        name: z.string(),
        email: z.string(),
        org: OrgReference,
        listed: z.boolean().meta({
          description: "false: the user is outside the account's organisations, and therefore not in any list",
        }),
      })
      .nullable(),
    role: z.enum(ADMINISTRATOR_ROLES),
    scheme: z.string().nullable().meta({ description: "name of the scheme; only for a custom administrator" }),
    orgs: z
      .array(OrgReference)
      .nullable()
      .meta({ description: "the account's own organisations, each including all organisations below it; null: all" }),
    items: z.array(z.enum(OPERATION_NAMES)).meta({ description: "operations that the account's scheme includes" }),
    operations: z.array(z.object({ operation: z.enum(OPERATION_NAMES), reach: z.enum(["all", "inside"]) })),
    token: z
      .object({ name: z.string(), readOnly: z.boolean(), expiresAt: Instant })
      .nullable()
      .meta({ description: "the access token of the request, if it has one" }),
  }),
);

export default {
  description: "The acting account",
  routes: {
    show: get("/v1/whoami", {
      id: "whoami",
      summary: "Get the acting account, its role and its organisations",
      answer: jsonResponse(Whoami, "The acting account, its role and its organisations"),
      example: {
        account: "hanako",
        owner: "owner (taro)",
        user: {
          id: createExampleId(2),
          name: "髙橋 花子",
          email: "hanako@example.co.jp",
          org: { id: createExampleId(1), path: "本社/営業部" },
          listed: true,
        },
        role: "division",
        scheme: null,
        orgs: [{ id: createExampleId(1), path: "本社/営業部" }],
        items: [],
        operations: [{ operation: "users.read", reach: "inside" }],
        token: null,
      },
    }),
  },
};

export type Whoami = z.infer<typeof Whoami>;
