import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { closeTasks } from "./close.ts";
import { TASK_ARGUMENT, TASK_COLUMNS } from "./columns.ts";

export default defineCommand({
  summary: text("record that tasks will not be done in the console", "管理画面での作業を行わないことを記録する"),
  details: [
    text(
      "The console's data then differ from the mirror: import its next export by --from-console. Of what no export shows (roles, schemes, settings of CLOMO accounts, groups of SECURED APPs) undo here what was recorded: its number is shown.",
      "管理画面とミラーの内容が異なったままになります。次のエクスポートを --from-console で取り込んでください。エクスポートに含まれないもの(管理者権限、スキーム、CLOMO アカウント設定、SECURED APPs のグループ)は、ここでの記録を取り消してください(変更番号を表示します)。",
    ),
  ],
  args: { number: { ...TASK_ARGUMENT, repeatable: true } },
  options: {},
  examples: [{ line: "clomoctl console drop 3" }],
  exits: ["not-permitted", "not-found", "conflict", "locked"],
  shows: TASK_COLUMNS,
  run: (tools, { number }) => closeTasks(tools, number, { state: "dropped" }),
});
