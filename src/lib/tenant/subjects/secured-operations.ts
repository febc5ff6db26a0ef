import { SECURED_APPS, SECURED_GROUP, SECURED_USER } from "../../nouns/secured-user.ts";
import { operation, type InputKit } from "./operation.ts";
import { findRecords, readAllRecords, streamList } from "../ledger/lists.ts";
import { buildSecuredGroupList, buildSecuredUserList } from "./secured-user-rows.ts";

const buildAppPath = ({ z }: InputKit) => ({ app: z.enum(SECURED_APPS) });

const buildUserMembers = ({ z }: InputKit) => ({
  role: z.enum(SECURED_USER.fields.role.choices).optional(),
  password: z.string().optional(),
  secretKey: z.string().optional(),
  createGroups: z.boolean().optional().meta({ description: "true: create groups that do not exist" }),
});

export const secured = {
  list: operation({
    route: "GET /v1/secured/{app}/users",
    about: "List the users of one app",
    path: buildAppPath,
    input: ({ z, listQuery, descendingOrder }) =>
      z.strictObject({
        ...listQuery,
        group: z.string().min(1).optional().meta({ description: "name of a group: only users in this group" }),
        sort: z.enum(["user-id", "name"]).optional(),
        ...descendingOrder,
      }),
    needs: ["secured.read"],
    result: "list",
    run: ({ store }, query, { app }) => streamList(store, buildSecuredUserList(app), query),
  }),
  find: operation({
    route: "GET /v1/secured/{app}/users/find",
    about: "Find users of one app by ID or ユーザーID",
    path: buildAppPath,
    input: ({ z, byName }) => z.strictObject(byName),
    needs: ["secured.read"],
    run: ({ session }, { name }, { app }) =>
      session.read((reader) => findRecords(reader, buildSecuredUserList(app), name)),
  }),
  export: operation({
    route: "GET /v1/secured/{app}/users/export",
    about: "Export the users of one app as CSV, without administrators and secrets",
    path: buildAppPath,
    input: ({ z, exportQuery }) => z.strictObject({ ...exportQuery, layout: z.enum(["console", "full"]).optional() }),
    needs: ["secured.read"],
    result: "csv",
    run: async ({ session }, query, { app }) =>
      (await import("../ledger/list-export.ts")).exportList(session, buildSecuredUserList(app), query, {
        action: "secured.export",
        filters: { app, ...query },
      }),
  }),
  create: operation({
    route: "POST /v1/secured/{app}/users",
    about: "Create a user of an app",
    path: buildAppPath,
    input: (kit) =>
      kit.newRecordSchema(SECURED_USER.fields, {
        more: {
          ...buildUserMembers(kit),
          passwordInConsole: kit.z
            .boolean()
            .optional()
            .meta({ description: "true: the password is set in the console; only in a mirror" }),
        },
      }),
    needs: ["secured.write"],
    once: ["password", "secretKey"],
    run: async ({ session }, given, { app }) =>
      (await import("./secured-users.ts")).createSecuredUser(session, app, given),
  }),
  edit: operation({
    route: "PATCH /v1/secured/{app}/users/{id}",
    about: "Change a user of an app who is not an administrator",
    path: buildAppPath,
    input: (kit) => kit.recordChangeSchema(SECURED_USER.fields, { without: ["userId"], more: buildUserMembers(kit) }),
    needs: ["secured.write"],
    run: async ({ session }, given, { app, id }) =>
      (await import("./secured-users.ts")).editSecuredUser(session, app, id, given),
  }),
  groups: operation({
    route: "GET /v1/secured/{app}/groups",
    about: "List the groups of one app, sorted by name",
    path: buildAppPath,
    needs: ["secured.read"],
    run: ({ session }, _, { app }) => session.read((reader) => readAllRecords(reader, buildSecuredGroupList(app))),
  }),
  createGroup: operation({
    route: "POST /v1/secured/{app}/groups",
    about: "Create a group in Docs, Calendar or Contacts",
    path: buildAppPath,
    input: ({ newRecordSchema }) => newRecordSchema(SECURED_GROUP.fields),
    needs: ["secured.write"],
    once: true,
    run: async ({ session }, given, { app }) => (await import("./secured-users.ts")).createGroup(session, app, given),
  }),
  deleteGroups: operation({
    route: "POST /v1/secured/{app}/groups/delete",
    about: "Delete groups, all of them or none, and remove their users from them",
    path: buildAppPath,
    input: ({ z, recordIdList, writeOptions }) => z.strictObject({ ...recordIdList, ...writeOptions }),
    needs: ["secured.write"],
    run: async ({ session }, given, { app }) => (await import("./secured-users.ts")).deleteGroups(session, app, given),
  }),
};

export type { SecuredApp as App } from "../../nouns/secured-user.ts";
export type { DeletedGroups, WrittenSecuredGroup, WrittenSecuredUser } from "./secured-users.ts";
