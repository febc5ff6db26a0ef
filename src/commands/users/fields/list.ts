import { text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../command.ts";
import { limitRecords, LIMIT_OPTION } from "../../listing/list.ts";
import { FIELD_COLUMNS } from "./columns.ts";

export default defineCommand({
  summary: text("list custom user fields", "カスタムユーザー情報の項目を一覧する"),
  args: {},
  options: { limit: LIMIT_OPTION },
  examples: [{ line: "clomoctl users fields list" }],
  exits: ["not-found"],
  async run(tools, { limit }) {
    const { terminal } = tools;
    const { client } = await tools.tenant("users");
    await terminal.list(FIELD_COLUMNS, limitRecords(await client.users.fields(), limit));
  },
});
