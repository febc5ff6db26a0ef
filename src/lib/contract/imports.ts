import { z } from "zod";
import { ALLOWANCES, FIXES, UNDELETABLE_CHOICES } from "../model/import.ts";
import { FORMAT_NAMES } from "../model/console-files.ts";
import { IMPORT_NUMBER } from "../model/import-number.ts";
import { KEY_NAMES } from "../model/formats.ts";
import { UNDO_REASONS } from "../model/undo.ts";
import { namesIn } from "../model/console-task.ts";
import { UPLOAD_REASONS } from "../model/upload.ts";
import { get, items, json, lines, post, put, remove, tagged } from "./route.ts";
import { changedValues } from "./changed.ts";
import { ConsoleTask } from "./console.ts";
import { flag } from "./queries.ts";
import { byId, Id, ImportMode, InBothLanguages, Instant, named, Sha256 } from "./shapes.ts";

/** The kinds of import; SECURED APPs users are one kind for each of the five apps. */
const ImportKind = z.enum(FORMAT_NAMES);

const ImportState = z.enum(["uploading", "planned", "committed", "undone", "discarded", "failed"]);

const FileName = z.string().max(255);

/** A filter that lets not everything pass. */
const Filter = z.string().min(1).max(1000).optional();

/** A `--map` file as data: the tenant applies it to the header row and to every record. */
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
  dialect: z.strictObject({ delimiter: z.string().length(1), quote: z.string().length(1).optional() }).optional(),
});

/** The options of an import, sent before its file. */
const ImportRequest = named(
  "ImportRequest",
  z.strictObject({
    kind: ImportKind,
    mode: z.enum(["append", "replace"]).default("append"),
    key: z.enum(KEY_NAMES).default("email"),
    blank: z.enum(["clear", "keep"]).optional().meta({
      description:
        "default: clear, but a column that is blank in every row is a problem where records have a value in it",
    }),
    missingColumns: z.enum(["keep", "clear"]).default("keep"),
    createOrgs: z.boolean().default(false),
    createGroups: z.boolean().default(false),
    skipInvalid: z.boolean().default(false),
    undeletable: z.enum(UNDELETABLE_CHOICES).optional().meta({
      description:
        "with mode `replace`: records that the file lacks and that cannot be deleted are kept, and do not reject it; `release`: devices are taken from owners that are deleted",
    }),
    fix: z.array(z.enum(FIXES)).readonly().optional(),
    allow: z.array(z.enum(ALLOWANCES)).readonly().optional().meta({
      description:
        "`unknown-columns`: unknown columns are ignored; `error-values`: spreadsheet error values such as #N/A are text; `new-address`: a replacing import may delete a person and create one who has the same employee code or UPN, or give people those of others; `other-tenant`: the file is not compared with those of other tenants",
    }),
    fromConsole: z.boolean().optional().meta({
      description:
        "the file is the console's own export: the tenant is made equal to it (mode `replace`, blank `clear`, missing columns `keep`, no row skipped), new users need no secret, and it is a mirror of that moment. What was changed here since an export last showed it stays as it is here: see `merged`",
    }),
    keepMissing: z.boolean().optional().meta({
      description:
        "of the console's own export: what it lacks is kept (mode `append`), as another export is to be taken over before it can go; what it lacks closes no task for the console, and the mirror stays as old as it was",
    }),
    prefer: z.literal("console").optional().meta({
      description:
        "of the console's own export: local values that it contradicts are given up, and it lists them: see `merged.givenUp`",
    }),
    forConsole: z.boolean().optional().meta({
      description:
        "a file to upload in the console is to be made of the plan: with mode `replace` for who holds the whole tenant",
    }),
    map: ColumnMap.optional(),
    delimiter: z.string().length(1).default(","),
    /** of a workbook; may be missing where only one has data */
    sheet: z.string().max(255).optional(),
    fileName: FileName.default("-"),
  }),
);

/** Which tasks are dropped, or what of them. */
const DropRequest = named(
  "DropRequest",
  z.strictObject({
    numbers: z.array(z.int().positive()).min(1).max(1000),
    records: z.array(Id).max(1000).optional().meta({ description: "only these records; default: all" }),
    fields: z.array(z.string()).max(100).optional().meta({ description: "only these fields; default: all" }),
  }),
);

