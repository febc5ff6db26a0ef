import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { closeTasks } from "./close.ts";
import { TASK_ARGUMENT, TASK_COLUMNS } from "./columns.ts";

export default defineCommand({
  summary: text("record that tasks will not be done in the console", "管理画面での作業を行わないことを記録する"),
  details: [
    text(
      "The change is forgotten and the console's next export decides: import it with --from-console. Its values are taken, records that it lacks are deleted here, and deleted records that it has are created again. A task of an import is dropped as a whole. No export shows roles, schemes, settings of CLOMO accounts and groups of SECURED APPs: undo these changes here (their numbers are shown).",
      "以後は管理画面の次のエクスポートに従います(--from-console で取り込んでください)。値はエクスポートのものになり、エクスポートにないものは削除され、ここで削除していてもエクスポートにあるものは追加し直されます。インポートの作業は、全体が取り下げになります。エクスポートに含まれないもの(管理者権限、スキーム、CLOMO アカウント設定、SECURED APPs のグループ)は、ここでの変更を取り消してください(変更番号を表示します)。",
    ),
  ],
  args: { number: { ...TASK_ARGUMENT, repeatable: true } },
  options: {},
  examples: [{ line: "clomoctl console drop 3" }],
  exits: ["not-permitted", "not-found", "conflict", "locked"],
  shows: TASK_COLUMNS,
  run: (tools, { number }) => closeTasks(tools, number, { state: "dropped" }),
});
