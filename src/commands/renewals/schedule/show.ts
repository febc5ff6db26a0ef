import { TASK_NAME } from "../../../lib/renewals/schedule/task-xml.ts";
import type { DailySchedule } from "../../../lib/renewals/schedule/schedule.ts";
import { text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../command.ts";
import { selectSchedulers, SCHEDULE_COLUMNS, SCHEDULER_OPTIONS } from "./columns.ts";
import { MANAGED_SCHEDULERS, readDailySchedule } from "./place.ts";

export default defineCommand({
  summary: text("show how and when the daily run is scheduled", "毎日の自動実行の登録状況を表示する"),
  args: {},
  options: SCHEDULER_OPTIONS,
  examples: [{ line: "clomoctl renewals schedule show" }],
  exits: ["input-rejected"],
  opensTenant: false,
  async run(tools, named) {
    const { terminal, machine } = tools;
    const schedulers = selectSchedulers(named);
    if (schedulers.includes("task-scheduler") || machine.platform === "win32") await terminal.note(QUERY_TASK_HINT);
    const shown: DailySchedule[] = [];
    for (const way of MANAGED_SCHEDULERS) {
      if (schedulers.length === 0 || schedulers.includes(way)) shown.push(await readDailySchedule(tools, way));
    }
    await terminal.list(SCHEDULE_COLUMNS, shown);
  },
});

const QUERY_TASK_HINT = text(
  `to show the task on Windows, run: schtasks /query /tn "${TASK_NAME}"`,
  `Windows でタスクを確認するには: schtasks /query /tn "${TASK_NAME}"`,
);
