import { TASK_NAME } from "../../../lib/renewals/schedule/task-xml.ts";
import { text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../command.ts";
import { selectSchedulers, SCHEDULE_COLUMNS, SCHEDULER_OPTIONS } from "./columns.ts";
import {
  MANAGED_SCHEDULERS,
  removeDailyRun,
  readDailySchedule,
  writeScheduleNotes,
  type ManagedScheduler,
} from "./place.ts";
import type { DailySchedule, Scheduler } from "../../../lib/renewals/schedule/schedule.ts";
import type { Tools } from "../../tools.ts";

export default defineCommand({
  summary: text("remove the daily schedule", "毎日の自動実行の登録を削除する"),
  details: [
    text(
      "Removes only what `install` created: from the schedulers that you choose or, if you choose none, from every scheduler in which a daily schedule is found.",
      "install が作成したものだけを削除します。方法を指定しなければ、見つかったものすべてが対象です。",
    ),
  ],
  args: {},
  options: SCHEDULER_OPTIONS,
  examples: [{ line: "clomoctl renewals schedule remove --task-scheduler" }],
  exits: ["input-rejected"],
  opensTenant: false,
  shows: SCHEDULE_COLUMNS,
  async run(tools, named) {
    const { terminal } = tools;
    const schedulers = selectSchedulers(named);
    if (schedulers.includes("task-scheduler")) await terminal.note(REMOVE_TASK_HINT);
    const removed: DailySchedule[] = [];
    for (const way of await findSchedulers(tools, schedulers)) {
      const changed = await removeDailyRun(tools, way);
      await writeScheduleNotes(tools, changed);
      if (changed.changed) removed.push(changed.scheduled);
    }
    if (removed.length === 0)
      await terminal.note(text("no daily schedule was installed", "毎日の自動実行は登録されていませんでした"));
    await terminal.list(SCHEDULE_COLUMNS, removed);
  },
});

const REMOVE_TASK_HINT = text(
  `to remove the task on Windows, run: schtasks /delete /tn "${TASK_NAME}"`,
  `Windows でタスクを削除するには: schtasks /delete /tn "${TASK_NAME}"`,
);

async function findSchedulers(tools: Tools, named: readonly Scheduler[]): Promise<readonly ManagedScheduler[]> {
  if (named.length > 0) return named.filter((way) => way !== "task-scheduler");
  const found: ManagedScheduler[] = [];
  for (const way of MANAGED_SCHEDULERS) if ((await readDailySchedule(tools, way)).installed) found.push(way);
  return found;
}
