/** Handlers of one noun: each has its own file, however short. */

import { addCustomField, CUSTOM_FIELDS, removeCustomField, USERS } from "../directory/users.ts";
import { exportOf, findRecords, linesOf, pageOf, recordsOf } from "../lists.ts";
import type { Handlers, TenantParts } from "./handler.ts";

/** PANEL users and their custom fields. */
export default ({ database, surroundings, actor }: TenantParts): Handlers<"users"> => ({
  list: ({ query }) => ({
    page: () => pageOf(database, USERS, query),
    lines: () => linesOf(database, USERS, query),
  }),
  find: ({ query }) => findRecords(database, USERS, query.name),
  export: ({ query }) => exportOf(database, USERS, query),
  fields: () => recordsOf(database, CUSTOM_FIELDS),
  addField({ body: { name }, once }) {
    const taken = (USERS.format?.columns ?? []).map(({ header }) => header);
    return once(
      () => addCustomField(database, surroundings, { name, actor, taken }),
      (id) => recordsOf(database, CUSTOM_FIELDS).find((known) => known.id === id),
    );
  },
  removeField: ({ params: { id } }) => removeCustomField(database, surroundings, { id, actor }),
});
