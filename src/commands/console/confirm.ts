import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { checkConfirmable } from "../../lib/model/console-task.ts";
import { resolvePastInstant } from "../../lib/model/time.ts";
import { resolveTimezone } from "../tools.ts";
import { confirmTasks } from "./close.ts";
import { TASK_ARGUMENT, TASK_COLUMNS } from "./columns.ts";
import { PART_OPTIONS, resolveTaskFilter } from "./part.ts";

export default defineCommand({
  summary: text("record that tasks were done in the console", "管理画面での作業が完了したことを記録する"),
  args: { number: { ...TASK_ARGUMENT, repeatable: true } },
  options: {
    ...PART_OPTIONS,
    by: { kind: "string", value: "WHO", about: text("person who did the task (default: you)", "実施者(既定: 実行者)") },
    at: {
      kind: "date",
      value: "DATE",
      about: text("date, or date and time, when the task was done (default: now)", "実施日時: 日付か日時(既定: 現在)"),
    },
  },
  examples: [
    { line: "clomoctl console confirm 3" },
    { line: "clomoctl console confirm 3 4 --by 髙橋 --at 2026-11-02" },
  ],
  exits: ["input-rejected", "not-permitted", "not-found", "conflict", "locked"],
  shows: TASK_COLUMNS,
  async run(tools, { number, record, field, by, at }) {
    const chosen = await tools.tenant("console");
    const [timezone, now] = [resolveTimezone(tools, chosen), tools.clock.now()];
    const when = at && resolvePastInstant(at, { now, timezone, where: "--at" });
    if (when !== undefined) {
      // checked here because the tenant would report the refused time in UTC
      const refused = { now: now.toISOString(), timezone };
      for (const one of new Set(number)) checkConfirmable(await chosen.client.console.show(one), when, refused);
    }
    await confirmTasks(tools, {
      numbers: [...number],
      ...(await resolveTaskFilter(chosen.client, number, { record, field })),
      by,
      at: when,
    });
  },
});
