import { z } from "zod";
import { SECURED_GROUP, SECURED_USER } from "../model/secured-user.ts";
import { exampleOf } from "../model/thing.ts";
import { csv, get, items, json, page, patch, post } from "./route.ts";
import { byName, descending, exporting, filters, paging } from "./queries.ts";
import { byId, named, seeing } from "./shapes.ts";
import { membersOf, recordSchema, withExample } from "./thing-schema.ts";
import { newRecord, recordChange, several, written, writing } from "./written.ts";

/** A SECURED APPs user; `settings` are the app's own non-secret columns, by field. */
const SecuredUser = named("SecuredUser", recordSchema(SECURED_USER.fields));

const SecuredGroup = named("SecuredGroup", recordSchema(SECURED_GROUP.fields));

const { app: App, role: Role } = membersOf(SECURED_USER.fields);

const params = { app: App };

/** A user as he was, and as he is by now. */
const WrittenSecuredUser = named("WrittenSecuredUser", written(SecuredUser));

const WrittenSecuredGroup = named("WrittenSecuredGroup", written(SecuredGroup));

/** Groups that were deleted, as they were, and how many memberships went with them. */
const DeletedGroups = named(
  "DeletedGroups",
  withExample(
    z.object({
      groups: z.array(SecuredGroup),
      memberships: z.int(),
      consoleTasks: z.array(z.int()).meta({ description: "the numbers of what has to be done in the console" }),
      dryRun: z.boolean(),
    }),
    () => ({ groups: [exampleOf(SECURED_GROUP.fields)], memberships: 12, consoleTasks: [], dryRun: false }),
  ),
);

const kept = "checked, and kept nowhere: only the time when it was set is";

/** What is said of a user besides his values. */
const besides = {
  role: Role.optional().meta({ description: "sets the flag of the app's managers; administrators are marked instead" }),
  password: z.string().optional().meta({ description: kept }),
  secretKey: z
    .string()
    .optional()
    .meta({ description: `シークレットキー (Docs); ${kept}` }),
  createGroups: z.boolean().optional().meta({ description: "true: groups that are not there are made" }),
};

const inConsole = z
  .boolean()
  .optional()
  .meta({ description: "true: the password is set in the console; of a mirror only, where `password` may be missing" });

export default {
  description: "Users and groups of the SECURED APPs",
  routes: {
    list: get("/v1/secured/{app}/users", {
      id: "securedUsers",
      summary: "SECURED APPs users of one app, page by page",
      params,
      query: {
        ...paging,
        ...filters,
        group: z.string().min(1).optional().meta({ description: "a group's name: only its users" }),
        sort: z.enum(["user-id", "name"]).default("user-id"),
        ...descending,
      },
      answer: page(SecuredUser, "Users of one app"),
    }),
    find: get("/v1/secured/{app}/users/find", {
      id: "findSecuredUsers",
      summary: "SECURED APPs users of one app by id or ユーザーID",
      params,
      query: byName,
      answer: items(SecuredUser, "Users whose id or ユーザーID matches"),
    }),
    export: get("/v1/secured/{app}/users/export", {
      id: "exportSecuredUsers",
      summary: "SECURED APPs users of one app as CSV",
      params,
      query: { ...exporting, layout: z.enum(["console", "full"]).default("console") },
      answer: csv("Users of one app, without administrators and secrets"),
    }),
    create: post("/v1/secured/{app}/users", {
      id: "createSecuredUser",
      summary: "Create a SECURED APPs user",
      params,
      body: named(
        "NewSecuredUser",
        newRecord(SECURED_USER.fields, { more: { ...besides, passwordInConsole: inConsole } }),
      ),
      answer: json(WrittenSecuredUser, "The user"),
      status: 201,
      fails: ["input-rejected"],
    }),
    edit: patch("/v1/secured/{app}/users/{id}", {
      id: "editSecuredUser",
      summary: "Change a SECURED APPs user who is no administrator",
      params: { ...params, ...byId },
      body: named("SecuredUserChange", recordChange(SECURED_USER.fields, { without: ["userId"], more: besides })),
      answer: json(WrittenSecuredUser, "The user"),
      fails: ["input-rejected"],
    }),
    groups: get("/v1/secured/{app}/groups", {
      id: "securedGroups",
      summary: "Groups of one app",
      params,
      answer: items(SecuredGroup, "Groups by name"),
    }),
    createGroup: post("/v1/secured/{app}/groups", {
      id: "createSecuredGroup",
      summary: "Create a group in Docs, Calendar or Contacts",
      params,
      body: named("NewSecuredGroup", newRecord(SECURED_GROUP.fields)),
      answer: json(WrittenSecuredGroup, "The group"),
      status: 201,
      fails: ["input-rejected"],
    }),
    editGroup: patch("/v1/secured/{app}/groups/{id}", {
      id: "editSecuredGroup",
      summary: "Rename a group, and with it the memberships of its users",
      params: { ...params, ...byId },
      body: named("SecuredGroupChange", recordChange(SECURED_GROUP.fields)),
      answer: json(WrittenSecuredGroup, "The group"),
      fails: ["input-rejected"],
    }),
    deleteGroups: post("/v1/secured/{app}/groups/delete", {
      id: "deleteSecuredGroups",
      summary: "Delete groups, all of them or none, and take their users out of them",
      params,
      body: z.strictObject({
        ...several,
        memberships: z
          .int()
          .optional()
          .meta({ description: "how many go; if it is another number by now, nothing happens: 409" }),
        ...seeing,
        ...writing,
      }),
      answer: json(DeletedGroups, "The groups as they were"),
      fails: ["not-found", "conflict"],
    }),
  },
};

export type App = z.infer<typeof App>;
export type WrittenSecuredUser = z.infer<typeof WrittenSecuredUser>;
export type WrittenSecuredGroup = z.infer<typeof WrittenSecuredGroup>;
export type DeletedGroups = z.infer<typeof DeletedGroups>;
export type { SecuredGroup, SecuredUser } from "../model/secured-user.ts";
