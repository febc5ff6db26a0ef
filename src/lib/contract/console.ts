import { z } from "zod";
import { FORMAT_NAMES } from "../model/console-files.ts";
import { CONSOLE_TASK_STATE_NAMES, CONSOLE_WORK_NAMES, listChoices } from "../model/console-task.ts";
import { UPLOAD_OMISSION_REASONS } from "../model/upload.ts";
import { queryFlag } from "./queries.ts";
import { get, itemsResponse, jsonResponse, post } from "./route.ts";
import { Id, ImportMode, Instant, nameSchema } from "./shapes.ts";

const DisplayedValue = z.union([z.string(), z.array(z.string()).readonly()]).nullable();

const ConsoleLabel = z.object({ name: z.string(), key: z.string().nullable() });

const TaskState = z.enum(listChoices(CONSOLE_TASK_STATE_NAMES));

const TaskWork = z.enum(listChoices(CONSOLE_WORK_NAMES));

const TaskRecord = z.object({
  thing: z.string().meta({ description: "type of the record, such as `user`" }),
  kind: z.enum(FORMAT_NAMES).meta({ description: "kind of the console export that contains the record" }),
  id: Id,
  work: TaskWork,
  name: z.string(),
  key: z.string().nullable().meta({
    description:
      "key that distinguishes records of the same name: main email address, organisation code (the path if there is no code) or user ID",
  }),
  console: ConsoleLabel.nullable().meta({
    description: "name and key in the console, if they differ from the local ones",
  }),
  changes: z.array(
    z.object({
      field: z.string().meta({ description: "name of the field; `custom:NAME` is a custom field of the tenant" }),
      before: DisplayedValue.meta({
        description: "value that the console last showed; if the value only has to be checked, the local value",
      }),
      after: DisplayedValue.meta({
        description: "local value; a reference has the name that the record has in the console",
      }),
      renamed: z
        .string()
        .optional()
        .meta({ description: "local name of the record in `after`, if it differs from the name in the console" }),
      perhaps: z.array(z.string()).optional().meta({
        description: "values that the console may have instead, because the local field had them in the meantime",
      }),
      neverExported: z.literal(true).optional().meta({
        description: "true: no export of all records has contained this field, so its value in the console is unknown",
      }),
      missing: z
        .boolean()
        .optional()
        .meta({ description: "true: the last export does not contain the record in `after`" }),
    }),
  ),
  mayBeDone: z.boolean().optional().meta({
    description:
      "true: the console may already have the record (`create`: it was deleted and created again locally), or may not have it (`delete`: it was created and deleted again locally)",
  }),
  contradicted: z.boolean().meta({
    description: "true: an export of the console had a value that was never set locally, or did not contain the record",
  }),
  leftOut: z
    .enum(listChoices(UPLOAD_OMISSION_REASONS))
    .optional()
    .meta({ description: "why the upload file leaves out the record, which must therefore be changed by hand" }),
  contradictions: z
    .array(
      z.object({
        field: z.string().nullable().meta({ description: "null: an export did not contain the record" }),
        local: DisplayedValue.meta({ description: "local value; for a deleted record, its last value" }),
        console: DisplayedValue,
      }),
    )
    .optional()
    .meta({ description: "only for a contradicted record: how the console differs from the local values" }),
});

/** A task in the console: the part of a change that the console does not have yet. */
export const ConsoleTask = nameSchema(
  "ConsoleTask",
  z.object({
    number: z.int().meta({ description: "number of the task, which is the number of its change" }),
    work: TaskWork,
    kind: z
      .enum(FORMAT_NAMES)
      .meta({ description: "kind of the file for the console; if there is no file, kind of the records" }),
    thing: z.string().meta({ description: "type of most of the records, such as `user`" }),
    action: z.string().meta({ description: "action of the change, as recorded in the audit log" }),
    importId: Id.nullable().meta({ description: "ID of the import that made the change" }),
    name: z.string().nullable().meta({ description: "file name of the import" }),
    file: z.string().nullable().meta({ description: "name of the file that was written for the console" }),
    mode: ImportMode.nullable().meta({ description: "mode of the import" }),
    create: z.int().meta({
      description:
        "number of records of the type `thing` to create; `update` and `delete` likewise; if the task is done, what its change created, updated and deleted",
    }),
    update: z.int(),
    delete: z.int(),
    beside: z
      .array(z.object({ thing: z.string(), create: z.int(), update: z.int(), delete: z.int() }))
      .optional()
      .meta({ description: "numbers of records of other types, if any" }),
    released: z.int().optional().meta({ description: "number of devices whose owner has to be removed first, if any" }),
    leftOut: z.int().optional().meta({ description: "number of records that the upload file leaves out, if any" }),
    outdated: z.int().optional().meta({
      description: "number of records in the upload file whose values were changed after the file was written, if any",
    }),
    wipes: z
      .int()
      .optional()
      .meta({ description: "number of devices that have to be wiped first for a different owner, if any" }),
    records: z.array(TaskRecord).meta({
      description: "the first 20 records, beginning with records that the upload file leaves out",
    }),
    state: TaskState,
    openedAt: Instant,
    openedBy: z.string().nullable(),
    closedAt: Instant.nullable().meta({
      description: "time when somebody confirmed the task",
    }),
    closedBy: z.string().nullable(),
  }),
);

const taskNumberParams = {
  number: z.union([z.coerce.number().int().positive(), z.literal("last")]).meta({
    description: "number of the task; `last`: the task of the caller's newest change that is still open in the console",
  }),
};

export default {
  description: "Tasks to do in the console (CLOMO PANEL), which does not have an API",
  routes: {
    list: get("/v1/console", {
      id: "consoleTasks",
      summary: "List the tasks to do in the console",
      query: { all: queryFlag.meta({ description: "true: include confirmed tasks that no export shows yet" }) },
      answer: itemsResponse(ConsoleTask, "Tasks, oldest first; tasks that only need a check come last"),
    }),
    show: get("/v1/console/{number}", {
      id: "consoleTask",
      summary: "Get one task",
      params: taskNumberParams,
      query: { all: queryFlag.meta({ description: "true: include all records of the task" }) },
      answer: jsonResponse(ConsoleTask, "The task"),
      fails: ["conflict"],
    }),
    confirm: post("/v1/console", {
      id: "confirmConsoleTasks",
      isRepeatable: true,
      summary:
        "Record that tasks were done in the console, all of them or none. The confirmation applies until an export of the console shows the values. For an upload without `records`, only the contents of the upload file are confirmed; the other records remain open",
      body: z.strictObject({
        numbers: z.array(z.int().positive()).min(1).max(1000),
        records: z.array(Id).max(1000).optional().meta({ description: "only of these records; default: all" }),
        fields: z.array(z.string()).max(100).optional().meta({ description: "only these fields; default: all" }),
        by: z
          .string()
          .trim()
          .min(1)
          .max(255)
          .optional()
          .meta({ description: "person who did the tasks; default: the acting account" }),
        at: Instant.optional().meta({ description: "time when the tasks were done; default: now" }),
      }),
      answer: itemsResponse(ConsoleTask, "The tasks after the confirmation, in the order of the request"),
      fails: ["input-rejected", "not-found", "conflict"],
    }),
  },
};

export type ConsoleTask = z.infer<typeof ConsoleTask>;
export type TaskRecord = z.infer<typeof TaskRecord>;
