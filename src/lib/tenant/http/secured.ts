/** Handlers of one noun: each has its own file, however short. */

import { sha256 } from "../ids.ts";
import { findRecords, pageOf, recordsOf } from "../store/lists.ts";
import { securedGroups, securedUsers } from "../records/secured/user-rows.ts";
import type { Handlers, TenantParts } from "./handler.ts";

// loaded by the requests that need them: lists start sooner without
const exports = () => import("../records/exports.ts");
const users = () => import("../records/secured/users.ts");
const groups = () => import("../records/secured/groups.ts");

/** SECURED APPs users and groups. */
export default ({ session }: TenantParts): Handlers<"secured"> => ({
  list: ({ params: { app }, query }) => session.read((reader) => pageOf(reader, securedUsers(app), query)),
  find: ({ params: { app }, query }) => session.read((reader) => findRecords(reader, securedUsers(app), query.name)),
  export: async ({ params: { app }, query }) =>
    (await exports()).exportList(session, securedUsers(app), query, {
      action: "secured.export",
      filters: { app, ...query },
    }),
  create: async ({ params: { app }, body, repeatable }) => {
    // what is kept of a request tells nothing of its secrets
    const { password: _, secretKey: __, ...open } = body;
    const once = repeatable && { ...repeatable, fingerprint: sha256(JSON.stringify(open)) };
    return (await users()).createSecuredUser(session, app, body, once);
  },
  edit: async ({ params: { app, id }, body }) => (await users()).editSecuredUser(session, app, id, body),
  createGroup: async ({ params: { app }, body, repeatable }) =>
    (await groups()).createGroup(session, app, body, repeatable),
  editGroup: async ({ params: { app, id }, body }) => (await groups()).editGroup(session, app, id, body),
  deleteGroups: async ({ params: { app }, body }) => (await groups()).deleteGroups(session, app, body),
  groups: ({ params: { app } }) => session.read((reader) => recordsOf(reader, securedGroups(app))),
});
