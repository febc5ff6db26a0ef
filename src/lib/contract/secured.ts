import { z } from "zod";
import { SECURED_GROUP, SECURED_USER } from "../model/secured-user.ts";
import { buildExampleRecord } from "../model/thing.ts";
import { csvExport, get, itemsResponse, jsonResponse, pageResponse, patch, post } from "./route.ts";
import { byName, descendingOrder, exportQuery, filters, paging } from "./queries.ts";
import { byId, nameSchema, seenRevision } from "./shapes.ts";
import { buildFieldSchemas, recordSchema, withExample } from "./thing-schema.ts";
import {
  newRecordSchema,
  recordChangeSchema,
  recordIdList,
  writeResultSchema,
  writeOptions,
} from "./write-requests.ts";

/** A SECURED APPs user. `settings` contains the non-secret columns that only this app has, by field. */
const SecuredUser = nameSchema("SecuredUser", recordSchema(SECURED_USER.fields));

const SecuredGroup = nameSchema("SecuredGroup", recordSchema(SECURED_GROUP.fields));

const { app: App, role: Role } = buildFieldSchemas(SECURED_USER.fields);

const appParams = { app: App };

const WrittenSecuredUser = nameSchema("WrittenSecuredUser", writeResultSchema(SecuredUser));

const WrittenSecuredGroup = nameSchema("WrittenSecuredGroup", writeResultSchema(SecuredGroup));

const DeletedGroups = nameSchema(
  "DeletedGroups",
  withExample(
    z.object({
      groups: z.array(SecuredGroup),
      memberships: z.int(),
      consoleTasks: z.array(z.int()).meta({ description: "numbers of the tasks to do in the console" }),
      dryRun: z.boolean(),
    }),
    () => ({ groups: [buildExampleRecord(SECURED_GROUP.fields)], memberships: 12, consoleTasks: [], dryRun: false }),
  ),
);

const SECRET_DESCRIPTION = "checked but not stored; only the time when it was set is stored";

const extraUserMembers = {
  role: Role.optional().meta({
    description: "sets the manager flag in the app; administrators are not set with this field, but marked",
  }),
  password: z.string().optional().meta({ description: SECRET_DESCRIPTION }),
  secretKey: z
    .string()
    .optional()
    .meta({ description: `シークレットキー (Docs); ${SECRET_DESCRIPTION}` }),
  createGroups: z.boolean().optional().meta({ description: "true: create groups that do not exist" }),
};

const passwordSetInConsole = z.boolean().optional().meta({
  description: "true: the password is set in the console; only in a mirror, where `password` can then be omitted",
});

export default {
  description: "Users and groups of the SECURED APPs",
  routes: {
    list: get("/v1/secured/{app}/users", {
      id: "securedUsers",
      summary: "List the SECURED APPs users of one app, page by page",
      params: appParams,
      query: {
        ...paging,
        ...filters,
        group: z.string().min(1).optional().meta({ description: "name of a group: only users in this group" }),
        sort: z.enum(["user-id", "name"]).default("user-id"),
        ...descendingOrder,
      },
      answer: pageResponse(SecuredUser, "Users of one app"),
    }),
    find: get("/v1/secured/{app}/users/find", {
      id: "findSecuredUsers",
      summary: "Find the SECURED APPs users of one app by ID or ユーザーID",
      params: appParams,
      query: byName,
      answer: itemsResponse(SecuredUser, "Users whose ID or ユーザーID matches"),
    }),
    export: get("/v1/secured/{app}/users/export", {
      id: "exportSecuredUsers",
      summary: "Export the SECURED APPs users of one app as CSV",
      params: appParams,
      query: { ...exportQuery, layout: z.enum(["console", "full"]).default("console") },
      answer: csvExport("Users of one app, without administrators and secrets"),
    }),
    create: post("/v1/secured/{app}/users", {
      id: "createSecuredUser",
      isRepeatable: true,
      summary: "Create a SECURED APPs user",
      params: appParams,
      body: nameSchema(
        "NewSecuredUser",
        newRecordSchema(SECURED_USER.fields, {
          more: { ...extraUserMembers, passwordInConsole: passwordSetInConsole },
        }),
      ),
      answer: jsonResponse(WrittenSecuredUser, "The user"),
      status: 201,
      fails: ["input-rejected"],
    }),
    edit: patch("/v1/secured/{app}/users/{id}", {
      id: "editSecuredUser",
      summary: "Change a SECURED APPs user who is not an administrator",
      params: { ...appParams, ...byId },
      body: nameSchema(
        "SecuredUserChange",
        recordChangeSchema(SECURED_USER.fields, { without: ["userId"], more: extraUserMembers }),
      ),
      answer: jsonResponse(WrittenSecuredUser, "The user"),
      fails: ["input-rejected"],
    }),
    groups: get("/v1/secured/{app}/groups", {
      id: "securedGroups",
      summary: "List the groups of one app",
      params: appParams,
      answer: itemsResponse(SecuredGroup, "Groups, sorted by name"),
    }),
    createGroup: post("/v1/secured/{app}/groups", {
      id: "createSecuredGroup",
      isRepeatable: true,
      summary: "Create a group in Docs, Calendar or Contacts",
      params: appParams,
      body: nameSchema("NewSecuredGroup", newRecordSchema(SECURED_GROUP.fields)),
      answer: jsonResponse(WrittenSecuredGroup, "The group"),
      status: 201,
      fails: ["input-rejected"],
    }),
    editGroup: patch("/v1/secured/{app}/groups/{id}", {
      id: "editSecuredGroup",
      summary: "Rename a group, also in the memberships of its users",
      params: { ...appParams, ...byId },
      body: nameSchema("SecuredGroupChange", recordChangeSchema(SECURED_GROUP.fields)),
      answer: jsonResponse(WrittenSecuredGroup, "The group"),
      fails: ["input-rejected"],
    }),
    deleteGroups: post("/v1/secured/{app}/groups/delete", {
      id: "deleteSecuredGroups",
      summary: "Delete groups, all of them or none, and remove their users from them",
      params: appParams,
      body: z.strictObject({
        ...recordIdList,
        memberships: z.int().optional().meta({
          description:
            "number of memberships that the caller expects to be removed; if the number has changed, nothing is deleted (409)",
        }),
        ...seenRevision,
        ...writeOptions,
      }),
      answer: jsonResponse(DeletedGroups, "The groups before they were deleted"),
      fails: ["not-found", "conflict"],
    }),
  },
};

export type App = z.infer<typeof App>;
export type WrittenSecuredUser = z.infer<typeof WrittenSecuredUser>;
export type WrittenSecuredGroup = z.infer<typeof WrittenSecuredGroup>;
export type DeletedGroups = z.infer<typeof DeletedGroups>;
export type { SecuredGroup, SecuredUser } from "../model/secured-user.ts";
