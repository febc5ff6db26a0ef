/** What the routes of lists and exports take in their queries. */

import { z } from "zod";
import { Id } from "./shapes.ts";

/** Query parameter that finds records by what people call them. */
export const byName = { name: z.string().min(1) };

/** A query parameter that is true or false. */
export const flag = z
  .stringbool({ truthy: ["true"], falsy: ["false"] })
  .default(false)
  .meta({ type: "boolean", default: false });

/** Query parameters of a paged list. */
export const paging = {
  limit: z.coerce.number().int().min(1).max(1000).default(1000),
  cursor: z.string().min(1).max(4096).optional().meta({ description: "`next` of the page before" }),
};

/** Query parameters that filter a list or export; both match part of the normalised value. */
export const filters = {
  filterName: z.string().optional().meta({ description: "part of the name" }),
  filterId: z.string().optional().meta({ description: "part of the mail address, code or ユーザーID" }),
};

/** Query parameters that filter a list by an organisation and by any text of a record. */
export const searching = ({ org, text }: { readonly org: string; readonly text: string }) => ({
  org: Id.optional().meta({ description: `the id of an organisation: ${org}` }),
  search: z.string().max(1000).optional().meta({ description: text }),
});

/** Query parameter that turns a list's order round. */
export const descending = { desc: flag };

/** Query parameters of an export; the bytes are UTF-8, which the reader may re-encode. */
export const exporting = {
  ...filters,
  newline: z.enum(["crlf", "lf", "cr"]).default("crlf"),
};
