/** Handlers of one noun: each has its own file, however short. */

import { listTasks, readTask } from "../store/console.ts";
import { closeConsoleTasks } from "../use/console.ts";
import { told } from "../use/told-tasks.ts";
import type { Handlers, TenantParts } from "./handler.ts";

/** What has to be done in the console. */
export default ({ session }: TenantParts): Handlers<"console"> => ({
  list: ({ query: { state } }) => session.read(async (reader) => told(reader, await listTasks(reader, state))),
  show: ({ params: { number } }) =>
    session.read(async (reader) => {
      const task = await readTask(reader, number);
      return (await told(reader, [task]))[0] ?? task;
    }),
  close: ({ body: { numbers, ...closing }, repeatable }) => closeConsoleTasks(session, numbers, closing, repeatable),
});
