/** Handlers of one noun: each has its own file, however short. */

import { lastOpenTask, listTasks, readTask } from "../console/tasks.ts";
import { confirmTasks } from "../console/console.ts";
import type { Handlers, TenantParts } from "./handler.ts";

/** What has to be done in the console. */
export default ({ session }: TenantParts): Handlers<"console"> => ({
  list: ({ query: { all } }) => session.read((reader) => listTasks(reader, all)),
  show: ({ params: { number }, query }) =>
    session.read(async (reader) =>
      readTask(reader, number === "last" ? await lastOpenTask(reader, session.actor) : number, query),
    ),
  confirm: ({ body, repeatable }) => confirmTasks(session, body, repeatable),
});
