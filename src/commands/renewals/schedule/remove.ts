import { TASK_NAME } from "../../../lib/renewals/schedule/task-xml.ts";
import { text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../command.ts";
import { namedSchedulers, SCHEDULE_COLUMNS, SCHEDULER_OPTIONS } from "./columns.ts";
import { OWN_SCHEDULERS, remove, show, tell, type OwnScheduler } from "./place.ts";
import type { DailySchedule, Scheduler } from "../../../lib/renewals/schedule/schedule.ts";
import type { Tools } from "../../tools.ts";

export default defineCommand({
  summary: text("remove the daily schedule", "毎日の自動実行を取り消す"),
  details: [
    text(
      "Removes exactly what install created: the scheduler you name, or every one that is found.",
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
    const schedulers = namedSchedulers(named);
    if (schedulers.includes("task-scheduler")) await terminal.note(BY_HAND);
    const removed: DailySchedule[] = [];
    for (const way of await schedulersOf(tools, schedulers)) {
      const changed = await remove(tools, way);
      await tell(tools, changed);
      if (changed.changed) removed.push(changed.scheduled);
    }
    if (removed.length === 0) await terminal.note(text("nothing was installed", "登録されていませんでした"));
    await terminal.list(SCHEDULE_COLUMNS, removed);
  },
});

const BY_HAND = text(
  `to remove the task on Windows, run: schtasks /delete /tn "${TASK_NAME}"`,
  `タスクを削除するには Windows で: schtasks /delete /tn "${TASK_NAME}"`,
);

async function schedulersOf(tools: Tools, named: readonly Scheduler[]): Promise<readonly OwnScheduler[]> {
  if (named.length > 0) return named.filter((way) => way !== "task-scheduler");
  const found: OwnScheduler[] = [];
  for (const way of OWN_SCHEDULERS) if ((await show(tools, way)).installed) found.push(way);
  return found;
}
