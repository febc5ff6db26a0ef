import { z } from "zod";
import { buildMatrixRows, listRoleChoices, buildRoleFacts } from "../model/role-facts.ts";
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

const CitedSentence = z.object({
  page: z.string().meta({ description: "page of CLOMO's manual" }),
  sentence: z.string(),
});

const manualSentences = z.array(CitedSentence).readonly().meta({
  description: "the sentences of CLOMO's manual on which this is based; if there are none, this is a clomoctl rule",
});

const roleChoiceShape = { role: Role, name: BilingualText, scope: BilingualText, about: BilingualText };

/** A choice of 管理者権限 on the form in the console. */
const RoleChoice = nameSchema(
  "RoleChoice",
  withExample(z.object(roleChoiceShape), () => listRoleChoices()[1]),
);

/** A role, what the manual says about it, and the operations that it permits. */
const RoleFacts = nameSchema(
  "RoleFacts",
  withExample(
    z.object({
      ...roleChoiceShape,
      sentences: z
        .array(CitedSentence.extend({ operations: z.array(Operation).readonly(), note: BilingualText.nullable() }))
        .readonly()
        .meta({
          description:
            "what the manual says: each sentence, the operations for which it is cited, and how it is interpreted",
        }),
      notes: z.array(BilingualText).readonly(),
      operations: z
        .array(z.object({ operation: Operation, about: BilingualText, reach: Reach, manual: manualSentences }))
        .readonly(),
    }),
    () => buildRoleFacts("operator"),
  ),
);

const MatrixCell = z.object({ reach: Reach, manual: manualSentences });

/** The matrix of operations and roles. CLOMO's own matrix is not known. */
const RoleMatrix = nameSchema(
  "RoleMatrix",
  withExample(
    z.object({
      makersMatrix: z.literal("unknown"),
      note: BilingualText,
      rows: z
        .array(
          z.object({
            operation: Operation,
            group: createKeyEnum(OPERATION_GROUPS),
            about: BilingualText,
            cells: z.object(
              Object.fromEntries(ADMINISTRATOR_ROLES.map((role) => [role, MatrixCell])) as Record<
                (typeof ADMINISTRATOR_ROLES)[number],
                typeof MatrixCell
              >,
            ),
          }),
        )
        .readonly(),
    }),
    () => ({ makersMatrix: "unknown", note: { en: "", ja: "" }, rows: buildMatrixRows().slice(0, 1) }),
  ),
);

const itemChanges = {
  addItems: z.array(z.string()).optional().meta({ description: "items to add to the scheme" }),
  removeItems: z.array(z.string()).optional().meta({ description: "items to remove from the scheme" }),
};

const Scheme = nameSchema("Scheme", recordSchema(SCHEME.fields));

const WrittenScheme = nameSchema("WrittenScheme", writeResultSchema(Scheme));

/** An account that has a scheme. */
const SchemeHolder = z.object({
  id: Id.meta({ description: "ID of the account's user" }),
  account: z.string().nullable(),
  name: z.string(),
  orgs: z.array(z.string()).nullable().meta({
    description: "paths of the account's managed organisations (管理対象組織); an empty string for 全社; null for 全て",
  }),
});

/** A scheme and the accounts that have it, sorted by account name. */
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
      summary: "Get the matrix of operations and roles: who may do what, to what extent, and according to which source",
      answer: jsonResponse(RoleMatrix, "The matrix that determines whether requests are permitted or refused"),
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
    show: get("/v1/roles/{role}", {
      id: "role",
      summary: "Get a role: what the manual says about it, and what it permits",
      params: { role: Role },
      answer: jsonResponse(RoleFacts, "The role"),
    }),
  },
};

export type RoleChoice = z.infer<typeof RoleChoice>;
export type Scheme = z.infer<typeof Scheme>;
export type WrittenScheme = z.infer<typeof WrittenScheme>;
export type SchemeDetail = z.infer<typeof SchemeDetail>;
export type DeletedSchemes = z.infer<typeof DeletedSchemes>;
