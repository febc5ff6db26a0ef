import { CUSTOM_FIELD, getOperationsForNewUsers } from "../../nouns/user.ts";
import { operation } from "./operation.ts";
import { recordOperations } from "./record-operations.ts";
import { CUSTOM_FIELD_LIST, USER_LIST } from "../ledger/user-rows.ts";
import { readAllRecords, streamList } from "../ledger/lists.ts";

const listAdministratorMarkRights = (given: object): readonly ["accounts.roles"] | readonly [] =>
  "administrator" in given ? ["accounts.roles"] : [];

const record = recordOperations({
  noun: "users",
  list: USER_LIST,
  filters: ({ buildOrgFilters }) => buildOrgFilters("the users in this organisation"),
  editable: async (session) => (await import("./users.ts")).createEditableUserType(session),
  creates: (actor, given) => [
    ...getOperationsForNewUsers(actor.orgs === undefined),
    ...listAdministratorMarkRights(given),
  ],
  edits: (given) => ["users.write", ...listAdministratorMarkRights(given)],
  without: ["org"],
});

export const users = {
  ...record,
  list: operation({
    route: "GET /v1/users",
    about: "List users, in the order in which they were created",
    input: ({ z, listQuery, buildSearchFilters }) =>
      z.strictObject({ ...listQuery, ...buildSearchFilters("the users in this organisation") }),
    needs: ["users.read"],
    result: "list",
    run: ({ store }, query) => streamList(store, USER_LIST, query),
  }),
  move: operation({
    route: "POST /v1/users/move",
    about: "Move users into an organisation, all of them or none",
    input: ({ z, Id, recordIdList, writeOptions }) => z.strictObject({ ...recordIdList, org: Id, ...writeOptions }),
    needs: ["users.move"],
    once: true,
    run: async ({ session }, given) => (await import("./users.ts")).moveUsers(session, given),
  }),
  fields: operation({
    route: "GET /v1/users/fields",
    about: "List the custom fields of users",
    needs: ["fields.read"],
    run: ({ session }) => session.read((reader) => readAllRecords(reader, CUSTOM_FIELD_LIST)),
  }),
  addField: operation({
    route: "POST /v1/users/fields",
    about: "Add a custom field",
    input: ({ z, newValueSchema }) => z.strictObject({ name: newValueSchema(CUSTOM_FIELD.fields.name).min(1) }),
    needs: ["fields.write"],
    once: true,
    run: async ({ session }, { name }) => (await import("../ledger/custom-fields.ts")).addCustomField(session, name),
  }),
  field: operation({
    route: "GET /v1/users/fields/{id}",
    about: "Get a custom field, and the number of users who have a value in it",
    needs: ["fields.read"],
    run: async ({ session }, _, { id }) => {
      const { getFieldWithUsage } = await import("../ledger/custom-fields.ts");
      return session.read((reader) => getFieldWithUsage(reader, id));
    },
  }),
  removeField: operation({
    route: "DELETE /v1/users/fields/{id}",
    about:
      "Remove a custom field and its values; if another number of users has a value than given, nothing is removed",
    input: ({ z }) => z.strictObject({ users: z.coerce.number().int().optional() }),
    needs: ["fields.write"],
    run: async ({ session }, given, { id }) =>
      (await import("../ledger/custom-fields.ts")).removeCustomField(session, id, given),
  }),
};

export type { MovedUser, WrittenUser } from "./users.ts";
export type { CustomField, CustomFieldDetail } from "../ledger/custom-fields.ts";
export type { ChangeResult } from "../ledger/records.ts";
export type { RecordHistory, RecordVersion } from "../ledger/version-history.ts";
