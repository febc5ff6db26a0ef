import { z } from "@hono/zod-openapi";
import { SECURED_APPS } from "../model/secured-user.ts";
import { matching, repeatable } from "./headers.ts";
import { csvBody, failures, Id, Instant, json, jsonBody, lines, route, Sha256, tagged } from "./shapes.ts";

/** The kinds of import; SECURED APPs users are one kind for each of the five apps. */
export const ImportKind = z.enum(["users", "orgs", ...SECURED_APPS]);

/** `append` is the console's 追加更新, `replace` its 全件更新; `revert` undoes a committed import. */
const ImportMode = z.enum(["append", "replace", "revert"]);

const ImportState = z.enum(["uploading", "planned", "awaiting-console", "committed", "discarded", "failed"]);

/** A `--map` file as data: the tenant applies it to the header row and to every record. */
const ColumnMap = z.strictObject({
  columns: z
    .array(z.strictObject({ header: z.string(), to: z.string().nullable() }))
    .readonly()
    .default([]),
  constants: z
    .array(z.strictObject({ field: z.string(), value: z.string() }))
    .readonly()
    .default([]),
  defaults: z
    .array(z.strictObject({ field: z.string(), value: z.string() }))
    .readonly()
    .default([]),
  dialect: z.strictObject({ delimiter: z.string().length(1), quote: z.string().length(1).optional() }).optional(),
});

/** The options of an import, sent before its file. */
export const ImportRequest = z
  .strictObject({
    kind: ImportKind,
    mode: z.enum(["append", "replace"]).default("append"),
    key: z.enum(["email", "employee-code", "upn"]).default("email"),
    blank: z.enum(["clear", "keep"]).default("clear"),
    absent: z.enum(["keep", "clear"]).default("keep"),
    createOrgs: z.boolean().default(false),
    createGroups: z.boolean().default(false),
    skipInvalid: z.boolean().default(false),
    allowUnknownColumns: z.boolean().default(false),
    map: ColumnMap.optional(),
    delimiter: z.string().length(1).default(","),
    fileName: z.string().max(255).default("-"),
  })
  .openapi("ImportRequest");

/** A column missing from the console's own export, and when clomoctl last sent it to the console. */
const UnverifiedColumn = z.object({ header: z.string(), lastSentAt: Instant.nullable() });

/** A plan and its state. Counts are rows of the imported kind. */
export const Import = z
  .object({
    id: Id,
    tenant: z.string(),
    kind: ImportKind,
    mode: ImportMode,
    state: ImportState,
    fileName: z.string(),
    inputSha256: Sha256.nullable(),
    inputBytes: z.int(),
    encoding: z.string().nullable(),
    createdAt: Instant,
    committedAt: Instant.nullable(),
    actor: z.string(),
    reverts: Id.nullable(),
    revertedBy: Id.nullable(),
    etag: z.string().nullable(),
    request: ImportRequest.nullable(),
    rows: z.int(),
    create: z.int(),
    update: z.int(),
    unchanged: z.int(),
    delete: z.int(),
    invalid: z.int(),
    secretsSet: z.int(),
    orgsCreated: z.int(),
    groupsCreated: z.int(),
    errors: z.int(),
    warnings: z.int(),
    /** true if the plan cannot be committed: a row or the file as a whole is invalid and nothing may be skipped */
    rejected: z.boolean(),
    header: z.array(z.string()),
    absentColumns: z.array(z.string()),
    unknownColumns: z.array(z.string()),
    unverifiedColumns: z.array(UnverifiedColumn),
    emittedAt: Instant.nullable(),
  })
  .openapi("Import");

export const PlanAction = z.enum(["create", "update", "unchanged", "delete", "invalid"]);

/** One line of a plan. `after` holds the resulting non-secret values, by field. */
export const PlanRow = z
  .object({
    row: z.int(),
    line: z.int(),
    key: z.string(),
    action: PlanAction,
    changed: z.array(z.string()),
    setsSecret: z.boolean(),
    exists: z.boolean(),
    after: z.array(z.object({ field: z.string(), value: z.union([z.string(), z.array(z.string())]).nullable() })),
  })
  .openapi("PlanRow");

/** A problem of the input; the reader renders `code` and `params` in its language. */
export const InputProblem = z
  .object({
    code: z.string(),
    severity: z.enum(["error", "warning"]),
    row: z.int(),
    line: z.int(),
    column: z.int(),
    header: z.string(),
    params: z.record(z.string(), z.union([z.string(), z.number()])),
  })
  .openapi("InputProblem");

/** The outcome of comparing the console's next export with a plan that awaits it. */
export const Verification = z
  .object({ accepted: z.boolean(), import: Import, differences: z.int(), first: z.array(PlanRow) })
  .openapi("Verification");

const params = z.object({ id: Id });
const actions = PlanAction.options.join("|");
const limit = z.coerce
  .number()
  .int()
  .min(1)
  .optional()
  .openapi({ description: "maximum number of lines; all by default" });

