import { text } from "../../../lib/text/index.ts";
import { ADMINISTRATOR_COLUMNS, MARKED, marked, showMarks } from "../../administrators/marks.ts";
import { defineCommand } from "../../command.ts";
import { APP } from "../app.ts";

export default defineCommand({
  summary: text("unmark administrators", "管理者としての指定を取り消す"),
  args: { users: MARKED },
  options: { app: APP },
  examples: [{ line: "clomoctl secured administrators remove admin01 --app docs" }],
  exits: ["not-found", "locked"],
  shows: ADMINISTRATOR_COLUMNS,
  async run(tools, { users, app }) {
    const { client } = await tools.tenant("administrators");
    const { administrators } = await client.administrators.list(app);
    const remove = marked(users, administrators, `clomoctl secured administrators list --app ${app}`);
    tools.describeState(() => text("they may have been unmarked", "取り消されている可能性があります"));
    await showMarks(tools, await client.administrators.mark(app, { remove }));
  },
});
