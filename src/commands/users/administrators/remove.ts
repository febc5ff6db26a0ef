import { text } from "../../../lib/text/index.ts";
import { ADMINISTRATOR_COLUMNS, MARKED, marked, showMarks } from "../../administrators/marks.ts";
import { defineCommand } from "../../command.ts";

export default defineCommand({
  summary: text("unmark administrators", "管理者としての指定を取り消す"),
  args: { users: MARKED },
  options: {},
  examples: [{ line: "clomoctl users administrators remove taro.yamada@example.co.jp" }],
  exits: ["not-found", "locked"],
  shows: ADMINISTRATOR_COLUMNS,
  async run(tools, { users }) {
    const { client } = await tools.tenant("administrators");
    const { administrators } = await client.administrators.list("users");
    const remove = marked(users, administrators, "clomoctl users administrators list");
    tools.describeState(() => text("they may have been unmarked", "取り消されている可能性があります"));
    await showMarks(tools, await client.administrators.mark("users", { remove }));
  },
});