/** Which records a deletion takes: ids, or filters of the kind's list, of which all have to hold. */
const DeletionRequest = named(
  "DeletionRequest",
  z.strictObject({
    kind: ImportKind,
    ids: z.array(Id).min(1).readonly().optional().meta({ description: "the records; without filters" }),
    recursive: z.boolean().default(false).meta({
      description: "of organisations: with all below them and the users in them, which are an import of their own",
    }),
    filterName: Filter.meta({ description: "part of the name" }),
    filterId: Filter.meta({ description: "part of the mail address, ユーザーID or serial number" }),
    search: Filter.meta({ description: "part of any text of a record" }),
    org: Id.optional().meta({ description: "the id of an organisation: the records directly in it" }),
    status: Filter.meta({ description: "of devices: a status" }),
    platform: Filter.meta({ description: "of devices: a platform" }),
    tag: Filter.meta({ description: "of devices: a tag" }),
    called: FileName.default("").meta({ description: "how people named the records; told as the import's file" }),
  }),
);

/** The request of an import as it is kept; a deletion has no file, and says which records it takes. */
const KeptRequest = named(
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
        status: z.string().optional(),
        platform: z.string().optional(),
        tag: z.string().optional(),
      })
      .optional(),
  }),
);

/** A column missing from the console's own export, and when clomoctl last sent it to the console. */
const UnverifiedColumn = z.object({ header: z.string() });

/**
 * In how many records that exist a plan changes a field: to another value, or to none. Of a list, how many of its values
 * go, and how many stay beyond the file's columns.
 */
const ColumnChange = z.object({
  field: z.string(),
  changed: z.int(),
  cleared: z.int(),
  removed: z.int(),
  kept: z.int(),
  /** number of values before, if the plan clears more than half of them */
  clearedOf: z.int().optional(),
});

/** A value of the console that was never set here. */
const Contradiction = z.object({
  name: z.string(),
  field: z.string().nullable().meta({ description: "null if the console does not have the record" }),
  local: z.string().nullable(),
  console: z.string().nullable(),
  confirmed: z.boolean().meta({ description: "somebody said that the console has the local value" }),
  deleted: z.literal(true).optional().meta({ description: "the record was deleted here, so `local` is null" }),
  held: z
    .literal(true)
    .optional()
    .meta({ description: "the record was not changed here, but stays because what was changed here refers to it" }),
});

/** A record that an undo leaves as it is. */
const BlockedRecord = named(
  "BlockedRecord",
  z.object({
    thing: z.string(),
    name: z.string().nullable().meta({ description: "null of a record that the asker does not see" }),
    why: z.enum(UNDO_REASONS),
    what: InBothLanguages.optional().meta({ description: "what the rule says that refuses it" }),
    fields: z.array(z.string()),
    change: z.int().nullable().meta({ description: "the number of the later change that is in the way" }),
    other: z
      .object({ thing: z.string(), name: z.string().nullable() })
      .nullable()
      .meta({ description: "the record that is in the way" }),
  }),
);

/** The last takeover of the same export of the console, if others of its kind were taken over since. */
const EarlierTakeover = named(
  "EarlierTakeover",
  z.object({
    change: z.int().meta({ description: "the number of its change" }),
    at: Instant,
    newer: z.array(z.int()).meta({ description: "the numbers of the changes of later ones, the newest first" }),
  }),
);

