/** Query parameters of the routes for lists and exports. */

import { z } from "zod";
import { MAX_SEARCH_LENGTH } from "../model/value-rule.ts";
import { Id } from "./shapes.ts";

/** The query parameter that finds records by a name: for example a path, a code or an email address. */
export const byName = { name: z.string().min(1) };

/** A query parameter that is true or false. */
export const queryFlag = z
  .stringbool({ truthy: ["true"], falsy: ["false"] })
  .default(false)
  .meta({ type: "boolean", default: false });

export const paging = {
  limit: z.coerce.number().int().min(1).max(1000).default(1000),
  cursor: z.string().min(1).max(4096).optional().meta({ description: "`next` of the previous page" }),
};

/** Query parameters that filter a list or export. Each matches a part of the normalised value. */
export const filters = {
  filterName: z.string().optional().meta({ description: "part of the name" }),
  filterId: z.string().optional().meta({ description: "part of the email address, code or ユーザーID" }),
};

/** Creates the query parameters that filter a list or export by an organisation.  @param org what the filter selects */
export const buildOrgFilters = (org: string) => ({
  org: Id.optional().meta({ description: `ID of an organisation: ${org} or in an organisation below it` }),
  direct: queryFlag.meta({ description: "true: `org` does not include the organisations below it" }),
});

/** Creates the query parameters that filter a list by an organisation and by any text of a record. */
export const buildSearchFilters = (org: string) => ({
  ...buildOrgFilters(org),
  search: z.string().max(MAX_SEARCH_LENGTH).optional().meta({ description: "text to find in any value" }),
});

/** The query parameter that reverses the order of a list. */
export const descendingOrder = { desc: queryFlag };

/** Query parameters of an export. The response is UTF-8; the client may re-encode it. */
export const exportQuery = {
  ...filters,
  newline: z.enum(["crlf", "lf", "cr"]).default("crlf"),
};

/** Query parameters of every list. */
export const listQuery = {
  ...filters,
  columns: queryFlag.meta({ description: "true: a line has a member for each column, instead of the record" }),
};
