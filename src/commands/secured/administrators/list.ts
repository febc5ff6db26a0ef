import { text } from "../../../lib/text/index.ts";
import { MARKING_HELP, showMarks } from "../../administrators/marks.ts";
import { defineCommand } from "../../command.ts";
import { APP } from "../app.ts";

export default defineCommand({
  summary: text("list who is marked as an administrator", "管理者として指定した人を一覧する"),
  details: MARKING_HELP,
  args: {},
  options: { app: APP },
  examples: [{ line: "clomoctl secured administrators list --app docs" }],
  exits: ["not-found"],
  async run(tools, { app }) {
    const { client } = await tools.tenant("administrators");
    await showMarks(tools, await client.administrators.list(app));
  },
});
