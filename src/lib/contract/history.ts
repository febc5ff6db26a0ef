/** The history of a record. It is the same for all nouns that have a history. */

import { z } from "zod";
import { EXAMPLE_INSTANT, createExampleId } from "../model/thing.ts";
import { Id, Instant, nameSchema } from "./shapes.ts";
import { withExample } from "./thing-schema.ts";

/** A value that is not secret. A reference is shown as the name that the record had at that time. */
const HistoryValue = z.union([z.string(), z.boolean(), z.array(z.string())]).nullable();

/** What a change did to a record. Facts about the change that the user may not see are null. */
const RecordVersion = nameSchema(
  "RecordVersion",
  z.object({
    number: z.int().nullable().meta({ description: "number of the change" }),
    at: Instant.nullable(),
    actor: z.string().nullable(),
    command: z.string().nullable().meta({ description: "action in the audit log, such as users.edit" }),
    action: z.enum(["create", "update", "delete"]),
    changes: z
      .array(z.object({ field: z.string(), old: HistoryValue, new: HistoryValue }))
      .meta({ description: "the changed values; for a new or deleted record, the values that it had" }),
    undoes: z.int().nullable().meta({ description: "number of the change that this change undoes" }),
    undoneBy: z.int().nullable().meta({ description: "number of the change that undid this change" }),
  }),
);

/** A record that exists or was deleted, with its versions, oldest first. */
export const RecordHistory = nameSchema(
  "RecordHistory",
  withExample(
    z.object({
      id: Id,
      name: z.string().meta({ description: "display name of the record; for a deleted record, its last display name" }),
      deleted: z.boolean(),
      versions: z.array(RecordVersion),
    }),
    () => ({
      id: createExampleId(2),
      name: "髙橋 花子 <hanako@example.co.jp>",
      deleted: false,
      versions: [
        {
          number: 17,
          at: EXAMPLE_INSTANT,
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
