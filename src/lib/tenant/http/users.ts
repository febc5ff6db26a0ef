/** Handlers of one noun: each has its own file, however short. */

import { findRecords, linesOf, pageOf, recordsOf } from "../store/lists.ts";
import { CUSTOM_FIELDS, USERS } from "../records/user-rows.ts";
import type { Handlers, TenantParts } from "./handler.ts";

// loaded by the requests that need them: lists start sooner without
const byHand = () => import("../records/users.ts");
const customFields = () => import("../records/fields.ts");
const exports = () => import("../records/exports.ts");
const versions = () => import("../versions/history.ts");

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
  history: async ({ query }) => (await versions()).history(session, "users", query.name),
  export: async ({ query }) => (await exports()).exportList(session, USERS, query, { action: "users.export" }),
  fields: () => session.read((reader) => recordsOf(reader, CUSTOM_FIELDS)),
  addField: async ({ body: { name }, repeatable }) => (await customFields()).addCustomField(session, name, repeatable),
  field: async ({ params: { id } }) => {
    const { usedField } = await customFields();
    return session.read((reader) => usedField(reader, id));
  },
  removeField: async ({ params: { id }, query: { users, seen } }) =>
    (await customFields()).removeCustomField(session, id, { users, seen }),
});