/** A plan and its state. Counts are rows of the imported kind. */
const Import = named(
  "Import",
  z.object({
    id: Id,
    number: z.string().meta({ description: "that of its change, `17`; of a plan that is not committed `P12`" }),
    change: z
      .int()
      .nullable()
      .meta({ description: "the number of the change, as in the audit; null until it is committed" }),
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
    /** true if whoever asks is its actor */
    mine: z.boolean(),
    undoes: z.int().nullable().meta({ description: "the number of the change that it undoes" }),
    undoneBy: z.int().nullable().meta({ description: "the number of the change that undid it" }),
    etag: z.string().nullable(),
    request: KeptRequest.nullable(),
    rows: z.int(),
    create: z.int(),
    update: z.int(),
    unchanged: z.int(),
    /** records of the kind before the import */
    recordsBefore: z.int(),
    delete: z.int(),
    invalid: z.int(),
    secretsSet: z.int(),
    orgsCreated: z.int(),
    groupsCreated: z.int(),
    /** the first ten that would be created */
    newOrgs: z.array(z.string()),
    newGroups: z.array(z.string()),
    columns: z.array(ColumnChange),
    errors: z.int(),
    warnings: z.int(),
    /** true if the plan cannot be committed: a row or the file as a whole is invalid and nothing may be skipped */
    rejected: z.boolean(),
    header: z.array(z.string()),
    absentColumns: z.array(z.string()),
    unknownColumns: z.array(z.string()),
    unverifiedColumns: z.array(UnverifiedColumn),
    emittedAt: Instant.nullable(),
    /** of an open plan: the columns of its format, secrets aside, that no export of the console has shown */
    unseenColumns: z.array(z.string()).optional(),
    /** of devices: those that have to be wiped and set up again for another owner */
    wipes: z.int().optional(),
    /** if the file looks like another tenant's: the keys of its first rows, or the first of its mail domains, of which the tenant has none, or the names of its first rows, whose keys are those of records with other names */
    foreign: z.object({ by: z.enum(["key", "name", "domain"]), values: z.array(z.string()) }).optional(),
    /** of a replacing import: the records that its file lacks and that are kept, as they cannot be deleted; `known`: those that the run before kept, too */
    kept: z.object({ count: z.int(), known: z.int() }).optional(),
    /** the devices that lose their owner, as that record is deleted */
    released: z.int().optional(),
    /** of a deletion by filters: the administrators among them, who stay, and the first ten of them by name */
    staying: z.object({ count: z.int(), names: z.array(z.string()) }).optional(),
    /** of a deletion in a SECURED APP: those that go and are marked as administrators in another app, and the first ten by name, with the apps */
    protectedElsewhere: z.object({ count: z.int(), names: z.array(z.string()) }).optional(),
    /** of an export of the console: what it shows of the values that were changed here, which it leaves as they are */
    merged: z
      .object({
        open: z.int().meta({ description: "number of records with values that the console does not have yet" }),
        contradicted: z.int().meta({ description: "number of values of the console that nobody asked for here" }),
        leftOut: z.int().meta({ description: "number of rows that are left out: their key was changed here" }),
        first: z.array(Contradiction).meta({ description: "the first three of these values" }),
        givenUp: z
          .object({
            count: z.int(),
            first: z.array(Contradiction).readonly().meta({ description: "the first thousand" }),
          })
          .optional()
          .meta({ description: "with `prefer`: the local values that the plan gives up" }),
      })
      .optional(),
    takenOver: EarlierTakeover.optional(),
    /** of an undo: the custom fields removed since whose values do not come back, and how many */
    lost: z.array(z.object({ name: z.string(), values: z.int() })).optional(),
    /** of an undo, and of organisations that go with their users: the records of other things than the kind's, by the things' names */
    beside: z
      .array(
        z.object({
          thing: z.string(),
          create: z.int(),
          update: z.int(),
          delete: z.int(),
          recordsBefore: z.int().meta({ description: "number of records of the thing before" }),
        }),
      )
      .optional(),
    /** of the undo of a confirmation: the numbers of the tasks that are open again, and how many of their records */
    reopened: z.object({ tasks: z.array(z.int()), records: z.int() }).optional(),
    /** of an undo: the records that it cannot undo, or leaves out, and the first thousand of them */
    blocked: z.object({ count: z.int(), first: z.array(BlockedRecord) }).optional(),
    /** of a drop: the numbers of the tasks of the console that are dropped */
    drops: z.array(z.int()).optional(),
    /** of an undo: who else made changes after the one that it undoes */
    others: z.array(z.string()).optional(),
    /** number of what it leaves to be done in the console */
    consoleTask: z.int().optional(),
    /** of one that leaves something to be done in the console, where imports are shown: how many of its records the console has by now */
    inConsole: z.object({ done: z.int(), of: z.int() }).optional(),
    /** of a committed export of the console: the numbers of the tasks that it settled */
    settled: z
      .object({
        closed: z.array(z.int()).meta({ description: "tasks that it closed" }),
        givenUp: z.array(z.int()).optional().meta({
          description: "tasks that are closed as what was changed here was given up for what it has",
        }),
        advanced: z.array(z.int()).optional().meta({ description: "open tasks of which it closed some records" }),
        contradicted: z.array(z.int()).meta({
          description:
            "open tasks that it contradicts: it has a value that nobody entered here, or lacks the record. The values here stay",
        }),
        reopened: z.array(z.int()).optional().meta({
          description: "tasks that somebody had confirmed and that it does not show: they are open again",
        }),
        open: z.int().meta({ description: "number of open tasks after it, of all kinds" }),
      })
      .optional(),
  }),
);

