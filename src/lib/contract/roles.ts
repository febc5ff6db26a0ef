import { z } from "zod";
import { matrixRows, roleChoices, roleFacts } from "../model/role-facts.ts";
import { ADMINISTRATORS, OPERATION_GROUPS, OPERATIONS, ROLES, type Operation } from "../model/role.ts";
import { SCHEME } from "../model/scheme.ts";
import { exampleId, exampleOf } from "../model/thing.ts";
import { get, items, json, patch, post } from "./route.ts";
import { byId, Id, InBothLanguages, named, seeing } from "./shapes.ts";
import { recordSchema, withExample } from "./thing-schema.ts";
import { newRecord, recordChange, several, written, writing } from "./written.ts";

const keysOf = <K extends string>(of: Readonly<Record<K, unknown>>) => z.enum(Object.keys(of) as [K, ...K[]]);

const Role = keysOf(ROLES);
const Operation = keysOf(OPERATIONS);

const Reach = z.enum(["all", "inside", "item", "no"]).meta({
  description:
    "all: the whole tenant; inside: the role's own organisations; item: there, if its scheme has the operation; no",
});

const Sentence = z.object({
  seed: z.enum(["000", "001"]).meta({ description: "the page of the maker's manual" }),
  sentence: z.string(),
});

const manual = z
  .array(Sentence)
  .readonly()
  .meta({ description: "sentences of the maker's manual that say so; ours if there is none" });

const choice = { role: Role, name: InBothLanguages, scope: InBothLanguages, about: InBothLanguages };

/** A choice of 管理者権限 on the console's form. */
const RoleChoice = named(
  "RoleChoice",
  withExample(z.object(choice), () => roleChoices()[1]),
);

/** A role, what the manual says of it, and what it may. */
const RoleFacts = named(
  "RoleFacts",
  withExample(
    z.object({
      ...choice,
      sentences: z
        .array(Sentence.extend({ operations: z.array(Operation).readonly(), note: InBothLanguages.nullable() }))
        .readonly()
        .meta({ description: "what the manual says, the operations that each sentence is cited for, how it is read" }),
      notes: z.array(InBothLanguages).readonly(),
      operations: z.array(z.object({ operation: Operation, about: InBothLanguages, reach: Reach, manual })).readonly(),
    }),
    () => roleFacts("operator"),
  ),
);

const Cell = z.object({ reach: Reach, manual });

/** Operations × roles. The maker's own matrix is not known. */
const RoleMatrix = named(
  "RoleMatrix",
  withExample(
    z.object({
      makersMatrix: z.literal("unknown"),
      note: InBothLanguages,
      rows: z
        .array(
          z.object({
            operation: Operation,
            group: keysOf(OPERATION_GROUPS),
            about: InBothLanguages,
            cells: z.object(
              Object.fromEntries(ADMINISTRATORS.map((role) => [role, Cell])) as Record<
                (typeof ADMINISTRATORS)[number],
                typeof Cell
              >,
            ),
          }),
        )
        .readonly(),
    }),
    () => ({ makersMatrix: "unknown", note: { en: "", ja: "" }, rows: matrixRows().slice(0, 1) }),
  ),
);

const changedItems = {
  addItems: z.array(z.string()).optional().meta({ description: "items besides those that it has" }),
  removeItems: z.array(z.string()).optional().meta({ description: "items that it has, and is to have no more" }),
};

const Scheme = named("Scheme", recordSchema(SCHEME.fields));

const WrittenScheme = named("WrittenScheme", written(Scheme));

/** An account that has a scheme. */
const SchemeHolder = z.object({
  id: Id.meta({ description: "of its user" }),
  account: z.string().nullable(),
  name: z.string(),
  orgs: z
    .array(z.string())
    .nullable()
    .meta({ description: "paths of its managed organisations (管理対象組織), blank for 全社; null: 全て" }),
});

/** A scheme, and the accounts that have it, by account name. */
const HeldScheme = named(
  "HeldScheme",
  withExample(z.object({ scheme: Scheme, holders: z.array(SchemeHolder) }), () => ({
    scheme: { ...exampleOf(SCHEME.fields), accounts: 1 },
    holders: [{ id: exampleId(2), account: "hanako", name: "髙橋 花子", orgs: ["本社/営業部"] }],
  })),
);

const DeletedSchemes = named(
  "DeletedSchemes",
  withExample(
    z.object({
      schemes: z.array(Scheme),
      consoleTasks: z.array(z.int()).meta({ description: "the numbers of what has to be done in the console" }),
      dryRun: z.boolean(),
    }),
    () => ({ schemes: [{ ...exampleOf(SCHEME.fields), accounts: 0 }], consoleTasks: [], dryRun: false }),
  ),
);

export default {
  description: "Administrator roles (管理者権限), what they may, and custom schemes (カスタム管理権限スキーム)",
  routes: {
    list: get("/v1/roles", {
      id: "roles",
      summary: "The choices of 管理者権限",
      answer: items(RoleChoice, "Roles, in the order of the console's form"),
    }),
    matrix: get("/v1/roles/matrix", {
      id: "roleMatrix",
      summary: "Operations × roles: who may do what, how far, and who says so",
      answer: json(RoleMatrix, "The matrix by which requests are answered"),
    }),
    schemes: get("/v1/roles/schemes", {
      id: "schemes",
      summary: "Custom schemes",
      answer: items(Scheme, "Schemes by name"),
    }),
    createScheme: post("/v1/roles/schemes", {
      id: "createScheme",
      summary: "Create a custom scheme",
      body: named("NewScheme", newRecord(SCHEME.fields)),
      answer: json(WrittenScheme, "The scheme"),
      status: 201,
      fails: ["input-rejected"],
    }),
    scheme: get("/v1/roles/schemes/{id}", {
      id: "scheme",
      summary: "A custom scheme, and who has it",
      params: byId,
      answer: json(HeldScheme, "The scheme, and its accounts"),
      fails: ["not-found"],
    }),
    editScheme: patch("/v1/roles/schemes/{id}", {
      id: "editScheme",
      summary: "Rename a custom scheme, or change its items",
      params: byId,
      body: named("SchemeChange", recordChange(SCHEME.fields, { more: changedItems })),
      answer: json(WrittenScheme, "The scheme"),
      fails: ["input-rejected"],
    }),
    deleteSchemes: post("/v1/roles/schemes/delete", {
      id: "deleteSchemes",
      summary: "Delete custom schemes that no account has, all of them or none",
      body: z.strictObject({ ...several, ...seeing, ...writing }),
      answer: json(DeletedSchemes, "The schemes as they were"),
      fails: ["input-rejected", "not-found", "conflict"],
    }),
    show: get("/v1/roles/{role}", {
      id: "role",
      summary: "A role: what the manual says of it, and what it may",
      params: { role: Role },
      answer: json(RoleFacts, "The role"),
    }),
  },
};

export type RoleChoice = z.infer<typeof RoleChoice>;
export type Scheme = z.infer<typeof Scheme>;
export type WrittenScheme = z.infer<typeof WrittenScheme>;
export type HeldScheme = z.infer<typeof HeldScheme>;
export type DeletedSchemes = z.infer<typeof DeletedSchemes>;
