import { commandName } from "../../lib/advice/index.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { checkConfirmable } from "../../lib/model/console-task.ts";
import { pastInstant } from "../../lib/model/typed-date.ts";
import { zoneOf } from "../tools.ts";
import { confirmTasks } from "./close.ts";
import { TASK_ARGUMENT, TASK_COLUMNS } from "./columns.ts";
import { PART_OPTIONS, partOf } from "./part.ts";

export default defineCommand({
  summary: text("record that tasks were done in the console", "管理画面での作業が完了したことを記録する"),
  details: [
    text(
      `Records who says so, and when. It is believed until an export of the console shows these values: if the export differs, the task is open again, and the values here stay. An upload is proved by the console's export instead: ${commandName("imports verify")}. If an upload is confirmed, what its file does is recorded; what is done by hand stays open until the task is confirmed again. If it was recorded by mistake, undo opens the task again.`,
      `だれがいつ確認したかを記録します。管理画面のエクスポートで値が示されるまでは、確認のとおりとみなします。エクスポートの内容が異なれば作業を未了に戻し、ここでの値はそのまま残します。アップロードは、管理画面のエクスポートで確認します: ${commandName("imports verify")} 。アップロードの作業を確認すると、ファイルの分だけを記録します。手作業の分は、もう一度確認するまで未了のままです。誤って記録した場合は、undo で未了に戻せます。`,
    ),
  ],
  args: { number: { ...TASK_ARGUMENT, repeatable: true } },
  options: {
    ...PART_OPTIONS,
    by: { kind: "string", value: "WHO", about: text("who did it (default: you)", "実施者(既定: 実行者)") },
    at: {
      kind: "date",
      value: "DATE",
      about: text("when: a date or a date and time (default: now)", "実施日時: 日付か日時(既定: 現在)"),
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
    const [timezone, now] = [zoneOf(tools, chosen), tools.clock.now()];
    const when = at && pastInstant(at, { now, timezone, where: "--at" });
    if (when !== undefined) {
      // the tenant would refuse it, in UTC
      const refused = { now: now.toISOString(), timezone };
      for (const one of new Set(number)) checkConfirmable(await chosen.client.console.show(one), when, refused);
    }
    await confirmTasks(tools, {
      numbers: [...number],
      ...(await partOf(chosen.client, number, { record, field })),
      by,
      at: when,
    });
  },
});
