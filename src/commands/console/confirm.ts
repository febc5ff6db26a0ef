import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { listColumns } from "../listing/list.ts";
import { readTaskNumber, TASK_ARGUMENT, TASK_COLUMNS, DEFAULT_TASK_COLUMNS } from "./columns.ts";

export default defineCommand({
  summary: text("record that tasks were done in the console", "管理画面での作業が完了したことを記録する"),
  args: { number: { ...TASK_ARGUMENT, repeatable: true } },
  options: {},
  examples: [{ line: "clomoctl console confirm 3" }, { line: "clomoctl console confirm 3 4" }],
  exits: ["input-rejected", "not-permitted", "not-found", "conflict", "locked"],
  shows: TASK_COLUMNS,
  async run(tools, { number }) {
    const { terminal } = tools;
    const { client, requireChangePermission } = await tools.tenant("console");
    const numbers = await Promise.all(number.map((typed) => readTaskNumber(client, typed)));
    await requireChangePermission();
    const tasks = await client.console.confirm({ numbers: [...new Set(numbers)] });
    await terminal.list(listColumns(terminal, TASK_COLUMNS, DEFAULT_TASK_COLUMNS), tasks);
  },
});
