/** The handlers of one noun. Every noun has its own file, even if the file is short. */

import { findLastOpenTask, listTasks, readTask } from "../console/tasks.ts";
import { confirmTasks } from "../console/console.ts";
import type { Handlers, TenantParts } from "./handler.ts";

/** Returns the handlers for the tasks in the console. */
export default ({ session }: TenantParts): Handlers<"console"> => ({
  list: ({ query: { all } }) => session.read((reader) => listTasks(reader, all)),
  show: ({ params: { number }, query }) =>
    session.read(async (reader) =>
      readTask(reader, number === "last" ? await findLastOpenTask(reader, session.actor) : number, query),
    ),
  confirm: ({ body, repeatable }) => confirmTasks(session, body, repeatable),
});
