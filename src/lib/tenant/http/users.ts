/** Handlers of one noun: each has its own file, however short. */

import { exportOf, findRecords, linesOf, pageOf, recordsOf } from "../store/lists.ts";
import { CUSTOM_FIELDS, USERS } from "../records/user-rows.ts";
import { addCustomField, removeCustomField, usedField } from "../records/fields.ts";
import { exported } from "../records/exports.ts";
import { history } from "../versions/requests.ts";
import type { Handlers, TenantParts } from "./handler.ts";

/** Loaded when something is written: lists start sooner without it. */
const byHand = () => import("../records/users.ts");

/** PANEL users and their custom fields. */
export default ({ session, store }: TenantParts): Handlers<"users"> => ({
  list: ({ query }) => ({
    page: () => session.read((reader) => pageOf(reader, USERS, query)),
    lines: () => linesOf(store, USERS, query),
  }),
  find: ({ query }) => session.read((reader) => findRecords(reader, USERS, query.name)),
  create: async ({ body, repeatable }) => (await byHand()).createUser(session, body, repeatable),
  edit: async ({ params: { id }, body }) => (await byHand()).editUser(session, id, body),
  move: async ({ body, repeatable }) => (await byHand()).moveUsers(session, body, repeatable),
  history: ({ query }) => history(session, "users", query.name),
  export: ({ query }) => exported(session, { action: "users.export", filters: query }, exportOf(store, USERS, query)),
  fields: () => session.read((reader) => recordsOf(reader, CUSTOM_FIELDS)),
  addField: ({ body: { name }, repeatable }) => addCustomField(session, name, repeatable),
  field: ({ params: { id } }) => session.read((reader) => usedField(reader, id)),
  removeField: ({ params: { id }, query: { users, seen } }) => removeCustomField(session, id, { users, seen }),
});
