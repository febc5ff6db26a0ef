import { line } from "../../../lib/advice/index.ts";
import { text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../command.ts";
import { proposeUndo } from "../../records/change-result.ts";
import { FIELD_COLUMNS } from "./columns.ts";

export default defineCommand({
  summary: text("add a custom user field", "カスタムユーザー情報の項目を追加する"),
  details: [
    text(
      `In a mirror of the console (CLOMO PANEL), add the same field in the console: see ${line("console list", [])}.`,
      `管理画面(CLOMO PANEL)のミラーでは、管理画面でも同じ項目を追加してください: ${line("console list", [])}`,
    ),
  ],
  args: { name: { kind: "string", required: true, about: text("name of the field", "項目名") } },
  options: {},
  examples: [{ line: "clomoctl users fields add 入社年度" }],
  exits: ["input-rejected", "not-found", "locked"],
  shows: FIELD_COLUMNS,
  async run(tools, { name }) {
    const { client } = await tools.tenant("users");
    const added = await client.users.addField({ name });
    await tools.terminal.show(FIELD_COLUMNS, added);
    await proposeUndo(tools);
  },
});
