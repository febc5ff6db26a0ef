import { z } from "zod";
import { FORMAT_NAMES } from "../model/console-files.ts";
import { CONSOLE_TASK_STATE_NAMES, CONSOLE_WORK_NAMES, namesIn } from "../model/console-task.ts";
import { get, items, json, post } from "./route.ts";
import { Id, ImportMode, Instant, named } from "./shapes.ts";

const ChangedValue = z.union([z.string(), z.array(z.string()).readonly()]).nullable();

/** An import that took over an export of the console. */
const Export = z.object({ importNumber: z.string(), file: z.string() });

const TaskState = z.enum(namesIn(CONSOLE_TASK_STATE_NAMES));

/** What still has to be done in the console, or was. */
const ConsoleTask = named(
  "ConsoleTask",
  z.object({
    number: z.int().meta({ description: "its number in the tenant" }),
    work: z.enum(namesIn(CONSOLE_WORK_NAMES)),
    kind: z.enum(FORMAT_NAMES).meta({ description: "of what records" }),
    thing: z
      .string()
      .nullable()
      .meta({ description: "of what was written by hand and no file has: `secured_group`; else null" }),
    importNumber: z.string().nullable().meta({ description: "the number of the import that it is of" }),
    importId: Id.nullable(),
    fromChange: z
      .int()
      .nullable()
      .meta({ description: "the number of the change that it comes from; null of an upload" }),
    name: z.string().nullable().meta({ description: "the file of the import, the custom field, or the record's name" }),
    key: z.string().nullable().meta({
      description:
        "of a record that was written by hand: what tells it from others of its name in the console, as far as is known: its main mail address, organisation code (without one, its path) or user id",
    }),
    objectId: Id.nullable().meta({ description: "the record that was written by hand" }),
    changes: z
      .array(
        z.object({
          field: z.string(),
          before: ChangedValue,
          after: ChangedValue,
          ids: z
            .object({ before: Id.nullable(), after: Id.nullable(), now: Id.nullable().optional() })
            .optional()
            .meta({ description: "of a field that names a record: its id, which stays while names change" }),
          renamed: z.string().optional().meta({
            description: "of a field that names records: what these are called by now, where `after` has a former name",
          }),
          now: ChangedValue.optional().meta({ description: "the tenant's value, where it was changed since" }),
        }),
      )
      .meta({ description: "what was written by hand, as people read it" }),
    gone: z.boolean().meta({ description: "the record that was written by hand is not there any more" }),
    restored: z
      .array(
        z.object({
          id: Id,
          name: z.string(),
          key: z.string().nullable(),
          changes: z.array(z.object({ field: z.string(), before: ChangedValue, after: ChangedValue })),
        }),
      )
      .meta({
        description:
          "of an undoing that brought records back: a few of those with fields that no file has, which the console must be told too; secrets have no value",
      }),
    former: z
      .array(
        z.object({
          name: z.string(),
          key: z.string().nullable(),
          there: z.object({ name: z.string(), key: z.string().nullable() }),
        }),
      )
      .meta({
        description: "of an import that deletes: a few records that the console knows by another name, address or code",
      }),
    named: z
      .array(
        z.object({
          field: z.string(),
          records: z.array(z.string()),
          kind: z.enum(FORMAT_NAMES),
          name: z.string(),
          key: z.string().nullable(),
          there: z.object({ name: z.string(), key: z.string().nullable() }),
          tasks: z.array(z.int()),
        }),
      )
      .optional()
      .meta({
        description:
          "of an import whose rows name records that are called otherwise since, or in the console: a few of those, by field, with some of the records that name them, as they are called here, and `there` until these tasks are done; none where they are done",
      }),
    undoes: z
      .object({ importNumber: z.string(), task: z.int().nullable(), state: TaskState.nullable() })
      .nullable()
      .meta({
        description:
          "of an undoing: the import that it undid, and that one's task as it was until then; null if that import took over an export of the console",
      }),
    fieldTask: z.int().optional().meta({
      description: "of a custom field that was removed and added again: the other open task; the removal comes first",
    }),
    deletionTask: z.int().nullable().meta({ description: "of a record that is gone: the open task that tells so" }),
    absentIn: Export.nullable().meta({
      description:
        "of a record that is gone: the export of the console that did not have it; null if it was deleted here",
    }),
    file: z.string().nullable().meta({ description: "the file that was written for the console" }),
    mode: ImportMode.nullable().meta({ description: "of the import" }),
    create: z.int(),
    update: z.int(),
    delete: z.int(),
    released: z
      .int()
      .optional()
      .meta({ description: "of an upload: devices from which the owner has to be removed first, if any" }),
    newKeys: z
      .int()
      .optional()
      .meta({ description: "of an upload: records whose mail address it changes, if rows met them by another key" }),
    wipes: z.int().optional().meta({ description: "devices that have to be wiped first for another owner, if any" }),
    state: TaskState,
    openedAt: Instant,
    openedBy: z.string(),
    closedAt: Instant.nullable(),
    closedBy: z.string().nullable(),
    doubtedAt: Instant.nullable().meta({
      description:
        "when an export of the console contradicted it: the export had a value that nobody entered here, or lacked what was recorded or confirmed here. The values here stayed. Null if the last export did not",
    }),
  }),
);

const byNumber = { number: z.coerce.number().int().positive() };

export default {
  description: "What still has to be done in the console, as no API does it there",
  routes: {
    list: get("/v1/console", {
      id: "consoleTasks",
      summary: "What has to be done in the console",
      query: { state: TaskState.optional() },
      answer: items(ConsoleTask, "Oldest first"),
    }),
    show: get("/v1/console/{number}", {
      id: "consoleTask",
      summary: "One task",
      params: byNumber,
      answer: json(ConsoleTask, "The task"),
    }),
    close: post("/v1/console", {
      id: "closeConsoleTasks",
      summary: "Record that tasks were done in the console, or will not be: all of them or none",
      body: z.strictObject({
        numbers: z.array(z.int().positive()).min(1).max(1000),
        state: z.enum(["confirmed", "dropped"]).meta({
          description:
            "`confirmed`: believed until an export of the console shows these values; if it differs, the task is open again. `dropped`: the change is forgotten, and the next export decides",
        }),
        by: z.string().trim().min(1).max(255).optional().meta({ description: "who did it; default: who asks" }),
        at: Instant.optional().meta({ description: "when it was done; default: now" }),
      }),
      answer: items(ConsoleTask, "The tasks by now, in the order of the request"),
      fails: ["input-rejected", "not-found", "conflict"],
    }),
  },
};

export type ConsoleTask = z.infer<typeof ConsoleTask>;
