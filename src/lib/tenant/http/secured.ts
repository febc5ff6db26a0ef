/** The handlers of one noun. Every noun has its own file, even if the file is short. */

import { sha256 } from "../ids.ts";
import { findRecords, readListPage, readAllRecords } from "../store/lists.ts";
import { buildSecuredGroupList, buildSecuredUserList } from "../records/secured/user-rows.ts";
import type { Handlers, TenantParts } from "./handler.ts";

// modules are loaded only by requests that need them, so that lists start faster
const loadExportsModule = () => import("../records/exports.ts");
const loadUsersModule = () => import("../records/secured/users.ts");
const loadGroupsModule = () => import("../records/secured/groups.ts");

/** Returns the handlers for SECURED APPs users and groups. */
export default ({ session }: TenantParts): Handlers<"secured"> => ({
  list: ({ params: { app }, query }) =>
    session.read((reader) => readListPage(reader, buildSecuredUserList(app), query)),
  find: ({ params: { app }, query }) =>
    session.read((reader) => findRecords(reader, buildSecuredUserList(app), query.name)),
  export: async ({ params: { app }, query }) =>
    (await loadExportsModule()).exportList(session, buildSecuredUserList(app), query, {
      action: "secured.export",
      filters: { app, ...query },
    }),
  create: async ({ params: { app }, body, repeatable }) => {
    // the fingerprint that is stored for a request must not reveal its secrets
    const { password: _, secretKey: __, ...open } = body;
    const once = repeatable && { ...repeatable, fingerprint: sha256(JSON.stringify(open)) };
    return (await loadUsersModule()).createSecuredUser(session, app, body, once);
  },
  edit: async ({ params: { app, id }, body }) => (await loadUsersModule()).editSecuredUser(session, app, id, body),
  createGroup: async ({ params: { app }, body, repeatable }) =>
    (await loadGroupsModule()).createGroup(session, app, body, repeatable),
  editGroup: async ({ params: { app, id }, body }) => (await loadGroupsModule()).editGroup(session, app, id, body),
  deleteGroups: async ({ params: { app }, body }) => (await loadGroupsModule()).deleteGroups(session, app, body),
  groups: ({ params: { app } }) => session.read((reader) => readAllRecords(reader, buildSecuredGroupList(app))),
});
