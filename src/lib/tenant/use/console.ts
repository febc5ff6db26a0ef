import type { ConsoleTask } from "../../contract/index.ts";
import { checkClosable } from "../../model/console-task.ts";
import { instant } from "../ids.ts";
import type { Once, Session } from "../session.ts";
import { closeTask, readTask } from "../store/console.ts";

/** How a task is closed: as somebody says, perhaps of somebody else and of an earlier time. */
interface Closing {
  readonly state: "confirmed" | "dropped";
  readonly by?: string | undefined;
  /** a UTC instant, not in the future */
  readonly at?: string | undefined;
}

/**
 * Records that a task was done in the console, by word of who asks, or that it will not be.
 *
 * @throws Failure `not-found`; `conflict` if it is closed, or an upload, which the console's export proves
 */
export const closeConsoleTask = (
  session: Session,
  number: number,
  { state, by, at }: Closing,
  once?: Omit<Once<ConsoleTask>, "replay">,
): Promise<ConsoleTask> => {
  const replay: Once<ConsoleTask>["replay"] = async (reader) => {
    const task = await readTask(reader, number);
    return task.state === state ? task : undefined;
  };
  const action = state === "confirmed" ? "console.confirm" : "console.drop";
  return session.change({ action, locks: [], once: once && { ...once, replay } }, async (writer) => {
    const before = await readTask(writer, number);
    checkClosable(before, { state, at }, instant(session.surroundings));
    const done = { state, at: at ?? instant(session.surroundings), actor: by ?? session.actor };
    await closeTask(writer, number, done);
    const after = await readTask(writer, number);
    return {
      result: after,
      objects: [{ thing: "console_task", id: String(number), name: before.name ?? undefined }],
      before: { state: before.state },
      after: done,
      detail: { work: before.work, kind: before.kind, import: before.importNumber ?? undefined },
    };
  });
};
