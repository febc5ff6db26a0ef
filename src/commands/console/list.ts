import { line, step } from "../../lib/advice/index.ts";
import { text } from "../../lib/text/index.ts";
import { isOpen } from "../../lib/model/console-task.ts";
import type { ImportKind } from "../../lib/client/index.ts";
import { nextExport } from "../imports/refusal/command.ts";
import { defineCommand } from "../command.ts";
import { listColumns } from "../listing/list.ts";
import { rightsIn } from "../rights.ts";
import { TASK_COLUMNS, USUAL_COLUMNS } from "./columns.ts";

export default defineCommand({
  summary: text("list what still has to be done in the console", "管理画面でまだ行う必要のある作業を一覧する"),
  details: [
    text(
      "A change in a mirror of the console does not happen there by itself. It stays on this list until an export of the console shows it, or somebody confirms it.",
      "管理画面のミラーでの変更は、管理画面には自動で反映されません。エクスポートで確認されるか、だれかが完了を確認するまで、この一覧に残ります。",
    ),
    text(
      "`contradicted`: an export of the console had a value that nobody entered here, or lacked the record. The value here stays. Enter it in the console (`console show`), or keep the console's value: `console drop`.",
      "「不一致」は、管理画面のエクスポートに、ここで入力していない値があったか、データがなかった作業です。ここでの値はそのまま残ります。管理画面で入力するか(console show)、管理画面の値に戻す場合は console drop を使います。",
    ),
  ],
  args: {},
  options: {
    all: { kind: "boolean", about: text("closed ones too", "終わったものも表示する") },
  },
  examples: [{ line: "clomoctl console list" }],
  exits: ["not-found"],
  async run(tools, { all }) {
    const { client } = await tools.tenant("console");
    const tasks = await client.console.list({ all: all || undefined });
    const usual =
      all || tasks.some(({ state }) => state === "contradicted") ? [...USUAL_COLUMNS, "state"] : USUAL_COLUMNS;
    await tools.terminal.list(listColumns(tools.terminal, TASK_COLUMNS, usual), tasks);
    const first = tasks.find(isOpen);
    if (first !== undefined) {
      const command = line("console show", [first.number]);
      await tools.terminal.note(step("how to do one", "手順を見る", command));
    }
    const tenant = await tools.tenant("tenant");
    const { exportsAwaited = [] } = await tenant.client.tenant.show();
    if (exportsAwaited.length === 0) return;
    const rights = await rightsIn(tools, tenant.context);
    for (const kind of exportsAwaited) {
      const { en, ja } = nextExport(kind as ImportKind, rights);
      await tools.terminal.note(
        text(`the mirror is known to differ from the console; ${en}`, `ミラーは管理画面と異なっています。${ja}`),
      );
    }
  },
});
