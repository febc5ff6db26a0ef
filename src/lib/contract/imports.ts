import { z } from "zod";
import {
  ALLOWANCES,
  BLANK_CHOICES,
  FIX_CHOICES,
  MAX_HEADER_ROW,
  ORG_BY_CHOICES,
  UNDELETABLE_CHOICES,
} from "../model/import.ts";
import { FORMAT_NAMES } from "../model/console-files.ts";
import { IMPORT_NUMBER_PATTERN } from "../model/import-number.ts";
import { KEY_NAMES } from "../model/formats.ts";
import { SECURED_APPS } from "../model/secured-user.ts";
import { UNDO_BLOCK_REASONS } from "../model/undo.ts";
import { listChoices } from "../model/console-task.ts";
import { UPLOAD_OMISSION_REASONS } from "../model/upload.ts";
import { get, itemsResponse, jsonResponse, ndjsonResponse, post, put, remove, jsonResponseWithEtag } from "./route.ts";
import { changedValues } from "./changed.ts";
import type { ConsoleTask } from "../tenant/console/tasks.ts";
import { queryFlag } from "./queries.ts";
import { byId, Id, ImportMode, BilingualText, Instant, nameSchema, Sha256 } from "./shapes.ts";

const ImportKind = z.enum(FORMAT_NAMES);

const ImportState = z.enum(["uploading", "planned", "committed", "undone", "discarded", "failed"]);

const FileName = z.string().max(255);

/** A filter text. It must not be empty, so that it cannot match everything. */
const FilterText = z.string().min(1).max(1000).optional();

/** The contents of a `--map` file. The tenant applies the map to the header row and to every record. */
export const ColumnMap = z.strictObject({
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
  joins: z
    .array(z.strictObject({ field: z.string(), headers: z.array(z.string()).min(1).readonly() }))
    .readonly()
    .optional()
    .meta({
      description:
        "fields whose value is joined from the cells of several headers, without blank ones: with a space, and to a path for an organisation",
    }),
  values: z
    .array(z.strictObject({ field: z.string(), from: z.string(), to: z.string() }))
    .readonly()
    .optional()
    .meta({ description: "values of the file that stand for other values of a field" }),
  skip: z
    .array(z.strictObject({ header: z.string(), values: z.array(z.string()).min(1).readonly() }))
    .readonly()
    .optional()
    .meta({
      description:
        "rows to skip: those with one of the values in the cell of the header. `<=today` and, for example, `<=2027-03-31` stand for all days up to that day",
    }),
  dialect: z.strictObject({ delimiter: z.string().length(1), quote: z.string().length(1).optional() }).optional(),
});

/** The options of an import, which are sent before the file. */
const ImportRequest = nameSchema(
  "ImportRequest",
  z.strictObject({
    kind: ImportKind,
    mode: z.enum(["append", "replace"]).default("append"),
    key: z.enum(KEY_NAMES).default("email"),
    blank: z.enum(BLANK_CHOICES).optional().meta({
      description:
        "default: clear; in this case, a column that is blank in every row is a problem if records have a value in that column",
    }),
    createOrgs: z.boolean().default(false),
    createGroups: z.boolean().default(false),
    skipInvalid: z.boolean().default(false),
    undeletable: z.enum(UNDELETABLE_CHOICES).optional().meta({
      description:
        "with mode `replace`: records that are not in the file and cannot be deleted are kept, and the file is not rejected because of them; `release`: devices are also taken from owners who are deleted",
    }),
    fix: z.array(z.enum(FIX_CHOICES)).readonly().optional(),
    allow: z.array(z.enum(ALLOWANCES)).readonly().optional().meta({
      description:
        "`unknown-columns`: unknown columns are ignored; `error-values`: spreadsheet error values such as #N/A are text; `new-address`: in replace mode, the import may delete a person and create another person with the same employee code or UPN, or give people the employee codes or UPNs of others; `other-tenant`: the file is not compared with the files of other tenants",
    }),
    fromConsole: z.boolean().optional().meta({
      description:
        "the file is the console's own export: the tenant is made equal to it (mode `replace`, blank `clear`, missing columns `keep`, no row skipped), new users do not need secrets, and the tenant is then a mirror of the console at that time. Local changes that no export has shown yet are kept: see `merged`",
    }),
    keepMissing: z.boolean().optional().meta({
      description:
        "only for the console's own export: records that it does not contain are kept (mode `append`), because another export must be imported before they can be deleted. Their absence does not close any task, and the age of the mirror does not change. A plan is rejected if it would create a person who may be one of them",
    }),
    prefer: z.literal("console").optional().meta({
      description:
        "only for the console's own export: local values that it contradicts are replaced with the console's values and listed in `merged.givenUp`",
    }),
    generatePasswords: z.boolean().optional().meta({
      description:
        "true: the caller generates passwords for new records without one, so that these count as set. The tenant never sees the passwords",
    }),
    forConsole: z.boolean().optional().meta({
      description:
        "true: a file to upload in the console is to be written from the plan; with mode `replace`, this is allowed only for callers who may access the whole tenant",
    }),
    map: ColumnMap.optional(),
    orgBy: z.enum(ORG_BY_CHOICES).optional().meta({
      description:
        "how cells name organisations: by `code` (default), by a `name` that only one organisation has, or by `path`",
    }),
    delimiter: z.string().length(1).default(","),
    /** sheet of a workbook; can be omitted if only one sheet has data */
    sheet: z.string().max(255).optional(),
    headerRow: z.int().min(1).max(MAX_HEADER_ROW).optional().meta({
      description: "number of the header row; the rows above it are ignored; default: 1",
    }),
    fileName: FileName.default("-"),
  }),
);

