import { z } from "zod";
import { exampleOf } from "../model/thing.ts";
import { CUSTOM_FIELD, USER, USER_ORDERS } from "../model/user.ts";
import { RecordHistory } from "./history.ts";
import { csv, get, items, json, list, patch, post, remove } from "./route.ts";
import { byName, descending, exporting, filters, paging, searching } from "./queries.ts";
import { byId, Id, named, seeing, seeingByQuery } from "./shapes.ts";
import { lineSchema, newValue, recordSchema, withExample } from "./thing-schema.ts";
import { newRecord, recordChange, several, written, writing } from "./written.ts";

export type { RecordHistory, RecordVersion } from "./history.ts";

/** A custom user field of the tenant (カスタムユーザー情報). */
const CustomField = named("CustomField", recordSchema(CUSTOM_FIELD.fields));

/** A custom field, and how many users have a value in it. */
const UsedField = named(
  "UsedField",
  withExample(CustomField.extend({ users: z.int() }), () => ({ ...exampleOf(CUSTOM_FIELD.fields), users: 12 })),
);

/** A PANEL user. `emails[0]` is the main address. */
const User = named("User", recordSchema(USER.fields));

/** A user as he was, and as he is by now. */
const WrittenUser = named("WrittenUser", written(User));

/** A moved user, and how many devices, which count in the user's organisation, go along. */
const MovedUser = named("MovedUser", WrittenUser.extend({ devices: z.int() }));

export default {
  description: "PANEL users (利用者) and their custom fields",
  routes: {
    list: get("/v1/users", {
      id: "users",
      summary: "PANEL users, page by page",
      query: {
        ...paging,
        ...filters,
        ...searching({
          org: "the users directly in it",
          text: "part of any text of a user, in either width and any variant of its names: 高橋 finds 髙橋",
        }),
        sort: z.enum(USER_ORDERS).optional().meta({ description: "default: the order of creation; not for NDJSON" }),
        ...descending,
      },
      answer: list(User, lineSchema(USER.fields), "Users in the order of their creation"),
    }),
    find: get("/v1/users/find", {
      id: "findUsers",
      summary: "PANEL users by id, mail address, employee code or account name",
      query: byName,
      answer: items(User, "Users whose id, mail address, employee code or account name matches"),
    }),
    create: post("/v1/users", {
      id: "createUser",
      summary: "Create a user",
      body: named("NewUser", newRecord(USER.fields)),
      answer: json(WrittenUser, "The user"),
      status: 201,
      fails: ["input-rejected", "not-found"],
    }),
    edit: patch("/v1/users/{id}", {
      id: "editUser",
      summary: "Change a user",
      params: byId,
      body: named("UserChange", recordChange(USER.fields, { without: ["org"] })),
      answer: json(WrittenUser, "The user"),
      fails: ["input-rejected"],
    }),
    move: post("/v1/users/move", {
      id: "moveUsers",
      summary: "Move users into an organisation, all of them or none",
      body: z.strictObject({ ...several, org: Id, ...seeing, ...writing }),
      answer: items(MovedUser, "The users, in the order of the request"),
      fails: ["input-rejected", "not-found", "conflict"],
    }),
    history: get("/v1/users/history", {
      id: "userHistory",
      summary: "Every version of users, also of deleted ones",
      query: byName,
      answer: items(
        RecordHistory,
        "Users whose id, mail address, employee code or account name matches, and those who had it before",
      ),
    }),
    export: get("/v1/users/export", {
      id: "exportUsers",
      summary: "PANEL users as CSV",
      query: exporting,
      answer: csv("Users in the order of their creation"),
    }),
    fields: get("/v1/users/fields", {
      id: "fields",
      summary: "Custom fields of PANEL users",
      answer: items(CustomField, "Custom fields"),
    }),
    addField: post("/v1/users/fields", {
      id: "addField",
      summary: "Add a custom field",
      body: z.strictObject({ name: newValue(CUSTOM_FIELD.fields.name).min(1) }),
      answer: json(CustomField, "The field"),
      status: 201,
      fails: ["input-rejected"],
    }),
    field: get("/v1/users/fields/{id}", {
      id: "field",
      summary: "A custom field, and how many users have a value in it",
      params: byId,
      answer: json(UsedField, "The field"),
    }),
    removeField: remove("/v1/users/fields/{id}", {
      id: "removeField",
      summary: "Remove a custom field and its values",
      params: byId,
      query: {
        users: z.coerce.number().int().optional().meta({
          description: "how many have a value in it; if it is another number by now, nothing happens: 409",
        }),
        ...seeingByQuery,
      },
      answer: json(CustomField, "The field, removed with its values"),
      fails: ["conflict"],
    }),
  },
};

export type { User } from "../model/user.ts";
export type MovedUser = z.infer<typeof MovedUser>;
export type WrittenUser = z.infer<typeof WrittenUser>;
export type CustomField = z.infer<typeof CustomField>;
export type UsedField = z.infer<typeof UsedField>;
