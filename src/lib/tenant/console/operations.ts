import { FORMAT_NAMES } from "../../nouns/index.ts";
import { getLastChange } from "../audit/change-number.ts";
import { operation } from "../operation.ts";
import { listTasks, readTasks, type ConsoleTask } from "./tasks.ts";

export const consoleTasks = {
  list: operation({
    route: "GET /v1/console",
    about: "List the tasks to do in the console, oldest first",
    input: ({ z }) => z.strictObject({}),
    needs: ["console.read"],
    run: ({ session }) => session.read((reader) => listTasks(reader)),
  }),
  show: operation({
    route: "GET /v1/console/{number}",
    about: "Get one task; `last` is the task of the caller's last change",
    path: ({ z }) => ({ number: z.union([z.coerce.number().int().positive(), z.literal("last")]) }),
    input: ({ z, queryFlag }) =>
      z.strictObject({ all: queryFlag.meta({ description: "include all records of the task" }) }),
    needs: ["console.read"],
    run: ({ session }, given, { number }) =>
      session.read(async (reader) => {
        const own = number === "last" ? (await getLastChange(reader, session.actorName)).number : number;
        const [task] = await readTasks(reader, [own], given.all);
        return task as ConsoleTask;
      }),
  }),
  confirm: operation({
    route: "POST /v1/console",
    about: "Record that the part of tasks that no export shows was done in the console",
    input: ({ z }) => z.strictObject({ numbers: z.array(z.int().positive()).min(1).max(1000) }),
    needs: ["console.write"],
    once: true,
    run: async ({ session }, { numbers }) => (await import("./console.ts")).confirmTasks(session, numbers),
  }),
  write: operation({
    route: "POST /v1/console/files",
    about: "Record which values files for the console contain. Call this before writing the files",
    input: ({ z }) =>
      z.strictObject({
        files: z
          .array(
            z.strictObject({
              kind: z.enum(FORMAT_NAMES),
              fields: z.array(z.string()).meta({ description: "fields of the file's columns" }),
              ids: z
                .array(z.string())
                .optional()
                .meta({ description: "IDs of the records in the file; default: all records" }),
            }),
          )
          .min(1)
          .max(100),
      }),
    needs: ["console.write"],
    once: true,
    run: async ({ session }, { files }) => (await import("./console.ts")).recordFiles(session, files),
  }),
};

export type { TaskRecord } from "./records.ts";
export type { ConsoleTask } from "./tasks.ts";
