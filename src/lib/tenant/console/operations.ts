import { operation } from "../operation.ts";
import { findLastOpenTask, listTasks, readTask } from "./tasks.ts";

/** Tasks to do in the console (CLOMO PANEL), which does not have an API. */
export const consoleTasks = {
  list: operation({
    route: "GET /v1/console",
    about: "List the tasks to do in the console, oldest first; tasks that only need a check come last",
    input: ({ z, queryFlag }) =>
      z.strictObject({ all: queryFlag.meta({ description: "include confirmed tasks that no export shows yet" }) }),
    needs: ["console.read"],
    run: ({ session }, { all }) => session.read((reader) => listTasks(reader, all)),
  }),
  show: operation({
    route: "GET /v1/console/{number}",
    about: "Get one task; `last` is the task of the caller's newest change that is still open",
    path: ({ z }) => ({ number: z.union([z.coerce.number().int().positive(), z.literal("last")]) }),
    input: ({ z, queryFlag }) =>
      z.strictObject({ all: queryFlag.meta({ description: "include all records of the task" }) }),
    needs: ["console.read"],
    run: ({ session }, given, { number }) =>
      session.read(async (reader) =>
        readTask(reader, number === "last" ? await findLastOpenTask(reader, session.actor) : number, given),
      ),
  }),
  confirm: operation({
    route: "POST /v1/console",
    about: "Record that tasks were done in the console, all of them or none, until an export shows the values",
    input: ({ z, Id, Instant }) =>
      z.strictObject({
        numbers: z.array(z.int().positive()).min(1).max(1000),
        records: z.array(Id).max(1000).optional().meta({ description: "missing: all" }),
        fields: z.array(z.string()).max(100).optional().meta({ description: "missing: all" }),
        by: z.string().max(255).optional(),
        at: Instant.optional(),
      }),
    needs: ["console.write"],
    once: true,
    run: async ({ session }, given, { repeatable }) =>
      (await import("./console.ts")).confirmTasks(session, given, repeatable),
  }),
};

export type { TaskRecord } from "./records.ts";
export type { ConsoleTask } from "./tasks.ts";
