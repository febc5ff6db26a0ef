import { line, step } from "../../lib/advice/index.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { listColumns } from "../listing/list.ts";
import { TASK_COLUMNS, DEFAULT_TASK_COLUMNS } from "./columns.ts";

export default defineCommand({
  summary: text("list the tasks to do in the console", "管理画面で行う作業を一覧する"),
  args: {},
  options: {},
  examples: [{ line: "clomoctl console list" }],
  exits: ["not-found"],
  async run(tools) {
    const { terminal } = tools;
    const { client } = await tools.tenant("console");
    const tasks = await client.console.list({});
    await terminal.list(listColumns(terminal, TASK_COLUMNS, DEFAULT_TASK_COLUMNS), tasks);
    const [first] = tasks;
    if (first !== undefined)
      await terminal.note(
        step("to see the steps of a task", "作業の手順を見るには", line("console show", [first.number])),
      );
  },
});