const PlanAction = z.enum(["create", "update", "unchanged", "delete", "invalid"]);

/** One line of a plan. `after` has the resulting non-secret values, `before` the former ones of those that change. */
const PlanRow = named(
  "PlanRow",
  z.object({
    thing: z.string().optional().meta({ description: "of a record of another thing than the kind's: that thing" }),
    row: z.int(),
    line: z.int(),
    key: z.string(),
    action: PlanAction,
    exists: z.boolean(),
    ...changedValues,
    leftOut: z.enum(namesIn(UPLOAD_REASONS)).nullable().optional().meta({
      description:
        "with `upload`, or of an import whose upload file leaves out records: why the file leaves it out, so that it is done by hand; null if it does not",
    }),
  }),
);

/** A problem of the input; the reader renders `code` and `params` in its language. */
const InputProblem = named(
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

/** What is open of a task, now that an export of the console was compared with it. */
const Verification = named(
  "Verification",
  z.object({
    done: z.boolean().meta({ description: "nothing of the task is open" }),
    changedAgain: z.int().nullable().optional().meta({
      description:
        "of a task that is done: the newest change that wrote a part of it again, which is not of the task any more",
    }),
    sameAsUpload: z.boolean().optional().meta({
      description: "nothing was compared: the export is the file that was written for the upload",
    }),
    closedBefore: z.literal(true).optional().meta({
      description: "nothing was compared: the task was done or confirmed before, and has when and by what",
    }),
    takenOver: EarlierTakeover.optional(),
    task: ConsoleTask.meta({ description: "as it is by now" }),
    /** the fields of the task that are open, and that the export does not show */
    unseen: z.array(
      z.object({
        field: z.string(),
        header: z.string(),
        blank: z.literal(true).optional().meta({
          description:
            "the export has the column, but a blank cell does not tell an organisation without a code from none",
        }),
      }),
    ),
    lacking: z.object({ records: z.int(), of: z.int() }).optional().meta({
      description:
        "deletions of the task cannot be seen: the export lacks so many `records` of the others that the console has, so it shows a part only",
    }),
  }),
);

const actions = PlanAction.options.join("|");
const limit = z.coerce
  .number()
  .int()
  .min(1)
  .optional()
  .meta({ description: "maximum number of lines; all by default" });

export default {
  description: "CSV imports and deletions: plan, review, commit, revert; exchange with the console",
  routes: {
    create: post("/v1/imports", {
      id: "createImport",
      changes: false,
      summary: "Describe a file and how to import it",
      body: ImportRequest,
      answer: tagged(Import, "The import, awaiting its file"),
      status: 201,
    }),
    upload: put("/v1/imports/{id}/content", {
      id: "uploadImport",
      changes: false,
      summary: "Send the file and get its plan",
      params: byId,
      file: true,
      answer: tagged(Import, "The plan; nothing is changed yet"),
      fails: ["conflict", "input-rejected", "interrupted", "unavailable"],
    }),
    delete: post("/v1/imports/deletions", {
      id: "planDeletion",
      changes: false,
      summary: "Plan to delete records, by their ids or by filters",
      body: DeletionRequest,
      answer: tagged(Import, "The plan; nothing is changed yet"),
      status: 201,
      fails: ["input-rejected", "interrupted", "unavailable"],
    }),
    list: get("/v1/imports", { id: "imports", summary: "All imports", answer: items(Import, "Newest first") }),
    show: get("/v1/imports/{id}", {
      id: "import",
      summary: "One import",
      params: {
        id: z
          .union([Id, z.string().regex(IMPORT_NUMBER)])
          .meta({ description: "its id, or its number: `17` of its change, `P12` of its plan" }),
      },
      answer: tagged(Import, "One import"),
    }),
    rows: get("/v1/imports/{id}/rows", {
      id: "importRows",
      summary: "The rows of a plan, or what a committed import did",
      params: byId,
      query: {
        action: z
          .string()
          .regex(new RegExp(`^(?:${actions})(?:,(?:${actions}))*$`))
          .optional()
          .meta({ description: "comma-separated actions; all by default" }),
        limit,
        upload: z.string().max(100_000).optional().meta({
          description:
            "of an open plan: the JSON list of the fields of an upload file's columns; the rows are as that file has them: key and required values that nobody asked to change are those of the console",
        }),
      },
      answer: lines(
        PlanRow,
        "The plan's rows in the file's order, then deletions; of a committed import what it did to which record",
      ),
      fails: ["conflict"],
    }),
    problems: get("/v1/imports/{id}/problems", {
      id: "importProblems",
      summary: "The problems of a plan's file",
      params: byId,
      query: { limit },
      answer: lines(InputProblem, "By row and column"),
      fails: ["conflict"],
    }),
    commit: post("/v1/imports/{id}/commit", {
      id: "commitImport",
      summary: "Apply a plan, all of it or nothing",
      params: byId,
      ifMatch: true,
      query: {
        sha256: Sha256.optional().meta({ description: "of the file that was written for the console" }),
        fileName: FileName.optional().meta({ description: "of the file that was written for the console" }),
        upload: z.string().max(100_000).optional().meta({
          description:
            "the JSON list of the fields of its columns, as `rows` has it: the records that the file leaves out are noted; without the other two, it leaves out all",
        }),
      },
      answer: tagged(Import, "The committed import"),
      fails: ["conflict", "input-rejected", "interrupted"],
    }),
    replan: post("/v1/imports/{id}/replan", {
      id: "replanImport",
      changes: false,
      summary: "Compare the file again",
      params: byId,
      answer: tagged(Import, "Compared again with the tenant as it is now"),
      fails: ["conflict", "interrupted"],
    }),
    verify: post("/v1/imports/verification/{number}", {
      id: "verifyTask",
      summary: "Compare an export of the console with a task",
      params: { number: z.coerce.number().int().positive().meta({ description: "of the task" }) },
      file: true,
      query: {
        kind: ImportKind.optional().meta({ description: "of the export; default: of the task" }),
        map: z.string().optional().meta({ description: "the JSON of a column map by which the export is read" }),
        confirmMissing: flag.meta({ description: "confirm what the export does not show" }),
        sameAsUpload: flag.meta({ description: "the export may be the file that was written for the upload" }),
      },
      answer: json(Verification, "What is open by now"),
      fails: ["not-found", "conflict", "input-rejected", "interrupted", "unavailable"],
    }),
    undo: post("/v1/imports/undo/{number}", {
      id: "undoChange",
      changes: false,
      summary: "Plan the undo of a change",
      params: { number: z.union([z.coerce.number().int().positive(), z.literal("last")]) },
      query: {
        skipBlocked: flag.meta({ description: "undo the rest where records cannot be undone" }),
        mirrorOnly: flag.meta({
          description:
            "of the console's own export: nothing is to be done in the console, and the tasks that it closed are open again",
        }),
      },
      answer: tagged(Import, "The plan of the undo; with `blocked` it can be committed only if that is skipped"),
      status: 201,
      fails: ["conflict"],
    }),
    dropTasks: post("/v1/imports/drop", {
      id: "dropConsoleTasks",
      changes: false,
      summary: "Plan to put back here what the console has, where tasks changed it",
      body: DropRequest,
      answer: tagged(Import, "The plan of the drop; with `blocked` it cannot be committed"),
      status: 201,
      fails: ["not-found", "conflict"],
    }),
    discard: remove("/v1/imports/{id}", {
      id: "discardImport",
      changes: false,
      summary: "Discard a plan",
      params: byId,
      answer: tagged(Import, "The discarded import; its staging is removed"),
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
