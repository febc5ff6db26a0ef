import { z } from "@hono/zod-openapi";
import { ORG, ORG_COUNTS } from "../model/organisation.ts";
import { SECURED_GROUP, SECURED_USER } from "../model/secured-user.ts";
import { CUSTOM_FIELD, USER } from "../model/user.ts";
import { repeatable } from "./headers.ts";
import { csvText, failures, filters, Id, Instant, json, jsonBody, page, pageOrLines, paging, route } from "./shapes.ts";
import { lineSchema, membersOf, recordSchema } from "./thing-schema.ts";

/** An organisation; the root is 全社. `path` omits the root and writes a `/` in a name as `\/`. */
export const Org = recordSchema(ORG.fields).openapi("Org");

/** An organisation with the number of its direct users and child organisations. */
export const OrgDetail = Org.extend(membersOf(ORG_COUNTS)).openapi("OrgDetail");

/** A custom user field of the tenant (カスタムユーザー情報). */
export const CustomField = recordSchema(CUSTOM_FIELD.fields).openapi("CustomField");

/** A PANEL user. `emails[0]` is the main address. */
export const User = recordSchema(USER.fields).openapi("User");

/** The tenant itself; `mirroredAt` is when its data last came from the console. */
export const Tenant = z
  .object({ name: z.string(), mirroredAt: Instant.nullable(), users: z.int(), orgs: z.int() })
  .openapi("Tenant");

/** A SECURED APPs user; `settings` are the app's own non-secret columns, by field. */
export const SecuredUser = recordSchema(SECURED_USER.fields).openapi("SecuredUser");

export const SecuredGroup = recordSchema(SECURED_GROUP.fields).openapi("SecuredGroup");

export const App = membersOf(SECURED_USER.fields).app;

/** Parameters of an export; the bytes are UTF-8, which the reader may re-encode. */
const exporting = {
  ...filters,
  newline: z.enum(["crlf", "lf", "cr"]).default("crlf"),
} as const;

const named = z.strictObject({ name: z.string().min(1) });
const app = z.object({ app: App });

export const directoryRoutes = {
  tenant: route({
    method: "get",
    path: "/v1/tenant",
    operationId: "tenant",
    summary: "The tenant and its size",
    tags: ["tenant"],
    responses: { 200: json(Tenant, "The tenant"), ...failures() },
  }),
  orgs: route({
    method: "get",
    path: "/v1/orgs",
    operationId: "orgs",
    summary: "The tree of organisations",
    tags: ["orgs"],
    responses: { 200: json(z.object({ items: z.array(Org) }), "The tree, parents before children"), ...failures() },
  }),
  findOrgs: route({
    method: "get",
    path: "/v1/orgs/find",
    operationId: "findOrgs",
    summary: "Organisations by id, code or path",
    tags: ["orgs"],
    request: { query: named },
    responses: {
      200: json(z.object({ items: z.array(OrgDetail) }), "Organisations whose id, code or path matches"),
      ...failures(),
    },
  }),
  exportOrgs: route({
    method: "get",
    path: "/v1/orgs/export",
    operationId: "exportOrgs",
    summary: "Organisations as CSV",
    tags: ["orgs"],
    request: { query: z.strictObject(exporting) },
    responses: { 200: csvText("Organisations, parents before children"), ...failures() },
  }),
  users: route({
    method: "get",
    path: "/v1/users",
    operationId: "users",
    summary: "PANEL users, page by page",
    tags: ["users"],
    request: { query: z.strictObject({ ...paging, ...filters }) },
    responses: {
      200: pageOrLines(User, lineSchema(USER.fields), "Users in the order of their creation"),
      ...failures(),
    },
  }),
  findUsers: route({
    method: "get",
    path: "/v1/users/find",
    operationId: "findUsers",
    summary: "PANEL users by id, mail address, employee code or account name",
    tags: ["users"],
    request: { query: named },
    responses: {
      200: json(
        z.object({ items: z.array(User) }),
        "Users whose id, mail address, employee code or account name matches",
      ),
      ...failures(),
    },
  }),
  exportUsers: route({
    method: "get",
    path: "/v1/users/export",
    operationId: "exportUsers",
    summary: "PANEL users as CSV",
    tags: ["users"],
    request: { query: z.strictObject(exporting) },
    responses: { 200: csvText("Users in the order of their creation"), ...failures() },
  }),
  fields: route({
    method: "get",
    path: "/v1/users/fields",
    operationId: "fields",
    summary: "Custom fields of PANEL users",
    tags: ["users"],
    responses: { 200: json(z.object({ items: z.array(CustomField) }), "Custom fields"), ...failures() },
  }),
  addField: route({
    method: "post",
    path: "/v1/users/fields",
    operationId: "addField",
    summary: "Add a custom field",
    tags: ["users"],
    request: { headers: repeatable, ...jsonBody(named) },
    responses: { 201: json(CustomField, "The field"), ...failures(["input-rejected", "locked"], [413, 415]) },
  }),
  removeField: route({
    method: "delete",
    path: "/v1/users/fields/{id}",
    operationId: "removeField",
    summary: "Remove a custom field and its values",
    tags: ["users"],
    request: { params: z.object({ id: Id }) },
    responses: { 200: json(CustomField, "The field, removed with its values"), ...failures(["not-found", "locked"]) },
  }),
  securedUsers: route({
    method: "get",
    path: "/v1/secured/{app}/users",
    operationId: "securedUsers",
    summary: "SECURED APPs users of one app, page by page",
    tags: ["secured"],
    request: {
      params: app,
      query: z.strictObject({
        ...paging,
        ...filters,
        sort: z.enum(["user-id", "name"]).default("user-id"),
        desc: z
          .stringbool({ truthy: ["true"], falsy: ["false"] })
          .default(false)
          .openapi({ type: "boolean", default: false }),
      }),
    },
    responses: { 200: json(page(SecuredUser), "Users of one app"), ...failures() },
  }),
  findSecuredUsers: route({
    method: "get",
    path: "/v1/secured/{app}/users/find",
    operationId: "findSecuredUsers",
    summary: "SECURED APPs users of one app by id or ユーザーID",
    tags: ["secured"],
    request: { params: app, query: named },
    responses: {
      200: json(z.object({ items: z.array(SecuredUser) }), "Users whose id or ユーザーID matches"),
      ...failures(),
    },
  }),
  exportSecuredUsers: route({
    method: "get",
    path: "/v1/secured/{app}/users/export",
    operationId: "exportSecuredUsers",
    summary: "SECURED APPs users of one app as CSV",
    tags: ["secured"],
    request: {
      params: app,
      query: z.strictObject({ ...exporting, layout: z.enum(["console", "full"]).default("console") }),
    },
    responses: { 200: csvText("Users of one app, without administrators and secrets"), ...failures() },
  }),
  securedGroups: route({
    method: "get",
    path: "/v1/secured/{app}/groups",
    operationId: "securedGroups",
    summary: "Groups of one app",
    tags: ["secured"],
    request: { params: app },
    responses: { 200: json(z.object({ items: z.array(SecuredGroup) }), "Groups by name"), ...failures() },
  }),
} as const;

export type Org = z.infer<typeof Org>;
export type OrgDetail = z.infer<typeof OrgDetail>;
export type User = z.infer<typeof User>;
export type Tenant = z.infer<typeof Tenant>;
export type CustomField = z.infer<typeof CustomField>;
export type App = z.infer<typeof App>;
export type SecuredUser = z.infer<typeof SecuredUser>;
export type SecuredGroup = z.infer<typeof SecuredGroup>;
