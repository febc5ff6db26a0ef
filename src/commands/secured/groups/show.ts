import { formatCount, text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../command.ts";
import { limitRecords, LIMIT_OPTION, listColumns } from "../../listing/list.ts";
import { APP_OPTION } from "../app.ts";
import { buildSecuredUserColumns } from "../users/columns.ts";
import { GROUP_ARGUMENT, findGroup } from "./columns.ts";

const DEFAULT_MEMBER_COLUMNS = ["userId", "name", "role"];

export default defineCommand({
  summary: text("show the users of a SECURED APPs group", "SECURED APPs のグループに所属するユーザーを表示する"),
  args: { group: GROUP_ARGUMENT },
  options: { app: APP_OPTION, limit: LIMIT_OPTION },
  examples: [{ line: "clomoctl secured groups show 営業 --app docs" }],
  exits: ["not-found"],
  async run(tools, { group: typed, app, limit }) {
    const { terminal } = tools;
    const { client } = await tools.tenant("secured");
    const { name, users } = findGroup(app, typed, await client.secured.groups(app));
    const columns = listColumns(terminal, buildSecuredUserColumns(app, terminal), DEFAULT_MEMBER_COLUMNS);
    await terminal.list(columns, limitRecords(client.secured.list(app, { group: name }), limit));
    await terminal.note(text(`${name}: ${formatCount(users, "user")}`, `${name}: ${users} 人`));
  },
});
