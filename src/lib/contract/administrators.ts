import { z } from "zod";
import { get, json, post } from "./route.ts";
import { Id, Instant, named } from "./shapes.ts";

/** Where people are administrators: CLOMO PANEL, or one of the SECURED APPs. */
const AdministratorsOf = z.enum(["users", "browser", "docs", "mailer", "calendar", "contacts"]);

/** Who is marked as an administrator; `knownAt` is null where nobody has looked: a mirror cannot tell by itself. */
const Administrators = named(
  "Administrators",
  z.object({
    kind: AdministratorsOf,
    knownAt: Instant.nullable(),
    knownBy: z.string().nullable(),
    administrators: z.array(z.object({ id: Id, key: z.string(), name: z.string() })),
    consoleTasks: z
      .array(z.int())
      .optional()
      .meta({ description: "of a change in a mirror: the numbers of what has to be done in the console" }),
  }),
);

const params = { kind: AdministratorsOf };

export default {
  description: "Administrators of CLOMO PANEL and of the SECURED APPs: marks, as the console's exports do not tell",
  routes: {
    list: get("/v1/administrators/{kind}", {
      id: "administrators",
      summary: "Who is marked as an administrator",
      params,
      answer: json(Administrators, "The marked ones, and since when they are known"),
    }),
    mark: post("/v1/administrators/{kind}", {
      id: "markAdministrators",
      summary: "Mark and unmark administrators; with neither, record that there are no others",
      params,
      body: z.strictObject({
        add: z
          .array(z.string().min(1))
          .default([])
          .meta({ description: "ids of users; of an app ユーザーID, known or not" }),
        remove: z.array(Id).default([]),
      }),
      answer: json(Administrators, "The marked ones by now"),
      fails: ["input-rejected"],
    }),
  },
};

export type Administrators = z.infer<typeof Administrators>;
