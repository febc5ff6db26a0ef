import { line, step } from "../../advice/index.ts";
import { Failure } from "../../errors/index.ts";
import { text } from "../../text/index.ts";
import { confirmDrift } from "./drift.ts";
import { listTasks, readTasks, type ConsoleTask } from "./tasks.ts";
import type { Session } from "../session.ts";
import { findRevision } from "../audit/change-number.ts";
import { CONSOLE_COLLECTION } from "../store/collections.ts";

/** Confirms those parts of tasks that no export shows. Returns what is left to do. @throws `not-found`, `conflict` */
export const confirmTasks = (session: Session, numbers: readonly number[]): Promise<readonly ConsoleTask[]> => {
  const wanted = [...new Set(numbers)];
  const change = { action: "console.confirm", writer: "confirm", locks: [CONSOLE_COLLECTION], once: true } as const;
  return session.change(change, async (writer) => {
    await readTasks(writer, wanted);
    for (const number of wanted) {
      if ((await confirmDrift(writer, await findRevision(writer, number))) === 0)
        throw createShownByExportFailure(number);
    }
    const objects = wanted.map((number) => ({ thing: "console_task", id: String(number) }));
    return { result: await listTasks(writer, { numbers: wanted }), objects, detail: {} };
  });
};

const createShownByExportFailure = (number: number): Failure =>
  new Failure("conflict", {
    what: text(
      `console exports show whether task ${number} is done; to close the task, import an export`,
      `作業 ${number} は管理画面のエクスポートで確認できます。エクスポートを取り込むと完了になります`,
    ),
    hint: step("to see the task", "作業の確認", line("console show", [number])),
  });