const DropRequest = nameSchema(
  "DropRequest",
  z.strictObject({
    numbers: z.array(z.int().positive()).min(1).max(1000),
    records: z.array(Id).max(1000).optional().meta({ description: "only these records; default: all" }),
    fields: z.array(z.string()).max(100).optional().meta({ description: "only these fields; default: all" }),
  }),
);

/** The records to delete: by ID, or by filters of this kind's list; a record must match all filters. */
const DeletionRequest = nameSchema(
  "DeletionRequest",
  z.strictObject({
    kind: ImportKind,
    ids: z
      .array(Id)
      .min(1)
      .readonly()
      .optional()
      .meta({ description: "IDs of the records; cannot be combined with filters" }),
    recursive: z.boolean().default(false).meta({
      description:
        "for organisations: also delete all organisations below them and the users in all of these organisations; the plan's `beside` contains the number of users",
    }),
    filterName: FilterText.meta({ description: "part of the name" }),
    filterId: FilterText.meta({ description: "part of the email address, ユーザーID or serial number" }),
    search: FilterText.meta({ description: "text to find in any value of a record" }),
    org: Id.optional().meta({ description: "ID of an organisation: selects the records in it or below it" }),
    direct: z.boolean().optional().meta({ description: "true: `org` does not include the organisations below it" }),
    status: FilterText.meta({ description: "only for devices: status" }),
    platform: FilterText.meta({ description: "only for devices: platform" }),
    tag: FilterText.meta({ description: "only for devices: tag" }),
    called: FileName.default("").meta({
      description: "how the caller identified the records; shown as the file name of the import",
    }),
  }),
);

const StoredImportRequest = nameSchema(
  "KeptRequest",
  ImportRequest.extend({
    mode: z.enum(["append", "replace", "delete"]).default("append"),
    select: z
      .strictObject({
        by: z.enum(["named", "below", "filtered"]),
        filterName: z.string().optional(),
        filterId: z.string().optional(),
        search: z.string().optional(),
        org: Id.optional(),
        direct: z.boolean().optional(),
        status: z.string().optional(),
        platform: z.string().optional(),
        tag: z.string().optional(),
      })
      .optional(),
  }),
);

const UnverifiedColumn = z.object({ header: z.string() });

/**
 * The number of existing records in which a plan changes or clears a field. For a list field, also the number of values
 * that are removed, and of values that are kept because the file has too few columns for them.
 */
const ColumnChange = z.object({
  field: z.string(),
  changed: z.int(),
  cleared: z.int(),
  removed: z.int(),
  kept: z.int(),
  /** number of values before the import, if the plan clears more than half of them */
  clearedOf: z.int().optional(),
});

/** A difference between a console value and a local value, if the console value was never set locally. */
const Contradiction = z.object({
  name: z.string(),
  field: z.string().nullable().meta({ description: "null if the console does not have the record" }),
  local: z.string().nullable(),
  console: z.string().nullable(),
  confirmed: z.boolean().meta({ description: "true: somebody confirmed that the console has the local value" }),
  deleted: z.literal(true).optional().meta({ description: "true: the record was deleted locally, so `local` is null" }),
  held: z.literal(true).optional().meta({
    description:
      "true: the record was not changed locally, but is kept because something that was changed locally refers to it",
  }),
});

