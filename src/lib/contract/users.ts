import { z } from "zod";
import { CUSTOM_FIELD, USER } from "../model/user.ts";
import { csv, get, items, json, list, post, remove } from "./route.ts";
import { byId, byName, exporting, filters, named, paging } from "./shapes.ts";
import { lineSchema, recordSchema } from "./thing-schema.ts";

/** A custom user field of the tenant (カスタムユーザー情報). */
const CustomField = named("CustomField", recordSchema(CUSTOM_FIELD.fields));

/** A PANEL user. `emails[0]` is the main address. */
const User = named("User", recordSchema(USER.fields));

export default {
  description: "PANEL users (利用者) and their custom fields",
  routes: {
    list: get("/v1/users", {
      id: "users",
      summary: "PANEL users, page by page",
      query: { ...paging, ...filters },
      answer: list(User, lineSchema(USER.fields), "Users in the order of their creation"),
    }),
    find: get("/v1/users/find", {
      id: "findUsers",
      summary: "PANEL users by id, mail address, employee code or account name",
      query: byName,
      answer: items(User, "Users whose id, mail address, employee code or account name matches"),
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
      body: z.strictObject(byName),
      answer: json(CustomField, "The field"),
      status: 201,
      fails: ["input-rejected"],
    }),
    removeField: remove("/v1/users/fields/{id}", {
      id: "removeField",
      summary: "Remove a custom field and its values",
      params: byId,
      answer: json(CustomField, "The field, removed with its values"),
    }),
  },
};

export type { User } from "../model/user.ts";
export type CustomField = z.infer<typeof CustomField>;
