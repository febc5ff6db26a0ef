import type { ConsoleTask } from "../../contract/index.ts";
import { checkClosable } from "../../model/console-task.ts";
import { instant } from "../ids.ts";
import type { Changed, Once, Session } from "../session.ts";
import { confirmDrift, dropDrift } from "../console/drift.ts";
import { readPart } from "../console/tasks.ts";
import { closeTask, readTasks } from "../store/console.ts";
import { orgsOfTasks } from "../store/touched-orgs.ts";
import { told } from "./told-tasks.ts";

/** How tasks are closed: as somebody says, perhaps of somebody else and of an earlier time. */
interface Closing {
  readonly state: "confirmed" | "dropped";
  readonly by?: string | undefined;
  /** a UTC instant, not in the future */
  readonly at?: string | undefined;
}

/**
 * Records that tasks were done in the console, by word of who asks, or that they will not be: all of them or none.
 *
 * @param numbers of each task once, however often it is named
 * @throws Failure `not-found`; `conflict` if one is closed, or an upload, which the console's export proves
 */
export const closeConsoleTasks = (
  session: Session,
  numbers: readonly number[],
  { state, by, at }: Closing,
  once?: Omit<Once<readonly ConsoleTask[]>, "replay">,
): Promise<readonly ConsoleTask[]> => {
  const wanted = [...new Set(numbers)];
  const replay: Once<readonly ConsoleTask[]>["replay"] = async (reader) => {
    const tasks = await readTasks(reader, wanted);
    return tasks.every((task) => task.state === state) ? told(reader, tasks) : undefined;
  };
  const action = state === "confirmed" ? "console.confirm" : "console.drop";
  const way = state === "confirmed" ? "confirm" : "drop";
  return session.change({ action, writer: way, locks: [], once: once && { ...once, replay } }, async (writer) => {
    const now = instant(session.surroundings);
    const tasks = await readTasks(writer, wanted);
    for (const task of tasks) checkClosable(task, { state, at }, { now });
    const done = { state, at: at ?? now, actor: by ?? session.actor };
    for (const task of tasks) {
      await closeTask(writer, task.number, done);
      const part = await readPart(writer, task);
      if (part !== undefined) await (state === "confirmed" ? confirmDrift : dropDrift)(writer, part);
    }
    const orgs = await orgsOfTasks(writer, tasks);
    return { result: await told(writer, await readTasks(writer, wanted)), orgs, ...auditedOf(tasks, done) };
  });
};

/** What the audit keeps of tasks that are closed together: one record that names each. */
const auditedOf = (tasks: readonly ConsoleTask[], done: object): Omit<Changed<unknown>, "result"> => {
  const details = tasks.map(({ work, kind, importNumber }) => ({ work, kind, import: importNumber ?? undefined }));
  const objects = tasks.map(({ number, name }) => ({
    thing: "console_task",
    id: String(number),
    name: name ?? undefined,
  }));
  const [task, ...more] = tasks;
  if (more.length === 0) return { objects, before: { state: task?.state }, after: done, detail: details[0] };
  return {
    objects,
    before: { records: tasks.map(({ state }) => ({ state })) },
    after: { records: tasks.map(() => done) },
    detail: { tasks: details },
  };
};
