/** Handlers of one noun: each has its own file, however short. */

import { exportOf, findRecords, recordsOf } from "../store/lists.ts";
import { ORG_DETAILS, ORGS } from "../records/org-rows.ts";
import { exported } from "../records/exports.ts";
import { history } from "../versions/requests.ts";
import type { Handlers, TenantParts } from "./handler.ts";

/** Loaded when something is written: lists start sooner without it. */
const byHand = () => import("../records/orgs.ts");

/** Organisations. */
export default ({ session, store }: TenantParts): Handlers<"orgs"> => ({
  list: () => session.read((reader) => recordsOf(reader, ORGS)),
  find: ({ query }) => session.read((reader) => findRecords(reader, ORG_DETAILS, query.name)),
  history: ({ query }) => history(session, "orgs", query.name),
  create: async ({ body, repeatable }) => (await byHand()).createOrg(session, body, repeatable),
  edit: async ({ params: { id }, body }) => (await byHand()).editOrg(session, id, body),
  move: async ({ params: { id }, body }) => (await byHand()).moveOrg(session, id, body),
  export: ({ query }) => exported(session, { action: "orgs.export", filters: query }, exportOf(store, ORGS, query)),
});
