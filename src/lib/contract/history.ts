/** The history of a record, the same for all nouns that have one. */

import { z } from "zod";
import { EXAMPLE_AT, exampleId } from "../model/thing.ts";
import { Id, Instant, named } from "./shapes.ts";
import { withExample } from "./thing-schema.ts";

/** A value that is not a secret; a reference by what people called the record then. */
const HistoryValue = z.union([z.string(), z.boolean(), z.array(z.string())]).nullable();

/** What a change did to a record. Facts of a change that the asker may not see are null. */
const RecordVersion = named(
  "RecordVersion",
  z.object({
    number: z.int().nullable().meta({ description: "the number of the change" }),
    at: Instant.nullable(),
    actor: z.string().nullable(),
    command: z.string().nullable().meta({ description: "the action in the audit, such as users.edit" }),
    action: z.enum(["create", "update", "delete"]),
    changes: z
      .array(z.object({ field: z.string(), old: HistoryValue, new: HistoryValue }))
      .meta({ description: "of a new or deleted record the values that it had" }),
    undoes: z.int().nullable().meta({ description: "the number of the change that it undoes" }),
    undoneBy: z.int().nullable().meta({ description: "the number of the change that undid it" }),
  }),
);

/** A record that exists or was deleted, with its versions, oldest first. */
export const RecordHistory = named(
  "RecordHistory",
  withExample(
    z.object({
      id: Id,
      name: z.string().meta({ description: "what people call it, or called it last" }),
      deleted: z.boolean(),
      versions: z.array(RecordVersion),
    }),
    () => ({
      id: exampleId(2),
      name: "髙橋 花子 <hanako@example.co.jp>",
      deleted: false,
      versions: [
        {
          number: 17,
          at: EXAMPLE_AT,
          actor: "owner (hanako)",
          command: "users.edit",
          action: "update" as const,
          changes: [{ field: "title", old: "主任", new: "課長" }],
          undoes: null,
          undoneBy: null,
        },
      ],
    }),
  ),
);

export type RecordHistory = z.infer<typeof RecordHistory>;
export type RecordVersion = z.infer<typeof RecordVersion>;
