import { line, step } from "../../lib/advice/index.ts";
import { text } from "../../lib/text/index.ts";
import { isOpenTask } from "../../lib/model/console-task.ts";
import type { ImportKind } from "../../lib/client/index.ts";
import { buildConsoleImportCommand } from "../imports/refusal/command.ts";
import { defineCommand } from "../command.ts";
import { listColumns } from "../listing/list.ts";
import { TASK_COLUMNS, DEFAULT_TASK_COLUMNS } from "./columns.ts";

export default defineCommand({
  summary: text("list the tasks to do in the console", "管理画面で行う作業を一覧する"),
  args: {},
  options: {
    all: { kind: "boolean", about: text("include confirmed tasks awaiting an export", "照合前の完了作業も表示する") },
  },
  examples: [{ line: "clomoctl console list" }],
  exits: ["not-found"],
  async run(tools, { all }) {
    const { client } = await tools.tenant("console");
    const tasks = await client.console.list({ all: all || undefined });
    const usual =
      all || tasks.some(({ state }) => state === "contradicted")
        ? [...DEFAULT_TASK_COLUMNS, "state"]
        : DEFAULT_TASK_COLUMNS;
    await tools.terminal.list(listColumns(tools.terminal, TASK_COLUMNS, usual), tasks);
    const first = tasks.find(isOpenTask);
    if (first !== undefined) {
      const command = line("console show", [first.number]);
      await tools.terminal.note(step("to see the steps of a task", "作業の手順を見るには", command));
    }
    const tenant = await tools.tenant("tenant");
    const { exportsAwaited } = await tenant.client.tenant.show();
    if (exportsAwaited.length === 0) return;
    for (const kind of exportsAwaited) {
      const take = buildConsoleImportCommand(kind as ImportKind);
      await tools.terminal.note(
        text(
          `the mirror differs from the console; import the console's next export: ${take}`,
          `ミラーは管理画面と異なっています。管理画面の次のエクスポートを取り込んでください: ${take}`,
        ),
      );
    }
  },
});
