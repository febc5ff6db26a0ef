/** Handlers of one noun: each has its own file, however short. */

import { ORG_DETAILS, ORGS } from "../directory/orgs.ts";
import { exportOf, findRecords, recordsOf } from "../lists.ts";
import type { Handlers, TenantParts } from "./handler.ts";

/** Organisations. */
export default ({ database }: TenantParts): Handlers<"orgs"> => ({
  list: () => recordsOf(database, ORGS),
  find: ({ query }) => findRecords(database, ORG_DETAILS, query.name),
  export: ({ query }) => exportOf(database, ORGS, query),
});
