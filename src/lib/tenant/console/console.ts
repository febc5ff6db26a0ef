import { line, step } from "../../advice/index.ts";
import { Failure } from "../../errors/index.ts";
import { checkConfirmable } from "../../model/console-task.ts";
import { CREATED_AT_FIELD, type Field } from "../../model/thing.ts";
import { text } from "../../text/index.ts";
import { confirmDrift, readRecordDrift, type RecordDrift } from "./drift.ts";
import { readTaskPart } from "./record-ids.ts";
import { readTasks, type ConsoleTask } from "./tasks.ts";
import { getCurrentInstant } from "../ids.ts";
import type { IdempotentRequest, Session } from "../session.ts";
import { MAX_AUDIT_ORGS } from "../audit/audit-rows.ts";
import { checkFieldValue } from "../records/records.ts";
import { findRevision } from "../audit/change-number.ts";
import { CONSOLE_COLLECTION } from "../store/collections.ts";
import { listOrgsOfRecords } from "../store/touched-orgs.ts";

const PERSON_FIELD: Field = { type: "text", longest: 255, blank: false, label: text("by", "実施者") };

/**
 * A request to confirm tasks, or some of their records or fields. `by` and `at`: who did the work and when (default:
 * the acting account, now).
 */
interface TaskConfirmation {
  readonly numbers: readonly number[];
  readonly records?: readonly string[] | undefined;
  readonly fields?: readonly string[] | undefined;
  readonly by?: string | undefined;
  /** a UTC instant, not in the future */
  readonly at?: string | undefined;
}

/**
 * Records the acting account's statement that tasks were done in the console. Either all tasks are confirmed or none.
 * If a task has an upload file, only the content of the file is confirmed; the parts that must be entered manually stay
 * open until they are confirmed separately.
 *
 * @throws Failure `not-found`, also if no task contains a record or a field of the request; `conflict` if a task has
 * nothing open
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
    locks: [CONSOLE_COLLECTION],
    once: once && { ...once, replay },
  } as const;
  return session.change(change, async (writer) => {
    const now = getCurrentInstant(session.surroundings);
    const tasks = await readTasks(writer, wanted);
    if (at !== undefined) checkFieldValue("at", CREATED_AT_FIELD, at);
    if (by !== undefined) checkFieldValue("by", PERSON_FIELD, by);
    for (const task of tasks) checkConfirmable(task, at, { now });
    const done = { at: at ?? now, by: by?.trim() ?? session.actor };
    const own = await writer.revision();
    const { records: only = [undefined], columns } = await readTaskPart(writer, { records, fields });
    let confirmed = 0;
    const about: RecordDrift[] = [];
    for (const { number, work, kind } of tasks) {
      const revision = await findRevision(writer, number);
      about.push(...(await readRecordDrift(writer, { revision, most: MAX_AUDIT_ORGS + 1 })));
      const inFile = work === "upload" && records === undefined ? { kind, isUploaded: true } : {};
      for (const record of only)
        confirmed += await confirmDrift(writer, { revision, record, columns, ...inFile }, { ...done, revision: own });
    }
    if (confirmed === 0) throw createNoOpenWorkFailure(wanted);
    const orgs = about.length > MAX_AUDIT_ORGS ? undefined : await listOrgsOfRecords(writer, about);
    const objects = tasks.map(({ number }) => ({ thing: "console_task", id: String(number) }));
    return { result: await readTasks(writer, wanted), objects, orgs, detail: { ...done, records, fields } };
  });
};

/** Returns the failure for tasks without open work that matches a request. */
export const createNoOpenWorkFailure = (numbers: readonly number[]): Failure =>
  new Failure("not-found", {
    what: text(
      `task ${numbers.join(", ")} has no open work that matches the request`,
      `作業 ${numbers.join("、")} に、該当する未了の内容はありません`,
    ),
    hint: step("to see the task", "作業の確認", line("console show", [numbers[0] ?? 0])),
  });
