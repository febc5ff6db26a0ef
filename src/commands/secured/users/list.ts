import { SECURED_USER } from "../../../lib/model/secured-user.ts";
import { text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../command.ts";
import { FILTERS } from "../../csv/file/export.ts";
import { firstOf, LIMIT, listColumns } from "../../listing/list.ts";
import { APP } from "../app.ts";
import { securedUserColumns } from "./columns.ts";

export default defineCommand({
  summary: text("list SECURED APPs users", "SECURED APPs のユーザーを一覧する"),
  args: {},
  options: {
    app: APP,
    sort: {
      kind: "choice",
      choices: ["user-id", "name"],
      default: "user-id",
      about: text("the field to sort by", "並べ替えの基準"),
    },
    desc: { kind: "boolean", about: text("sort in descending order", "降順にする") },
    ...FILTERS,
    limit: LIMIT,
  },
  examples: [
    { line: "clomoctl secured users list --app docs" },
    { line: "clomoctl secured users list --app calendar --sort name --desc --format json" },
  ],
  exits: ["not-found"],
  async run(tools, { app, limit, ...query }) {
    const { terminal } = tools;
    const { client } = await tools.tenant("secured");
    const columns = listColumns(terminal, securedUserColumns(app), SECURED_USER.usual);
    await terminal.list(columns, firstOf(client.secured.list(app, query), limit));
  },
});
