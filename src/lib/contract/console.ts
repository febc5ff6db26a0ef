import { z } from "zod";
import { FORMAT_NAMES } from "../model/console-files.ts";
import { CONSOLE_CLOSING_NAMES, CONSOLE_TASK_STATE_NAMES, CONSOLE_WORK_NAMES, namesIn } from "../model/console-task.ts";
import { UPLOAD_REASONS } from "../model/upload.ts";
import { flag } from "./queries.ts";
import { get, items, json, post } from "./route.ts";
import { Id, ImportMode, Instant, named } from "./shapes.ts";

const ShownValue = z.union([z.string(), z.array(z.string()).readonly()]).nullable();

const Called = z.object({ name: z.string(), key: z.string().nullable() });

const TaskState = z.enum(namesIn(CONSOLE_TASK_STATE_NAMES));

const TaskWork = z.enum(namesIn(CONSOLE_WORK_NAMES));

/** A record of a task, as people read it. */
const TaskRecord = z.object({
  thing: z.string().meta({ description: "type of the record: `user`" }),
  kind: z.enum(FORMAT_NAMES).meta({ description: "kind of the export that shows the record" }),
  id: Id,
  work: TaskWork,
  name: z.string(),
  key: z.string().nullable().meta({
    description:
      "key that distinguishes records of the same name: main mail address, organisation code (without one, the path) or user ID",
  }),
  console: Called.nullable().meta({ description: "name and key in the console if they differ" }),
  changes: z.array(
    z.object({
      field: z.string().meta({ description: "`custom:NAME` is one of the tenant's own" }),
      before: ShownValue.meta({ description: "what the console last showed; of a value to check, the local value" }),
      after: ShownValue.meta({ description: "the local value; a reference has the console's name" }),
      renamed: z.string().optional().meta({ description: "local name of the record in `after` if it differs" }),
      perhaps: z
        .array(z.string())
        .optional()
        .meta({ description: "values that the console may have instead: what the field was here in the meantime" }),
      neverExported: z.literal(true).optional().meta({
        description: "no export of all records has shown the field, so its value in the console is not known here",
      }),
      missing: z.boolean().optional().meta({ description: "true: the last export lacks the record in `after`" }),
      occupant: z
        .object({
          id: Id,
          name: z.string(),
          key: z.string().nullable(),
          task: z.int().nullable().meta({ description: "the task that changes it" }),
          ring: z.boolean().meta({ description: "true: it waits for this record in turn" }),
        })
        .optional()
        .meta({ description: "of a single task: the record that has this key in the console until its task is done" }),
    }),
  ),
  mayBeDone: z.boolean().optional().meta({
    description:
      "the console may have (`create`) or lack (`delete`) the record already: it was deleted or created here, and then the reverse",
  }),
  contradicted: z.boolean().meta({
    description: "an export of the console had a value that was never set here, or lacked the record",
  }),
  leftOut: z
    .enum(namesIn(UPLOAD_REASONS))
    .optional()
    .meta({ description: "why the upload file leaves the record out, so that it is to be changed by hand" }),
  contradictions: z
    .array(
      z.object({
        field: z.string().nullable().meta({ description: "null: an export lacked the record" }),
        local: ShownValue.meta({ description: "of a deleted record: what it was" }),
        console: ShownValue,
      }),
    )
    .optional()
    .meta({ description: "of a contradicted record: in what the console differs" }),
});

/** A task in the console: the part of a change that the console does not have yet. */
export const ConsoleTask = named(
  "ConsoleTask",
  z.object({
    number: z.int().meta({ description: "the number of the change" }),
    work: TaskWork,
    kind: z.enum(FORMAT_NAMES).meta({ description: "of its file for the console; without one, of its records" }),
    thing: z.string().meta({ description: "of most of its records: `user`" }),
    action: z.string().meta({ description: "what made the change, as the audit has it" }),
    importId: Id.nullable().meta({ description: "the import that made the change" }),
    name: z.string().nullable().meta({ description: "the file of the import" }),
    file: z.string().nullable().meta({ description: "the file that was written for the console" }),
    mode: ImportMode.nullable().meta({ description: "of the import" }),
    create: z.int().meta({ description: "records of `thing`, as the next two; of a task that is done: of its change" }),
    update: z.int(),
    delete: z.int(),
    beside: z
      .array(z.object({ thing: z.string(), create: z.int(), update: z.int(), delete: z.int() }))
      .optional()
      .meta({ description: "the records of other things, if any" }),
    released: z.int().optional().meta({ description: "devices from which the owner has to be removed first, if any" }),
    leftOut: z.int().optional().meta({ description: "records that its upload file leaves out, if any" }),
    outdated: z.int().optional().meta({
      description: "records of its upload file of which something was changed since that the file has, if any",
    }),
    wipes: z.int().optional().meta({ description: "devices that have to be wiped first for another owner, if any" }),
    records: z.array(TaskRecord).meta({
      description:
        "the first 20; those that its upload file leaves out come first; of those that are done in a list: the first two",
    }),
    state: TaskState,
    openedAt: Instant,
    openedBy: z.string().nullable(),
    closedAt: Instant.nullable().meta({
      description: "when somebody confirmed it; of a single task that is done: when it was closed",
    }),
    closedBy: z.string().nullable(),
    closing: z
      .object({
        how: z.enum(namesIn(CONSOLE_CLOSING_NAMES)),
        change: z.int().meta({ description: "the number of what closed it" }),
      })
      .optional()
      .meta({ description: "of a single task that is done, as far as it is known" }),
  }),
);

const byNumber = {
  number: z
    .union([z.coerce.number().int().positive(), z.literal("last")])
    .meta({ description: "`last`: of the newest change of who asks of which something is open" }),
};

export default {
  description: "Tasks to do in the console, which has no API",
  routes: {
    list: get("/v1/console", {
      id: "consoleTasks",
      summary: "Tasks to do in the console",
      query: { all: flag.meta({ description: "also tasks with nothing open" }) },
      answer: items(ConsoleTask, "Oldest first; tasks that only need a check come last"),
    }),
    show: get("/v1/console/{number}", {
      id: "consoleTask",
      summary: "One task",
      params: byNumber,
      query: { all: flag.meta({ description: "with all its records" }) },
      answer: json(ConsoleTask, "The task"),
      fails: ["conflict"],
    }),
    confirm: post("/v1/console", {
      id: "confirmConsoleTasks",
      summary:
        "Record that tasks were done in the console, all of them or none; valid until an export shows it. Of an upload without `records`: what its file has; the rest stays open",
      body: z.strictObject({
        numbers: z.array(z.int().positive()).min(1).max(1000),
        records: z.array(Id).max(1000).optional().meta({ description: "only of these records; default: all" }),
        fields: z.array(z.string()).max(100).optional().meta({ description: "only these fields; default: all" }),
        by: z.string().trim().min(1).max(255).optional().meta({ description: "person who did it; default: the actor" }),
        at: Instant.optional().meta({ description: "time when it was done; default: now" }),
      }),
      answer: items(ConsoleTask, "The tasks after this, in the order of the request"),
      fails: ["input-rejected", "not-found", "conflict"],
    }),
  },
};

export type ConsoleTask = z.infer<typeof ConsoleTask>;
export type TaskRecord = z.infer<typeof TaskRecord>;
