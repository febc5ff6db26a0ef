import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { closeTasks } from "./close.ts";
import { TASK_ARGUMENT, TASK_COLUMNS } from "./columns.ts";

export default defineCommand({
  summary: text("record that tasks were done in the console", "管理画面での作業が完了したことを記録する"),
  details: [
    text(
      "It is recorded who says so, and when. An upload is proved by the console's export instead: clomoctl imports verify.",
      "だれがいつ確認したかを記録します。アップロードは、管理画面のエクスポートで確認します: clomoctl imports verify",
    ),
  ],
  args: { number: { ...TASK_ARGUMENT, repeatable: true } },
  options: {},
  examples: [{ line: "clomoctl console confirm 3" }],
  exits: ["not-found", "conflict", "locked"],
  shows: TASK_COLUMNS,
  run: (tools, { number }) => closeTasks(tools, number, "confirmed"),
});
