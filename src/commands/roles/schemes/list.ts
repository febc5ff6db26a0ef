import { SCHEME } from "../../../lib/nouns/scheme.ts";
import { text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../kit/command.ts";
import { limitRecords, LIMIT_OPTION, listColumns } from "../../kit/list/list.ts";
import { SCHEME_COLUMNS } from "../../kit/columns/schemes.ts";

export default defineCommand({
  summary: text("list permission schemes", "カスタム管理権限スキームを一覧する"),
  args: {},
  options: { limit: LIMIT_OPTION },
  examples: [{ line: "clomoctl roles schemes list" }],
  exits: ["not-found"],
  async run(tools, { limit }) {
    const { terminal } = tools;
    const { client } = await tools.tenant("roles");
    const columns = listColumns(terminal, SCHEME_COLUMNS, SCHEME.usual);
    await terminal.list(columns, limitRecords(await client.roles.schemes(), limit));
  },
});
