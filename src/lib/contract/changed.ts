/** What an import changes of a record: a line of a plan, and of a user's history. */

import { z } from "zod";

/** A value of a field that is no secret. */
const FieldValue = z.object({ field: z.string(), value: z.union([z.string(), z.array(z.string())]).nullable() });

/** `after` has the resulting values, `before` the former ones of those that change. */
export const changedValues = {
  changed: z.array(z.string()),
  setsSecret: z.boolean(),
  before: z.array(FieldValue),
  after: z.array(FieldValue),
};
