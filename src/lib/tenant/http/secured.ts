/** Handlers of one noun: each has its own file, however short. */

import { exportOf, findRecords, pageOf, recordsOf } from "../store/lists.ts";
import { securedGroups, securedUsers } from "../store/secured.ts";
import { exported } from "../use/exports.ts";
import type { Handlers, TenantParts } from "./handler.ts";

/** SECURED APPs users and groups. */
export default ({ session, store }: TenantParts): Handlers<"secured"> => ({
  list: ({ params: { app }, query }) => session.read((reader) => pageOf(reader, securedUsers(app), query)),
  find: ({ params: { app }, query }) => session.read((reader) => findRecords(reader, securedUsers(app), query.name)),
  export: ({ params: { app }, query }) =>
    exported(
      session,
      { action: "secured.export", filters: { app, ...query } },
      exportOf(store, securedUsers(app), query),
    ),
  groups: ({ params: { app } }) => session.read((reader) => recordsOf(reader, securedGroups(app))),
});
