import { commandName } from "../../lib/advice/index.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { checkConfirmable } from "../../lib/model/console-task.ts";
import { resolvePastInstant } from "../../lib/model/typed-date.ts";
import { resolveTimezone } from "../tools.ts";
import { confirmTasks } from "./close.ts";
import { TASK_ARGUMENT, TASK_COLUMNS } from "./columns.ts";
import { PART_OPTIONS, resolveTaskFilter } from "./part.ts";

export default defineCommand({
  summary: text("record that tasks were done in the console", "管理画面での作業が完了したことを記録する"),
  details: [
    text(
      `Records who confirmed the tasks, and when. The confirmation counts until an export of the console shows these values. If the export differs, the task is open again, and the values in the mirror are kept. For an upload, verify an export of the console instead: ${commandName("imports verify")}. If you confirm an upload, only the changes in its file are recorded; manual changes stay open until you confirm the task again. If you confirmed a task by mistake, undo opens it again.`,
      `だれがいつ確認したかを記録します。管理画面のエクスポートで値が示されるまでは、確認のとおりとみなします。エクスポートの内容が異なれば作業を未了に戻し、ミラーの値はそのまま残します。アップロードは、管理画面のエクスポートで確認します: ${commandName("imports verify")} 。アップロードの作業を確認すると、ファイルの分だけを記録します。手作業の分は、もう一度確認するまで未了のままです。誤って記録した場合は、undo で未了に戻せます。`,
    ),
  ],
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