/** Failures of routes that change an existing import. */
const changing = ["not-found", "conflict", "locked"] as const;

export const importRoutes = {
  create: route({
    method: "post",
    path: "/v1/imports",
    operationId: "createImport",
    summary: "Describe a file and how to import it",
    tags: ["imports"],
    request: { headers: repeatable, ...jsonBody(ImportRequest) },
    responses: { 201: tagged(Import, "The import, awaiting its file"), ...failures(["locked"], [413, 415]) },
  }),
  upload: route({
    method: "put",
    path: "/v1/imports/{id}/content",
    operationId: "uploadImport",
    summary: "Send the file and get its plan",
    tags: ["imports"],
    request: { params, ...csvBody },
    responses: {
      200: tagged(Import, "The plan; nothing is changed yet"),
      ...failures([...changing, "input-rejected", "interrupted", "unavailable"], [415]),
    },
  }),
  list: route({
    method: "get",
    path: "/v1/imports",
    operationId: "imports",
    summary: "All imports",
    tags: ["imports"],
    responses: { 200: json(z.object({ items: z.array(Import) }), "Newest first"), ...failures() },
  }),
  show: route({
    method: "get",
    path: "/v1/imports/{id}",
    operationId: "import",
    summary: "One import",
    tags: ["imports"],
    request: { params },
    responses: { 200: tagged(Import, "One import"), ...failures(["not-found"]) },
  }),
  rows: route({
    method: "get",
    path: "/v1/imports/{id}/rows",
    operationId: "importRows",
    summary: "The rows of a plan",
    tags: ["imports"],
    request: {
      params,
      query: z.strictObject({
        action: z
          .string()
          .regex(new RegExp(`^(?:${actions})(?:,(?:${actions}))*$`))
          .optional()
          .openapi({ description: "comma-separated actions; all by default" }),
        limit,
      }),
    },
    responses: {
      200: lines(PlanRow, "The plan's rows in the file's order, then deletions"),
      ...failures(["not-found", "conflict"]),
    },
  }),
  problems: route({
    method: "get",
    path: "/v1/imports/{id}/problems",
    operationId: "importProblems",
    summary: "The problems of a plan's file",
    tags: ["imports"],
    request: { params, query: z.strictObject({ limit }) },
    responses: { 200: lines(InputProblem, "By row and column"), ...failures(["not-found", "conflict"]) },
  }),
  commit: route({
    method: "post",
    path: "/v1/imports/{id}/commit",
    operationId: "commitImport",
    summary: "Apply a plan, all of it or nothing",
    tags: ["imports"],
    request: { params, headers: matching },
    responses: {
      200: tagged(Import, "The committed import"),
      ...failures([...changing, "input-rejected", "interrupted"]),
    },
  }),
  emitted: route({
    method: "post",
    path: "/v1/imports/{id}/emitted",
    operationId: "emitImport",
    summary: "Record that the plan's file was written for the console",
    tags: ["imports"],
    request: { params, headers: matching },
    responses: {
      200: tagged(Import, "The import, waiting to be compared with the console's next export"),
      ...failures([...changing, "input-rejected"]),
    },
  }),
  replan: route({
    method: "post",
    path: "/v1/imports/{id}/replan",
    operationId: "replanImport",
    summary: "Compare the file again",
    tags: ["imports"],
    request: { params, headers: repeatable },
    responses: {
      200: tagged(Import, "Compared again with the tenant as it is now"),
      ...failures([...changing, "interrupted"]),
    },
  }),
  verify: route({
    method: "post",
    path: "/v1/imports/{id}/verification",
    operationId: "verifyImport",
    summary: "Compare the console's next export with a plan that awaits it",
    tags: ["imports"],
    request: { params, headers: repeatable, ...csvBody },
    responses: {
      200: json(Verification, "Accepted and mirrored, or the differences"),
      ...failures([...changing, "input-rejected", "interrupted", "unavailable"], [415]),
    },
  }),
  revert: route({
    method: "post",
    path: "/v1/imports/{id}/revert",
    operationId: "revertImport",
    summary: "Plan the inverse of a committed import",
    tags: ["imports"],
    request: { params, headers: repeatable },
    responses: { 201: tagged(Import, "The inverse plan"), ...failures(changing) },
  }),
  discard: route({
    method: "delete",
    path: "/v1/imports/{id}",
    operationId: "discardImport",
    summary: "Discard a plan",
    tags: ["imports"],
    request: { params },
    responses: { 200: tagged(Import, "The discarded import; its staging is removed"), ...failures(changing) },
  }),
} as const;

export type ImportRequest = z.infer<typeof ImportRequest>;
export type ImportKind = z.infer<typeof ImportKind>;
export type Import = z.infer<typeof Import>;
export type PlanRow = z.infer<typeof PlanRow>;
export type InputProblem = z.infer<typeof InputProblem>;
export type Verification = z.infer<typeof Verification>;