const BlockedRecord = nameSchema(
  "BlockedRecord",
  z.object({
    thing: z.string(),
    name: z.string().nullable().meta({ description: "null if the caller may not see the record" }),
    why: z.enum(UNDO_BLOCK_REASONS),
    what: BilingualText.optional().meta({ description: "message of the rule that prevents the undo" }),
    fields: z.array(z.string()),
    change: z.int().nullable().meta({ description: "number of the later change that prevents the undo" }),
    other: z
      .object({ thing: z.string(), name: z.string().nullable() })
      .nullable()
      .meta({ description: "the other record that prevents the undo" }),
  }),
);

const EarlierConsoleImport = nameSchema(
  "EarlierTakeover",
  z.object({
    change: z.int().meta({ description: "number of the change that this import of the console's export made" }),
    at: Instant,
    newer: z
      .array(z.int())
      .meta({ description: "numbers of the changes that later imports of the console's export made, newest first" }),
  }),
);

const PlanAction = z.enum(["create", "update", "unchanged", "delete", "invalid"]);

/** An import: a plan and its state. The counts are numbers of rows of the imported kind. */
const Import = nameSchema(
  "Import",
  z.object({
    id: Id,
    number: z.string().meta({
      description: "number of the import: `17`, the number of its change, or `P12` for a plan that is not committed",
    }),
    change: z
      .int()
      .nullable()
      .meta({ description: "number of the change, as in the audit log; null until the import is committed" }),
    tenant: z.string(),
    kind: ImportKind,
    mode: ImportMode,
    state: ImportState,
    fileName: z.string(),
    inputSha256: Sha256.nullable(),
    inputBytes: z.int(),
    encoding: z.string().nullable(),
    createdAt: Instant,
    /** only if the plan was compared with the tenant again */
    replannedAt: Instant.optional(),
    committedAt: Instant.nullable(),
    actor: z.string(),
    /** true if the caller made this import */
    mine: z.boolean(),
    undoes: z.int().nullable().meta({ description: "number of the change that this import undoes" }),
    undoneBy: z.int().nullable().meta({ description: "number of the change that undid this import" }),
    etag: z.string().nullable(),
    request: StoredImportRequest.nullable(),
    rows: z.int(),
    skipped: z
      .array(z.object({ header: z.string(), value: z.string(), count: z.int() }))
      .optional()
      .meta({ description: "only if the column map skips rows: their number, by header and value" }),
    create: z.int(),
    update: z.int(),
    unchanged: z.int(),
    recordsBefore: z.int(),
    delete: z.int(),
    invalid: z.int(),
    secretsSet: z.int(),
    orgsCreated: z.int(),
    groupsCreated: z.int(),
    /** the first ten organisations that the import would create */
    newOrgs: z.array(z.string()),
    newGroups: z.array(z.string()),
    columns: z.array(ColumnChange),
    errors: z.int(),
    warnings: z.int(),
    /** true if the plan cannot be committed because the file or a row is invalid and invalid rows may not be skipped */
    rejected: z.boolean(),
    header: z.array(z.string()),
    fields: z.array(z.string()).meta({
      description:
        "the fields that the file sets, from a column, a join or a constant of the column map, as `rows` names them",
    }),
    absentColumns: z.array(z.string()),
    unknownColumns: z.array(z.string()),
    unverifiedColumns: z.array(UnverifiedColumn),
    emittedAt: Instant.nullable(),
    /** only for an open plan: the columns of its format, except secrets, that no export of the console has contained */
    unseenColumns: z.array(z.string()).optional(),
    /** only for devices: number of devices that must be wiped and set up again for another owner */
    wipes: z.int().optional(),
    /**
     * only if the file looks like another tenant's: the keys of its first rows or its first mail domains, if the tenant
     * has none of them, or the names in its first rows, if the tenant has other names for their keys
     */
    foreign: z.object({ by: z.enum(["key", "name", "domain"]), values: z.array(z.string()) }).optional(),
    /**
     * only for an import that replaces all records, or with `keepMissing`: records that are not in the file but are
     * kept; `names`: the first ten
     */
    kept: z.object({ count: z.int(), names: z.array(z.string()).readonly() }).optional(),
    /** number of devices that lose their owner because the owner is deleted */
    released: z.int().optional(),
    /** only for a deletion by filters: the matching administrators, who are not deleted, and the first ten names */
    staying: z.object({ count: z.int(), names: z.array(z.string()) }).optional(),
    /** SECURED APP deletions only: deleted users marked as administrators of another app; first ten names with apps */
    protectedElsewhere: z.object({ count: z.int(), names: z.array(z.string()) }).optional(),
    /** only for a console export: comparison with local changes, which the import does not overwrite */
    merged: z
      .object({
        open: z.int().meta({ description: "number of records with values that the console does not have yet" }),
        contradicted: z.int().meta({ description: "number of console values that were never set locally" }),
        leftOut: z
          .int()
          .meta({ description: "number of rows that are left out because their keys were changed locally" }),
        first: z.array(Contradiction).meta({ description: "the first three of the values that `contradicted` counts" }),
        givenUp: z
          .object({
            count: z.int(),
            first: z.array(Contradiction).readonly().meta({ description: "the first thousand of these values" }),
          })
          .optional()
          .meta({
            description: "only with `prefer`: the local values that the plan replaces with the console's values",
          }),
      })
      .optional(),
    takenOver: EarlierConsoleImport.optional(),
    /** only for an undo: the custom fields removed in the meantime, and how many of their values cannot be restored */
    lost: z.array(z.object({ name: z.string(), values: z.int() })).optional(),
    /** only for an undo, and for organisations deleted with users: counts for records of other types, by type */
    beside: z
      .array(
        z.object({
          thing: z.string(),
          create: z.int(),
          update: z.int(),
          delete: z.int(),
          recordsBefore: z.int().meta({ description: "number of records of this type before the import" }),
        }),
      )
      .optional(),
    /** only for the undo of a confirmation: numbers of the reopened tasks, and the number of reopened records */
    reopened: z.object({ tasks: z.array(z.int()), records: z.int() }).optional(),
    /** only for an undo: the records that cannot be undone or are skipped; `first` contains up to a thousand of them */
    blocked: z.object({ count: z.int(), first: z.array(BlockedRecord) }).optional(),
    /** only for a drop: the numbers of the console tasks that are dropped */
    drops: z.array(z.int()).optional(),
    /** only for an undo: other people who made changes after the change to undo */
    others: z.array(z.string()).optional(),
    consoleTask: z.int().optional(),
    /** only with an open console task, when imports are shown: how many records are up to date in the console */
    inConsole: z.object({ done: z.int(), of: z.int() }).optional(),
    /** only for a committed export of the console: the numbers of the tasks that it settled */
    settled: z
      .object({
        closed: z.array(z.int()).meta({ description: "numbers of the tasks that the export closed" }),
        givenUp: z.array(z.int()).optional().meta({
          description:
            "numbers of the tasks that were closed because local changes were given up in favour of the console's values",
        }),
        advanced: z.array(z.int()).optional().meta({
          description: "numbers of the tasks that are still open, although the export closed some of their records",
        }),
        contradicted: z.array(z.int()).meta({
          description:
            "numbers of the open tasks that the export contradicts: it has a value that nobody entered locally, or does not contain the record. The local values are kept",
        }),
        reopened: z.array(z.int()).optional().meta({
          description:
            "numbers of the tasks that somebody had confirmed, but that the export does not show as done; they are open again",
        }),
        open: z
          .int()
          .meta({ description: "number of all open tasks of all kinds, after the import of the console's export" }),
      })
      .optional(),
  }),
);

