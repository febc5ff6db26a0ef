/** Handlers of one noun: each has its own file, however short. */

import { listTasks, readTask } from "../store/console.ts";
import { closeConsoleTasks } from "../use/console.ts";
import type { Handlers, TenantParts } from "./handler.ts";

/** What has to be done in the console. */
export default ({ session }: TenantParts): Handlers<"console"> => ({
  list: ({ query: { state } }) => session.read((reader) => listTasks(reader, state)),
  show: ({ params: { number } }) => session.read((reader) => readTask(reader, number)),
  close: ({ body: { numbers, ...closing }, repeatable }) => closeConsoleTasks(session, numbers, closing, repeatable),
});
