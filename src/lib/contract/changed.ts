/** What an import changes in a record, as shown by a row of a plan. */

import { z } from "zod";

const FieldValue = z.object({ field: z.string(), value: z.union([z.string(), z.array(z.string())]).nullable() });

/** A record's changes: `after` has the resulting values, `before` the previous values of changed fields. */
export const changedValues = {
  changed: z.array(z.string()),
  setsSecret: z.boolean(),
  before: z.array(FieldValue),
  after: z.array(FieldValue),
};