/** A plan's row. `after` has the resulting non-secret values, `before` the previous values of changed fields. */
const PlanRow = nameSchema(
  "PlanRow",
  z.object({
    thing: z
      .string()
      .optional()
      .meta({ description: "type of the record, if it is not the type of the import's kind" }),
    app: z
      .enum(SECURED_APPS)
      .optional()
      .meta({ description: "only for an undo: the SECURED APP of the record, because a change may concern several" }),
    row: z.int(),
    line: z.int(),
    key: z.string(),
    action: PlanAction,
    exists: z.boolean(),
    ...changedValues,
    leftOut: z.enum(listChoices(UPLOAD_OMISSION_REASONS)).nullable().optional().meta({
      description:
        "only with `upload`, or for an import whose upload file leaves out records: why the file leaves out this record, which must therefore be changed by hand; null if the file contains it",
    }),
  }),
);

/** A problem in the input. The client renders `code` and `params` in its own language. */
const InputProblem = nameSchema(
  "InputProblem",
  z.object({
    code: z.string(),
    severity: z.enum(["error", "warning"]),
    row: z.int(),
    line: z.int(),
    column: z.int(),
    header: z.string(),
    params: z.record(z.string(), z.union([z.string(), z.number()])),
  }),
);

/** The result of comparing a task with an export of the console: what is still open. */
const Verification = nameSchema(
  "Verification",
  z.object({
    done: z.boolean().meta({ description: "true: no part of the task is open" }),
    sameAsUpload: z.boolean().optional().meta({
      description: "true: nothing was compared, because the export is the file that was written for the upload",
    }),
    closedBefore: z.literal(true).optional().meta({
      description: "true: nothing was compared, because the task was already done or confirmed",
    }),
    takenOver: EarlierConsoleImport.optional(),
    task: z.custom<ConsoleTask>(),
    /** the open fields of the task that the export does not contain */
    unseen: z.array(
      z.object({
        field: z.string(),
        header: z.string(),
        blank: z.literal(true).optional().meta({
          description:
            "true: the export has the column, but a blank cell can mean either an organisation without a code or no organisation",
        }),
      }),
    ),
    lacking: z.object({ records: z.int(), of: z.int() }).optional().meta({
      description:
        "the deletions of the task cannot be verified, because the export contains only some of the records: of the `of` other records that the console has, `records` are missing",
    }),
  }),
);

