/** The handlers of one noun. Every noun has its own file, even if the file is short. */

import { findRecords, streamNdjson, readListPage, readAllRecords } from "../store/lists.ts";
import { CUSTOM_FIELD_LIST, USER_LIST } from "../records/user-rows.ts";
import type { Handlers, TenantParts } from "./handler.ts";

// modules are loaded only by requests that need them, so that lists start faster
const loadUsersModule = () => import("../records/users.ts");
const loadCustomFieldsModule = () => import("../records/fields.ts");
const loadExportsModule = () => import("../records/exports.ts");
const loadHistoryModule = () => import("../versions/history.ts");

/** Returns the handlers for CLOMO PANEL users and their custom fields. */
export default ({ session, store }: TenantParts): Handlers<"users"> => ({
  list: ({ query }) => ({
    page: () => session.read((reader) => readListPage(reader, USER_LIST, query)),
    lines: () => streamNdjson(store, USER_LIST, query),
  }),
  find: ({ query }) => session.read((reader) => findRecords(reader, USER_LIST, query.name)),
  create: async ({ body, repeatable }) => (await loadUsersModule()).createUser(session, body, repeatable),
  edit: async ({ params: { id }, body }) => (await loadUsersModule()).editUser(session, id, body),
  move: async ({ body, repeatable }) => (await loadUsersModule()).moveUsers(session, body, repeatable),
  history: async ({ query }) => (await loadHistoryModule()).readHistory(session, "users", query.name),
  export: async ({ query }) =>
    (await loadExportsModule()).exportList(session, USER_LIST, query, { action: "users.export" }),
  fields: () => session.read((reader) => readAllRecords(reader, CUSTOM_FIELD_LIST)),
  addField: async ({ body: { name }, repeatable }) =>
    (await loadCustomFieldsModule()).addCustomField(session, name, repeatable),
  field: async ({ params: { id } }) => {
    const { getFieldWithUsage } = await loadCustomFieldsModule();
    return session.read((reader) => getFieldWithUsage(reader, id));
  },
  removeField: async ({ params: { id }, query: { users, seen } }) =>
    (await loadCustomFieldsModule()).removeCustomField(session, id, { users, seen }),
});
