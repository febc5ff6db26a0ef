import type { ConsoleTask } from "../../contract/index.ts";
import { Failure } from "../../errors/index.ts";
import { CONSOLE_TASK_STATE_NAMES } from "../../model/console-task.ts";
import { text } from "../../text/index.ts";
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
    checkClosable(before, state);
    checkTime(before, at, instant(session.surroundings));
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

/** @throws Failure `input-rejected` for a time before the task was there, or in the future */
function checkTime({ openedAt }: ConsoleTask, at: string | undefined, now: string): void {
  if (at === undefined || (at >= openedAt && at <= now)) return;
  throw new Failure("input-rejected", {
    what:
      at > now
        ? text("it cannot have been done in the future", "未来の日時は記録できません")
        : text(
            `it cannot have been done before it was to be done (${openedAt})`,
            `作業が発生した日時(${openedAt})より前には記録できません`,
          ),
    where: at,
  });
}

function checkClosable({ number, work, state, importNumber }: ConsoleTask, wanted: "confirmed" | "dropped"): void {
  if (state !== "open") {
    const { en, ja } = CONSOLE_TASK_STATE_NAMES[state];
    throw new Failure("conflict", {
      what: text(`task ${number} is closed already: ${en}`, `作業 ${number} はすでに終わっています(${ja})`),
      hint: text(`see it: clomoctl console show ${number}`, `確認: clomoctl console show ${number}`),
    });
  }
  if (work !== "upload") return;
  throw wanted === "confirmed"
    ? new Failure("conflict", {
        what: text(
          "an upload is proved by the console's next export, not by word",
          "アップロードの完了は、管理画面の新しいエクスポートで確認します",
        ),
        hint: text(
          `export in the console, then: clomoctl imports verify ${importNumber ?? ""} --against EXPORT.csv`,
          `管理画面でエクスポートしてから: clomoctl imports verify ${importNumber ?? ""} --against EXPORT.csv`,
        ),
      })
    : new Failure("conflict", {
        what: text("the plan of this upload still waits", "このアップロードの計画がまだ照合待ちです"),
        hint: text(
          `if it was not uploaded: clomoctl imports discard ${importNumber ?? ""}`,
          `アップロードしていなければ: clomoctl imports discard ${importNumber ?? ""}`,
        ),
      });
}