const ACTIONS_PATTERN = PlanAction.options.join("|");
const lineLimit = z.coerce
  .number()
  .int()
  .min(1)
  .optional()
  .meta({ description: "maximum number of lines; default: all" });

export default {
  description: "CSV imports and deletions (plan, review, commit, undo), and exchange with the console",
  routes: {
    create: post("/v1/imports", {
      id: "createImport",
      isRepeatable: true,
      changes: false,
      summary: "Create an import: describe the file and how to import it",
      body: ImportRequest,
      answer: jsonResponseWithEtag(Import, "The import, which waits for its file"),
      status: 201,
    }),
    upload: put("/v1/imports/{id}/content", {
      id: "uploadImport",
      changes: false,
      summary: "Upload the file of an import and get the plan",
      params: byId,
      file: true,
      answer: jsonResponseWithEtag(Import, "The plan; nothing has been changed yet"),
      fails: ["conflict", "input-rejected", "interrupted", "unavailable"],
    }),
    delete: post("/v1/imports/deletions", {
      id: "planDeletion",
      isRepeatable: true,
      isLong: true,
      changes: false,
      summary: "Plan a deletion of records, selected by their IDs or by filters",
      body: DeletionRequest,
      answer: jsonResponseWithEtag(Import, "The plan; nothing has been changed yet"),
      status: 201,
      fails: ["not-found", "input-rejected", "interrupted", "unavailable"],
    }),
    list: get("/v1/imports", {
      id: "imports",
      summary: "List all imports",
      answer: itemsResponse(Import, "Imports, newest first"),
    }),
    show: get("/v1/imports/{id}", {
      id: "import",
      summary: "Get one import",
      params: {
        id: z.union([Id, z.string().regex(IMPORT_NUMBER_PATTERN)]).meta({
          description: "ID of the import, or its number: `17` (number of its change) or `P12` (number of its plan)",
        }),
      },
      answer: jsonResponseWithEtag(Import, "The import"),
    }),
    rows: get("/v1/imports/{id}/rows", {
      id: "importRows",
      summary: "List the rows of a plan, or what a committed import did",
      params: byId,
      query: {
        action: z
          .string()
          .regex(new RegExp(`^(?:${ACTIONS_PATTERN})(?:,(?:${ACTIONS_PATTERN}))*$`))
          .optional()
          .meta({ description: "comma-separated actions; default: all" }),
        limit: lineLimit,
        upload: z.string().max(100_000).optional().meta({
          description:
            "only for an open plan: JSON list of the fields of an upload file's columns. The rows then have the values of that file: key values and required values that were not changed locally are the console's values",
        }),
      },
      answer: ndjsonResponse(
        PlanRow,
        "The rows of the plan in the order of the file, then deletions; for a committed import, what it did to which record",
      ),
      fails: ["conflict"],
    }),
    problems: get("/v1/imports/{id}/problems", {
      id: "importProblems",
      summary: "List the problems of a plan's file",
      params: byId,
      query: { limit: lineLimit },
      answer: ndjsonResponse(InputProblem, "Problems, sorted by row and column"),
      fails: ["conflict"],
    }),
    commit: post("/v1/imports/{id}/commit", {
      id: "commitImport",
      isRepeatable: true,
      isLong: true,
      summary: "Commit a plan, all of it or nothing",
      params: byId,
      ifMatch: true,
      query: {
        sha256: Sha256.optional().meta({ description: "SHA-256 of the file that was written for the console" }),
        fileName: FileName.optional().meta({ description: "name of the file that was written for the console" }),
        upload: z.string().max(100_000).optional().meta({
          description:
            "JSON list of the fields of the upload file's columns, as for `rows`: the records that the file leaves out are recorded; without `sha256` and `fileName`, no file was written because all records are left out",
        }),
      },
      answer: jsonResponseWithEtag(Import, "The committed import"),
      fails: ["conflict", "input-rejected", "interrupted"],
    }),
    check: post("/v1/imports/{id}/check", {
      id: "checkImport",
      isLong: true,
      changes: false,
      summary: "Check that a plan can still be committed",
      params: byId,
      ifMatch: true,
      query: {
        upload: queryFlag.meta({ description: "true: a file for the console is written from the plan, too" }),
      },
      answer: jsonResponseWithEtag(Import, "The plan"),
      fails: ["conflict", "input-rejected", "interrupted"],
    }),
    replan: post("/v1/imports/{id}/replan", {
      id: "replanImport",
      isLong: true,
      changes: false,
      summary: "Compare the file of a plan with the tenant again",
      params: byId,
      query: {
        keepMissing: queryFlag.meta({
          description:
            "true: the plan of the console's own export keeps the records that the export does not contain, as `keepMissing` of an import",
        }),
      },
      answer: jsonResponseWithEtag(Import, "The plan, compared with the current tenant"),
      fails: ["conflict", "interrupted"],
    }),
    verify: post("/v1/imports/tasks/{number}/verify", {
      id: "verifyTask",
      isRepeatable: true,
      summary: "Compare an export of the console with a task",
      params: { number: z.coerce.number().int().positive().meta({ description: "number of the task" }) },
      file: true,
      query: {
        kind: ImportKind.optional().meta({ description: "kind of the export; default: kind of the task" }),
        map: z.string().optional().meta({ description: "column map for reading the export, as JSON" }),
        confirmMissing: queryFlag.meta({ description: "true: confirm what the export does not show" }),
        sameAsUpload: queryFlag.meta({
          description: "true: compare even if the export is identical to the file that was written for the upload",
        }),
      },
      answer: jsonResponse(Verification, "What is still open"),
      fails: ["not-found", "conflict", "input-rejected", "interrupted", "unavailable"],
    }),
    undo: post("/v1/imports/changes/{number}/undo", {
      id: "undoChange",
      isRepeatable: true,
      isLong: true,
      changes: false,
      summary: "Plan the undo of a change",
      params: { number: z.union([z.coerce.number().int().positive(), z.literal("last")]) },
      query: {
        skipBlocked: queryFlag.meta({ description: "true: skip records that cannot be undone, and undo the rest" }),
        mirrorOnly: queryFlag.meta({
          description:
            "only for an import of the console's own export: undo it only in the mirror. Nothing has to be done in the console, and the tasks that the import closed are open again",
        }),
      },
      answer: jsonResponseWithEtag(
        Import,
        "The plan of the undo; if it has `blocked` records, it can be committed only if they are skipped",
      ),
      status: 201,
      fails: ["conflict"],
    }),
    dropTasks: post("/v1/imports/drop", {
      id: "dropConsoleTasks",
      isRepeatable: true,
      isLong: true,
      changes: false,
      summary: "Plan to drop tasks; this restores the console's values in the mirror",
      body: DropRequest,
      answer: jsonResponseWithEtag(Import, "The plan of the drop; if it has `blocked` records, it cannot be committed"),
      status: 201,
      fails: ["not-found", "conflict"],
    }),
    discard: remove("/v1/imports/{id}", {
      id: "discardImport",
      changes: false,
      summary: "Discard a plan",
      params: byId,
      answer: jsonResponseWithEtag(Import, "The discarded import; its staged data is removed"),
      fails: ["conflict"],
    }),
  },
};

export type ImportRequest = z.infer<typeof ImportRequest>;
export type DropRequest = z.infer<typeof DropRequest>;
export type DeletionRequest = z.infer<typeof DeletionRequest>;
export type ImportKind = z.infer<typeof ImportKind>;
export type Import = z.infer<typeof Import>;
export type PlanRow = z.infer<typeof PlanRow>;
export type InputProblem = z.infer<typeof InputProblem>;
export type Verification = z.infer<typeof Verification>;
