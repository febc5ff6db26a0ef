import { z } from "zod";
import { ADMINISTRATORS, OPERATIONS, type Operation } from "../model/role.ts";
import { exampleId } from "../model/thing.ts";
import { get, json } from "./route.ts";
import { Id, named } from "./shapes.ts";

const operations = Object.keys(OPERATIONS) as [Operation, ...Operation[]];

/** An organisation, by its id and its path; that of 全社 is blank. */
const Place = z.object({ id: Id, path: z.string() });

/** Who acts, with which role, over which organisations. */
const Whoami = named(
  "Whoami",
  z.object({
    account: z.string().nullable().meta({ description: "null: the machine's owner, who may do everything" }),
    owner: z.string().meta({ description: "the machine's owner, with the operating system's user" }),
    user: z
      .object({
        id: Id,
        name: z.string(),
        email: z.string(),
        org: Place,
        listed: z.boolean().meta({ description: "false: it lies outside the organisations, and is in no list" }),
      })
      .nullable(),
    role: z.enum(ADMINISTRATORS),
    scheme: z.string().nullable().meta({ description: "of a custom administrator" }),
    orgs: z
      .array(Place)
      .nullable()
      .meta({ description: "the organisations that are its own, each with all below it; null: all" }),
    items: z.array(z.enum(operations)).meta({ description: "what its scheme has" }),
    operations: z.array(z.object({ operation: z.enum(operations), reach: z.enum(["all", "inside"]) })),
  }),
);

export default {
  description: "Who acts",
  routes: {
    show: get("/v1/whoami", {
      id: "whoami",
      summary: "Who acts, with which role, over which organisations",
      answer: json(Whoami, "Who acts"),
      example: {
        account: "hanako",
        owner: "owner (taro)",
        user: {
          id: exampleId(2),
          name: "髙橋 花子",
          email: "hanako@example.co.jp",
          org: { id: exampleId(1), path: "本社/営業部" },
          listed: true,
        },
        role: "division",
        scheme: null,
        orgs: [{ id: exampleId(1), path: "本社/営業部" }],
        items: [],
        operations: [{ operation: "users.read", reach: "inside" }],
      },
    }),
  },
};

export type Whoami = z.infer<typeof Whoami>;
