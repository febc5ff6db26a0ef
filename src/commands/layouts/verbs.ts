import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../kit/command.ts";
import { limitRecords, LIMIT_OPTION, listColumns } from "../kit/list/list.ts";
import { LAYOUT_COLUMNS, findLayout, LAYOUT_ARGUMENT } from "./columns.ts";
import { confirmChange } from "../kit/permission.ts";

const list = defineCommand({
  summary: text("list layouts, newest first", "レイアウトを新しい順に一覧する"),
  args: {},
  options: { limit: LIMIT_OPTION },
  examples: [{ line: "clomoctl layouts list" }],
  exits: ["locked"],
  async run({ terminal, ...tools }, { limit }) {
    const layouts = await (await tools.tenant("layouts")).client.layouts.list();
    const columns = listColumns(terminal, LAYOUT_COLUMNS, ["id", "use", "kind", "headers", "at", "actor"]);
    await terminal.list(columns, limitRecords(layouts, limit));
  },
});

const remove = defineCommand({
  summary: text("remove a layout (cannot be undone)", "レイアウトを削除する(元に戻せない)"),
  args: { id: LAYOUT_ARGUMENT },
  options: {},
  examples: [{ line: "clomoctl layouts remove 3f2a91bc --yes" }],
  exits: ["not-permitted", "not-found", "locked"],
  shows: LAYOUT_COLUMNS,
  async run(tools, { id: typed }) {
    const { terminal } = tools;
    const { client } = await tools.tenant("layouts");
    const { id } = await findLayout(client, typed);
    const message = text(`Remove layout ${id} (cannot be undone)?`, `レイアウト ${id} を削除しますか? 戻せません。`);
    if (!(await confirmChange(tools, message))) return;
    await terminal.show(LAYOUT_COLUMNS, await client.layouts.remove(id));
  },
});

const show = defineCommand({
  summary: text("show a layout with its column map", "レイアウトと、その対応表を表示する"),
  args: { id: LAYOUT_ARGUMENT },
  options: {},
  examples: [{ line: "clomoctl layouts show 3f2a91bc" }],
  exits: ["not-found", "locked"],
  async run({ terminal, ...tools }, { id }) {
    await terminal.show(LAYOUT_COLUMNS, await findLayout((await tools.tenant("layouts")).client, id));
  },
});

export default { list, remove, show };
