/** The handlers of one noun. Every noun has its own file, even if the file is short. */

import { findRecords, readAllRecords } from "../store/lists.ts";
import { ORG_DETAIL_LIST, ORG_LIST } from "../records/org-rows.ts";
import type { Handlers, TenantParts } from "./handler.ts";

// modules are loaded only by requests that need them, so that lists start faster
const loadOrgsModule = () => import("../records/orgs.ts");
const loadExportsModule = () => import("../records/exports.ts");
const loadHistoryModule = () => import("../versions/history.ts");

/** Returns the handlers for organisations. */
export default ({ session }: TenantParts): Handlers<"orgs"> => ({
  list: ({ query }) => session.read((reader) => readAllRecords(reader, ORG_LIST, query.limit)),
  find: ({ query }) => session.read((reader) => findRecords(reader, ORG_DETAIL_LIST, query.name)),
  history: async ({ query }) => (await loadHistoryModule()).readHistory(session, "orgs", query.name),
  create: async ({ body, repeatable }) => (await loadOrgsModule()).createOrg(session, body, repeatable),
  edit: async ({ params: { id }, body }) => (await loadOrgsModule()).editOrg(session, id, body),
  move: async ({ params: { id }, body }) => (await loadOrgsModule()).moveOrg(session, id, body),
  export: async ({ query }) =>
    (await loadExportsModule()).exportList(session, ORG_LIST, query, { action: "orgs.export" }),
});
