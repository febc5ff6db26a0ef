import { z } from "zod";
import { get, jsonResponse, post } from "./route.ts";
import { Id, Instant, nameSchema } from "./shapes.ts";

/** Where people can be administrators: in CLOMO PANEL, or in one of the SECURED APPs. */
const AdministratorKind = z.enum(["users", "browser", "docs", "mailer", "calendar", "contacts"]);

/**
 * Users who are marked as administrators. `knownAt` is null if nobody has recorded the administrators, which a mirror
 * cannot do automatically.
 */
const Administrators = nameSchema(
  "Administrators",
  z.object({
    kind: AdministratorKind,
    knownAt: Instant.nullable(),
    knownBy: z.string().nullable(),
    administrators: z.array(z.object({ id: Id, key: z.string(), name: z.string() })),
    consoleTasks: z
      .array(z.int())
      .optional()
      .meta({ description: "only for a change in a mirror: numbers of the tasks to do in the console" }),
  }),
);

const kindParams = { kind: AdministratorKind };

export default {
  description:
    "Administrators of CLOMO PANEL and of the SECURED APPs; they are marked in the tenant because exports of the console do not show them",
  routes: {
    list: get("/v1/administrators/{kind}", {
      id: "administrators",
      summary: "List the users who are marked as administrators",
      params: kindParams,
      answer: jsonResponse(Administrators, "The users who are marked, and when this was last recorded"),
    }),
    mark: post("/v1/administrators/{kind}", {
      id: "markAdministrators",
      isRepeatable: true,
      summary:
        "Mark and unmark administrators; without `add` and `remove`, record that there are no other administrators",
      params: kindParams,
      body: z.strictObject({
        add: z
          .array(z.string().min(1))
          .default([])
          .meta({ description: "IDs of users; for an app, the ユーザーID of users, who need not exist here" }),
        remove: z.array(Id).default([]),
      }),
      answer: jsonResponse(Administrators, "The users who are marked after the change"),
      fails: ["input-rejected"],
    }),
  },
};

export type Administrators = z.infer<typeof Administrators>;
