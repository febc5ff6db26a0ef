import { line, step } from "../../advice/index.ts";
import type { ConsoleTask } from "../../contract/index.ts";
import { Failure } from "../../errors/index.ts";
import { checkConfirmable } from "../../model/console-task.ts";
import { text } from "../../text/index.ts";
import { confirmDrift, readRecordDrift, type RecordDrift } from "./drift.ts";
import { readPart } from "./named.ts";
import { readTasks } from "./tasks.ts";
import { instant } from "../ids.ts";
import type { IdempotentRequest, Session } from "../session.ts";
import { MAX_ORGS } from "../audit/audit-rows.ts";
import { revisionOf } from "../audit/change-number.ts";
import { CONSOLE } from "../store/collections.ts";
import { orgsOfRecords } from "../store/touched-orgs.ts";

/** What is confirmed: tasks, or some records or fields of these; and by whom, perhaps at an earlier time. */
interface TaskConfirmation {
  readonly numbers: readonly number[];
  /** ids */
  readonly records?: readonly string[] | undefined;
  readonly fields?: readonly string[] | undefined;
  readonly by?: string | undefined;
  /** a UTC instant, not in the future */
  readonly at?: string | undefined;
}

/**
 * Records that tasks were done in the console, by word of who asks: all of them or none. Of an upload it is what its file
 * has; what is done by hand is a task as long as that is not said, too.
 *
 * @throws Failure `not-found`, also if no task has a record or a field; `conflict` if nothing of a task is open
 */
export const confirmTasks = (
  session: Session,
  { numbers, records, fields, by, at }: TaskConfirmation,
  once?: Omit<IdempotentRequest<readonly ConsoleTask[]>, "replay">,
): Promise<readonly ConsoleTask[]> => {
  const wanted = [...new Set(numbers)];
  const replay: IdempotentRequest<readonly ConsoleTask[]>["replay"] = (reader) => readTasks(reader, wanted);
  const change = {
    action: "console.confirm",
    writer: "confirm",
    locks: [CONSOLE],
    once: once && { ...once, replay },
  } as const;
  return session.change(change, async (writer) => {
    const now = instant(session.surroundings);
    const tasks = await readTasks(writer, wanted);
    for (const task of tasks) checkConfirmable(task, at, { now });
    const done = { at: at ?? now, by: by ?? session.actor };
    const own = await writer.revision();
    const { records: only = [undefined], columns } = await readPart(writer, { records, fields });
    let confirmed = 0;
    const about: RecordDrift[] = [];
    for (const { number, work, kind } of tasks) {
      const revision = await revisionOf(writer, number);
      about.push(...(await readRecordDrift(writer, { revision, most: MAX_ORGS + 1 })));
      const inFile = work === "upload" && records === undefined ? { kind, isUploaded: true } : {};
      for (const record of only)
        confirmed += await confirmDrift(writer, { revision, record, columns, ...inFile }, { ...done, revision: own });
    }
    if (confirmed === 0) throw nothingOpen(wanted);
    const orgs = about.length > MAX_ORGS ? undefined : await orgsOfRecords(writer, about);
    const objects = tasks.map(({ number }) => ({ thing: "console_task", id: String(number) }));
    return { result: await readTasks(writer, wanted), objects, orgs, detail: { ...done, records, fields } };
  });
};

/** Returns the failure of tasks in which nothing of a part is open. */
export const nothingOpen = (numbers: readonly number[]): Failure =>
  new Failure("not-found", {
    what: text(
      `nothing of this is open in ${numbers.join(", ")}`,
      `作業 ${numbers.join("、")} に、該当する未了の内容はありません`,
    ),
    hint: step("see it", "確認", line("console show", [numbers[0] ?? 0])),
  });
