import { SECURED_GROUP } from "../../../lib/nouns/secured-user.ts";
import { text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../command.ts";
import { limitRecords, LIMIT_OPTION, listColumns } from "../../listing/list.ts";
import { APP_OPTION } from "../app.ts";
import { GROUP_COLUMNS } from "./columns.ts";

export default defineCommand({
  summary: text("list SECURED APPs groups", "SECURED APPs のグループを一覧する"),
  args: {},
  options: { app: APP_OPTION, limit: LIMIT_OPTION },
  examples: [{ line: "clomoctl secured groups list --app calendar" }],
  exits: ["not-found"],
  async run(tools, { app, limit }) {
    const { terminal } = tools;
    const { client } = await tools.tenant("secured");
    const groups = await client.secured.groups(app);
    await terminal.list(listColumns(terminal, GROUP_COLUMNS, SECURED_GROUP.usual), limitRecords(groups, limit));
  },
});
