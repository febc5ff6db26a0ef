import { line } from "../../../lib/advice/index.ts";
import { text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../command.ts";
import { proposeUndo, WRITTEN } from "../../records/written.ts";
import { FIELD_COLUMNS } from "./columns.ts";

export default defineCommand({
  summary: text("add a custom user field", "カスタムユーザー情報の項目を追加する"),
  details: [
    text(
      "The name is also the header of its column in users files. It is on one line and has no =, so that --custom NAME=VALUE can name it (ours).",
      "項目名がそのままユーザー CSV のヘッダーになります。改行と「=」は使えません(「=」は --custom 項目名=値 で指定できるようにするためで、clomoctl 独自の規則)。",
    ),
    text(
      `A mirror of the console needs it there too: ${line("console list", [])}.`,
      `管理画面のミラーでは、管理画面にも同じ項目が必要です: ${line("console list", [])}`,
    ),
  ],
  args: { name: { kind: "string", required: true, about: text("the field's name", "項目名") } },
  options: {},
  examples: [{ line: "clomoctl users fields add 入社年度" }],
  exits: ["input-rejected", "not-found", "locked"],
  shows: FIELD_COLUMNS,
  async run(tools, { name }) {
    const { client } = await tools.tenant("users");
    tools.describeState(() => text("the field may have been added", "項目は追加されている可能性があります"));
    const added = await client.users.addField({ name });
    tools.describeDone(WRITTEN);
    await tools.terminal.show(FIELD_COLUMNS, added);
    await proposeUndo(tools);
  },
});
