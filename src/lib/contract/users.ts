import { z } from "zod";
import { buildExampleRecord } from "../model/thing.ts";
import { CUSTOM_FIELD, USER, USER_SORT_FIELDS } from "../model/user.ts";
import { RecordHistory } from "./history.ts";
import { csvExport, get, itemsResponse, jsonResponse, listResponse, patch, post, remove } from "./route.ts";
import {
  byName,
  descendingOrder,
  exportQuery,
  filters,
  paging,
  buildOrgFilters,
  buildSearchFilters,
} from "./queries.ts";
import { byId, Id, nameSchema, seenRevision, seenRevisionQuery } from "./shapes.ts";
import { lineSchema, newValueSchema, recordSchema, withExample } from "./thing-schema.ts";
import {
  newRecordSchema,
  recordChangeSchema,
  recordIdList,
  writeResultSchema,
  writeOptions,
} from "./write-requests.ts";

export type { RecordHistory, RecordVersion } from "./history.ts";

const CustomField = nameSchema("CustomField", recordSchema(CUSTOM_FIELD.fields));

const CustomFieldDetail = nameSchema(
  "UsedField",
  withExample(CustomField.extend({ users: z.int() }), () => ({
    ...buildExampleRecord(CUSTOM_FIELD.fields),
    users: 12,
  })),
);

/** A PANEL user. `emails[0]` is the main address. */
const User = nameSchema("User", recordSchema(USER.fields));

/** A user before and after a write. */
const WrittenUser = nameSchema("WrittenUser", writeResultSchema(User));

/** A moved user, and the number of devices that move along, because devices belong to their owner's organisation. */
const MovedUser = nameSchema("MovedUser", WrittenUser.extend({ devices: z.int() }));

const USERS_OF_ORG = "the users in this organisation";

export default {
  description: "PANEL users (利用者) and their custom fields",
  routes: {
    list: get("/v1/users", {
      id: "users",
      summary: "List PANEL users, page by page",
      query: {
        ...paging,
        ...filters,
        ...buildSearchFilters({
          org: USERS_OF_ORG,
          text: "text to find in any value of a user; full and half width, and variants of the characters in names, are treated as equal: 高橋 finds 髙橋",
        }),
        sort: z
          .enum(USER_SORT_FIELDS)
          .optional()
          .meta({ description: "sort order; default: the order of creation; cannot be used with NDJSON" }),
        ...descendingOrder,
      },
      answer: listResponse(User, lineSchema(USER.fields), "Users in the order of their creation"),
    }),
    find: get("/v1/users/find", {
      id: "findUsers",
      summary: "Find PANEL users by ID, email address, employee code or account name",
      query: byName,
      answer: itemsResponse(User, "Users whose ID, email address, employee code or account name matches"),
    }),
    create: post("/v1/users", {
      id: "createUser",
      isRepeatable: true,
      summary: "Create a user",
      body: nameSchema("NewUser", newRecordSchema(USER.fields)),
      answer: jsonResponse(WrittenUser, "The user"),
      status: 201,
      fails: ["input-rejected", "not-found"],
    }),
    edit: patch("/v1/users/{id}", {
      id: "editUser",
      summary: "Change a user",
      params: byId,
      body: nameSchema("UserChange", recordChangeSchema(USER.fields, { without: ["org"] })),
      answer: jsonResponse(WrittenUser, "The user"),
      fails: ["input-rejected"],
    }),
    move: post("/v1/users/move", {
      id: "moveUsers",
      isRepeatable: true,
      summary: "Move users into an organisation, all of them or none",
      body: z.strictObject({ ...recordIdList, org: Id, ...seenRevision, ...writeOptions }),
      answer: itemsResponse(MovedUser, "The users, in the order of the request"),
      fails: ["input-rejected", "not-found", "conflict"],
    }),
    history: get("/v1/users/history", {
      id: "userHistory",
      summary: "Get all versions of users, including deleted users",
      query: byName,
      answer: itemsResponse(
        RecordHistory,
        "Users whose ID, email address, employee code or account name matches, or matched in an earlier version",
      ),
    }),
    export: get("/v1/users/export", {
      id: "exportUsers",
      summary: "Export PANEL users as CSV",
      query: { ...exportQuery, ...buildOrgFilters(USERS_OF_ORG) },
      answer: csvExport("Users in the order of their creation"),
    }),
    fields: get("/v1/users/fields", {
      id: "fields",
      summary: "List the custom fields of PANEL users",
      answer: itemsResponse(CustomField, "Custom fields"),
    }),
    addField: post("/v1/users/fields", {
      id: "addField",
      isRepeatable: true,
      summary: "Add a custom field",
      body: z.strictObject({ name: newValueSchema(CUSTOM_FIELD.fields.name).min(1) }),
      answer: jsonResponse(CustomField, "The field"),
      status: 201,
      fails: ["input-rejected"],
    }),
    field: get("/v1/users/fields/{id}", {
      id: "field",
      summary: "Get a custom field, and the number of users who have a value in it",
      params: byId,
      answer: jsonResponse(CustomFieldDetail, "The field"),
    }),
    removeField: remove("/v1/users/fields/{id}", {
      id: "removeField",
      summary: "Remove a custom field and its values",
      params: byId,
      query: {
        users: z.coerce.number().int().optional().meta({
          description:
            "number of users whom the caller expects to have a value in the field; if the number has changed, nothing is removed (409)",
        }),
        ...seenRevisionQuery,
      },
      answer: jsonResponse(CustomField, "The field, which was removed with its values"),
      fails: ["conflict"],
    }),
  },
};

export type { User } from "../model/user.ts";
export type MovedUser = z.infer<typeof MovedUser>;
export type WrittenUser = z.infer<typeof WrittenUser>;
export type CustomField = z.infer<typeof CustomField>;
export type CustomFieldDetail = z.infer<typeof CustomFieldDetail>;
