/** Handlers of one noun: each has its own file, however short. */

import { securedGroups, securedUsers } from "../directory/secured.ts";
import { exportOf, findRecords, pageOf, recordsOf } from "../lists.ts";
import type { Handlers, TenantParts } from "./handler.ts";

/** SECURED APPs users and groups. */
export default ({ database }: TenantParts): Handlers<"secured"> => ({
  list: ({ params: { app }, query }) => pageOf(database, securedUsers(app), query),
  find: ({ params: { app }, query }) => findRecords(database, securedUsers(app), query.name),
  export: ({ params: { app }, query }) => exportOf(database, securedUsers(app), query),
  groups: ({ params: { app } }) => recordsOf(database, securedGroups(app)),
});
