import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { hasAllColumns } from "../listing/list.ts";
import { readTaskNumber, STEPS_COLUMN, TASK_ARGUMENT, TASK_DETAILS } from "./columns.ts";
import { buildTaskSteps } from "./steps.ts";

export default defineCommand({
  summary: text("show how to do a task in the console, step by step", "管理画面での作業の手順を表示する"),
  args: { number: TASK_ARGUMENT },
  options: {
    rows: {
      kind: "boolean",
      about: text(
        "show the steps for all open records (default: the first 10)",
        "未完了のデータすべての手順を表示する(既定: 最初の 10 件)",
      ),
    },
  },
  examples: [{ line: "clomoctl console show 3" }],
  exits: ["not-found", "conflict"],
  async run(tools, { number, rows }) {
    const { terminal } = tools;
    const { client } = await tools.tenant("console");
    const task = await client.console.show(await readTaskNumber(client, number), rows ? { all: true } : {});
    if (hasAllColumns(terminal)) return terminal.show([...TASK_DETAILS, STEPS_COLUMN], task);
    await terminal.show(TASK_DETAILS, task);
    for (const [place, { en, ja }] of buildTaskSteps(task, rows ? task.records.length : undefined).entries())
      await terminal.note(text(`${place + 1}. ${en}`, `${place + 1}. ${ja}`));
  },
});
