import { createRoute, z } from "@hono/zod-openapi";
import { csvText, failures, filters, Id, Instant, json, page, paging } from "./shapes.ts";

/** An organisation; the root is 全社. `path` leaves the root out and writes a `/` of a name as `\/`. */
export const Org = z
  .object({
    id: Id,
    name: z.string(),
    code: z.string().nullable(),
    parentId: Id.nullable(),
    path: z.string(),
    depth: z.int(),
    createdAt: Instant,
    updatedAt: Instant,
  })
  .openapi("Org");

/** An organisation with how many users and organisations lie directly in it. */
export const OrgDetail = Org.extend({ users: z.int(), children: z.int() }).openapi("OrgDetail");

/** A custom user field of the tenant (カスタムユーザー情報). */
export const CustomField = z.object({ id: Id, name: z.string(), createdAt: Instant }).openapi("CustomField");

/** A PANEL user. `emails[0]` is the main address. */
export const User = z
  .object({
    id: Id,
    name: z.string(),
    nameKana: z.string().nullable(),
    emails: z.array(z.string()),
    org: z.object({ id: Id, code: z.string().nullable(), path: z.string() }),
    title: z.string().nullable(),
    employeeCode: z.string().nullable(),
    upn: z.string().nullable(),
    addressType: z.string().nullable(),
    postalCode: z.string().nullable(),
    address: z.string().nullable(),
    tel: z.string().nullable(),
    extension: z.string().nullable(),
    fax: z.string().nullable(),
    accountName: z.string().nullable(),
    accountPasswordSetAt: Instant.nullable(),
    administrator: z.boolean(),
    custom: z.array(z.object({ name: z.string(), value: z.string() })),
    createdAt: Instant,
    updatedAt: Instant,
  })
  .openapi("User");

/** The tenant itself; `mirroredAt` is when its data last came from the console. */
export const Tenant = z
  .object({ name: z.string(), mirroredAt: Instant.nullable(), users: z.int(), orgs: z.int() })
  .openapi("Tenant");

export const App = z.enum(["browser", "docs", "mailer", "calendar", "contacts"]);

/** A SECURED APPs user; `settings` are the app's own non-secret columns by field. */
export const SecuredUser = z
  .object({
    id: Id,
    app: App,
    userId: z.string(),
    name: z.string(),
    description: z.string().nullable(),
    groups: z.array(z.string()),
    settings: z.array(z.object({ field: z.string(), value: z.string() })),
    secretsSet: z.array(z.object({ field: z.string(), at: Instant })),
    administrator: z.boolean(),
    createdAt: Instant,
    updatedAt: Instant,
  })
  .openapi("SecuredUser");

export const SecuredGroup = z
  .object({ id: Id, app: App, name: z.string(), users: z.int(), createdAt: Instant })
  .openapi("SecuredGroup");

/** How an export is written; the bytes are UTF-8, the reader turns them into another encoding. */
const exporting = {
  ...filters,
  newline: z.enum(["crlf", "lf", "cr"]).default("crlf"),
} as const;

const named = z.object({ name: z.string().min(1) });
const app = z.object({ app: App });

export const directoryRoutes = {
  tenant: createRoute({
    method: "get",
    path: "/v1/tenant",
    responses: { 200: json(Tenant, "The tenant"), ...failures },
  }),
  orgs: createRoute({
    method: "get",
    path: "/v1/orgs",
    responses: { 200: json(z.object({ items: z.array(Org) }), "The tree, parents before children"), ...failures },
  }),
  findOrgs: createRoute({
    method: "get",
    path: "/v1/orgs/find",
    request: { query: named },
    responses: { 200: json(z.object({ items: z.array(OrgDetail) }), "All that id, code or path fits"), ...failures },
  }),
  exportOrgs: createRoute({
    method: "get",
    path: "/v1/orgs/export",
    request: { query: z.object(exporting) },
    responses: { 200: csvText("Organisations, parents before children"), ...failures },
  }),
  users: createRoute({
    method: "get",
    path: "/v1/users",
    request: { query: z.object({ ...paging, ...filters }) },
    responses: { 200: json(page(User), "Users in the order they were made"), ...failures },
  }),
  findUsers: createRoute({
    method: "get",
    path: "/v1/users/find",
    request: { query: named },
    responses: {
      200: json(z.object({ items: z.array(User) }), "All that id, mail address, employee code or account name fits"),
      ...failures,
    },
  }),
  exportUsers: createRoute({
    method: "get",
    path: "/v1/users/export",
    request: { query: z.object(exporting) },
    responses: { 200: csvText("Users in the order they were made"), ...failures },
  }),
  fields: createRoute({
    method: "get",
    path: "/v1/users/fields",
    responses: { 200: json(z.object({ items: z.array(CustomField) }), "Custom fields"), ...failures },
  }),
  addField: createRoute({
    method: "post",
    path: "/v1/users/fields",
    request: { body: { content: { "application/json": { schema: named } }, required: true } },
    responses: { 201: json(CustomField, "The field"), ...failures },
  }),
  removeField: createRoute({
    method: "delete",
    path: "/v1/users/fields/{id}",
    request: { params: z.object({ id: Id }) },
    responses: { 200: json(CustomField, "The field, removed with its values"), ...failures },
  }),
  securedUsers: createRoute({
    method: "get",
    path: "/v1/secured/{app}/users",
    request: {
      params: app,
      query: z.object({
        ...paging,
        ...filters,
        sort: z.enum(["user-id", "name"]).default("user-id"),
        desc: z.stringbool().default(false),
      }),
    },
    responses: { 200: json(page(SecuredUser), "Users of one app"), ...failures },
  }),
  findSecuredUsers: createRoute({
    method: "get",
    path: "/v1/secured/{app}/users/find",
    request: { params: app, query: named },
    responses: { 200: json(z.object({ items: z.array(SecuredUser) }), "All that id or ユーザーID fits"), ...failures },
  }),
  exportSecuredUsers: createRoute({
    method: "get",
    path: "/v1/secured/{app}/users/export",
    request: { params: app, query: z.object({ ...exporting, layout: z.enum(["console", "full"]).default("console") }) },
    responses: { 200: csvText("Users of one app, administrators and secrets left out"), ...failures },
  }),
  securedGroups: createRoute({
    method: "get",
    path: "/v1/secured/{app}/groups",
    request: { params: app },
    responses: { 200: json(z.object({ items: z.array(SecuredGroup) }), "Groups by name"), ...failures },
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
