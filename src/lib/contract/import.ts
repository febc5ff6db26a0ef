import { createRoute, z } from "@hono/zod-openapi";
import { failures, Id, Instant, json, lines, Sha256 } from "./shapes.ts";

/** What an import is about; SECURED APPs users are one kind for each of the five apps. */
export const ImportKind = z.enum(["users", "orgs", "browser", "docs", "mailer", "calendar", "contacts"]);

/** `append` is the console's 追加更新, `replace` its 全件更新; `revert` undoes a committed import. */
export const ImportMode = z.enum(["append", "replace", "revert"]);

export const ImportState = z.enum(["uploading", "planned", "awaiting-console", "committed", "discarded", "failed"]);

/** A `--map` file as data: the tenant applies it to the header row and to every record. */
export const ColumnMap = z.strictObject({
  columns: z.array(z.strictObject({ header: z.string(), to: z.string().nullable() })).default([]),
  constants: z.array(z.strictObject({ field: z.string(), value: z.string() })).default([]),
  defaults: z.array(z.strictObject({ field: z.string(), value: z.string() })).default([]),
  dialect: z
    .strictObject({ delimiter: z.string().length(1), quote: z.string().length(1).optional() })
    .optional(),
});

/** What is asked of an import, before its file is sent. */
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

/** A column that the console's export does not show, and when clomoctl last sent it there. */
const UnverifiedColumn = z.object({ header: z.string(), lastSentAt: Instant.nullable() });

/** A plan and what became of it. Counts are rows of the imported kind. */
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
    /** true where the plan cannot be committed: a row or the file as a whole is invalid and nothing may be skipped */
    rejected: z.boolean(),
    header: z.array(z.string()),
    absentColumns: z.array(z.string()),
    unknownColumns: z.array(z.string()),
    unverifiedColumns: z.array(UnverifiedColumn),
    emittedAt: Instant.nullable(),
  })
  .openapi("Import");

export const PlanAction = z.enum(["create", "update", "unchanged", "delete", "invalid"]);

/** One line of a plan. `after` holds the non-secret values the plan arrives at, by field. */
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

/** One thing wrong with the input; `code` and `params` are rendered by the reader in its language. */
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
const ifMatch = z.object({ "if-match": z.string() });
const csv = { body: { content: { "text/csv": { schema: z.string() } }, required: true } } as const;

export const importRoutes = {
  create: createRoute({
    method: "post",
    path: "/v1/imports",
    request: { body: { content: { "application/json": { schema: ImportRequest } }, required: true } },
    responses: { 201: json(Import, "The import, awaiting its file"), ...failures },
  }),
  upload: createRoute({
    method: "put",
    path: "/v1/imports/{id}/content",
    request: { params, ...csv },
    responses: { 200: json(Import, "The plan; nothing is changed yet"), ...failures },
  }),
  list: createRoute({
    method: "get",
    path: "/v1/imports",
    responses: { 200: json(z.object({ items: z.array(Import) }), "Newest first"), ...failures },
  }),
  show: createRoute({
    method: "get",
    path: "/v1/imports/{id}",
    request: { params },
    responses: { 200: json(Import, "One import"), ...failures },
  }),
  rows: createRoute({
    method: "get",
    path: "/v1/imports/{id}/rows",
    request: {
      params,
      query: z.object({ action: z.string().optional(), limit: z.coerce.number().int().min(1).optional() }),
    },
    responses: { 200: lines(PlanRow, "The plan's rows in the file's order, then deletions"), ...failures },
  }),
  problems: createRoute({
    method: "get",
    path: "/v1/imports/{id}/problems",
    request: { params, query: z.object({ limit: z.coerce.number().int().min(1).optional() }) },
    responses: { 200: lines(InputProblem, "By row and column"), ...failures },
  }),
  commit: createRoute({
    method: "post",
    path: "/v1/imports/{id}/commit",
    request: { params, headers: ifMatch },
    responses: { 200: json(Import, "Committed: all of it"), ...failures },
  }),
  emitted: createRoute({
    method: "post",
    path: "/v1/imports/{id}/emitted",
    request: { params, headers: ifMatch },
    responses: { 200: json(Import, "Waits until the console's export is compared with it"), ...failures },
  }),
  replan: createRoute({
    method: "post",
    path: "/v1/imports/{id}/replan",
    request: { params },
    responses: { 200: json(Import, "Compared again with the tenant as it is now"), ...failures },
  }),
  verify: createRoute({
    method: "post",
    path: "/v1/imports/{id}/verification",
    request: { params, ...csv },
    responses: { 200: json(Verification, "Accepted and mirrored, or the differences"), ...failures },
  }),
  revert: createRoute({
    method: "post",
    path: "/v1/imports/{id}/revert",
    request: { params },
    responses: { 201: json(Import, "The inverse plan"), ...failures },
  }),
  discard: createRoute({
    method: "delete",
    path: "/v1/imports/{id}",
    request: { params },
    responses: { 200: json(Import, "Discarded; its staging is removed"), ...failures },
  }),
} as const;

export type ImportRequest = z.infer<typeof ImportRequest>;
export type ImportKind = z.infer<typeof ImportKind>;
export type Import = z.infer<typeof Import>;
export type PlanRow = z.infer<typeof PlanRow>;
export type InputProblem = z.infer<typeof InputProblem>;
export type Verification = z.infer<typeof Verification>;
