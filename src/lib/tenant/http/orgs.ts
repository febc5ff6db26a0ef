/** Handlers of one noun: each has its own file, however short. */

import { exportOf, findRecords, recordsOf } from "../store/lists.ts";
import { ORG_DETAILS, ORGS } from "../store/orgs.ts";
import { createOrg, editOrg, moveOrg } from "../use/orgs.ts";
import type { Handlers, TenantParts } from "./handler.ts";

/** Organisations. */
export default ({ session, store }: TenantParts): Handlers<"orgs"> => ({
  list: () => session.read((reader) => recordsOf(reader, ORGS)),
  find: ({ query }) => session.read((reader) => findRecords(reader, ORG_DETAILS, query.name)),
  create: ({ body, repeatable }) => createOrg(session, body, repeatable),
  edit: ({ params: { id }, body }) => editOrg(session, id, body),
  move: ({ params: { id }, body }) => moveOrg(session, id, body),
  export: ({ query }) => exportOf(store, ORGS, query),
});
