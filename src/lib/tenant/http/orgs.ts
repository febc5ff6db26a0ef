/** Handlers of one noun: each has its own file, however short. */

import { findRecords, recordsOf } from "../store/lists.ts";
import { ORG_DETAILS, ORGS } from "../records/org-rows.ts";
import type { Handlers, TenantParts } from "./handler.ts";

// loaded by the requests that need them: lists start sooner without
const byHand = () => import("../records/orgs.ts");
const exports = () => import("../records/exports.ts");
const versions = () => import("../versions/history.ts");

/** Organisations. */
export default ({ session }: TenantParts): Handlers<"orgs"> => ({
  list: () => session.read((reader) => recordsOf(reader, ORGS)),
  find: ({ query }) => session.read((reader) => findRecords(reader, ORG_DETAILS, query.name)),
  history: async ({ query }) => (await versions()).history(session, "orgs", query.name),
  create: async ({ body, repeatable }) => (await byHand()).createOrg(session, body, repeatable),
  edit: async ({ params: { id }, body }) => (await byHand()).editOrg(session, id, body),
  move: async ({ params: { id }, body }) => (await byHand()).moveOrg(session, id, body),
  export: async ({ query }) => (await exports()).exportList(session, ORGS, query, { action: "orgs.export" }),
});
