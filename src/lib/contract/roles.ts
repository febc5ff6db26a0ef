import { z } from "zod";
import { buildMatrixRows, listRoleChoices } from "../model/role-policy.ts";
import { ADMINISTRATOR_ROLES, OPERATION_GROUPS, OPERATIONS, ROLES, type Operation } from "../model/role.ts";
import { SCHEME } from "../model/scheme.ts";
import { createExampleId, buildExampleRecord } from "../model/thing.ts";
import { get, itemsResponse, jsonResponse, patch, post } from "./route.ts";
import { byId, Id, BilingualText, nameSchema, seenRevision } from "./shapes.ts";
import { recordSchema, withExample } from "./thing-schema.ts";
import {
  newRecordSchema,
  recordChangeSchema,
  recordIdList,
  writeResultSchema,
  writeOptions,
} from "./write-requests.ts";

const createKeyEnum = <K extends string>(of: Readonly<Record<K, unknown>>) => z.enum(Object.keys(of) as [K, ...K[]]);

const Role = createKeyEnum(ROLES);
const Operation = createKeyEnum(OPERATIONS);

const Reach = z.enum(["all", "inside", "item", "no"]).meta({
  description:
    "all: the whole tenant; inside: the role's own organisations; item: the role's own organisations, if its scheme includes the operation; no: not permitted",
});

const RoleChoice = nameSchema(
  "RoleChoice",
  withExample(
    z.object({ role: Role, name: BilingualText, scope: BilingualText, about: BilingualText }),
    () => listRoleChoices()[1],
  ),
);

/** An operation, and where each role may do it. */
const RoleMatrixRow = nameSchema(
  "RoleMatrixRow",
  withExample(
    z.object({
      operation: Operation,
      group: createKeyEnum(OPERATION_GROUPS),
      about: BilingualText,
      cells: z.record(z.enum(ADMINISTRATOR_ROLES), Reach),
    }),
    () => buildMatrixRows()[0],
  ),
);

const itemChanges = {
  addItems: z.array(z.string()).optional().meta({ description: "items to add to the scheme" }),
  removeItems: z.array(z.string()).optional().meta({ description: "items to remove from the scheme" }),
};

const Scheme = nameSchema("Scheme", recordSchema(SCHEME.fields));

const WrittenScheme = nameSchema("WrittenScheme", writeResultSchema(Scheme));

const SchemeHolder = z.object({
  id: Id.meta({ description: "ID of the account's user" }),
  account: z.string().nullable(),
  name: z.string(),
  orgs: z.array(z.string()).nullable().meta({
    description: "paths of the account's managed organisations (管理対象組織); an empty string for 全社; null for 全て",
  }),
});

const SchemeDetail = nameSchema(
  "HeldScheme",
  withExample(z.object({ scheme: Scheme, holders: z.array(SchemeHolder) }), () => ({
    scheme: { ...buildExampleRecord(SCHEME.fields), accounts: 1 },
    holders: [{ id: createExampleId(2), account: "hanako", name: "髙橋 花子", orgs: ["本社/営業部"] }],
  })),
);

const DeletedSchemes = nameSchema(
  "DeletedSchemes",
  withExample(
    z.object({
      schemes: z.array(Scheme),
      consoleTasks: z.array(z.int()).meta({ description: "numbers of the tasks to do in the console" }),
      dryRun: z.boolean(),
    }),
    () => ({ schemes: [{ ...buildExampleRecord(SCHEME.fields), accounts: 0 }], consoleTasks: [], dryRun: false }),
  ),
);

export default {
  description: "Administrator roles (管理者権限), what they permit, and custom schemes (カスタム管理権限スキーム)",
  routes: {
    list: get("/v1/roles", {
      id: "roles",
      summary: "List the choices of 管理者権限",
      answer: itemsResponse(RoleChoice, "Roles, in the order of the form in the console"),
    }),
    matrix: get("/v1/roles/matrix", {
      id: "roleMatrix",
      summary: "Get the matrix of operations and roles: who may do what, and where",
      answer: itemsResponse(RoleMatrixRow, "The operations; requests are permitted or refused accordingly"),
    }),
    schemes: get("/v1/roles/schemes", {
      id: "schemes",
      summary: "List custom schemes",
      answer: itemsResponse(Scheme, "Schemes, sorted by name"),
    }),
    createScheme: post("/v1/roles/schemes", {
      id: "createScheme",
      isRepeatable: true,
      summary: "Create a custom scheme",
      body: nameSchema("NewScheme", newRecordSchema(SCHEME.fields)),
      answer: jsonResponse(WrittenScheme, "The scheme"),
      status: 201,
      fails: ["input-rejected"],
    }),
    scheme: get("/v1/roles/schemes/{id}", {
      id: "scheme",
      summary: "Get a custom scheme and the accounts that have it",
      params: byId,
      answer: jsonResponse(SchemeDetail, "The scheme and the accounts that have it"),
      fails: ["not-found"],
    }),
    editScheme: patch("/v1/roles/schemes/{id}", {
      id: "editScheme",
      summary: "Rename a custom scheme, or change its items",
      params: byId,
      body: nameSchema("SchemeChange", recordChangeSchema(SCHEME.fields, { more: itemChanges })),
      answer: jsonResponse(WrittenScheme, "The scheme"),
      fails: ["input-rejected"],
    }),
    deleteSchemes: post("/v1/roles/schemes/delete", {
      id: "deleteSchemes",
      summary: "Delete custom schemes that no account has, all of them or none",
      body: z.strictObject({ ...recordIdList, ...seenRevision, ...writeOptions }),
      answer: jsonResponse(DeletedSchemes, "The schemes before they were deleted"),
      fails: ["input-rejected", "not-found", "conflict"],
    }),
  },
};

export type RoleChoice = z.infer<typeof RoleChoice>;
export type Scheme = z.infer<typeof Scheme>;
export type WrittenScheme = z.infer<typeof WrittenScheme>;
export type SchemeDetail = z.infer<typeof SchemeDetail>;
export type DeletedSchemes = z.infer<typeof DeletedSchemes>;
