import { SECURED_USER } from "../../../lib/nouns/secured-user.ts";
import { text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../command.ts";
import { FILTER_OPTIONS, LIMIT_OPTION, listColumns } from "../../listing/list.ts";
import { APP_OPTION } from "../app.ts";
import { buildSecuredUserColumns } from "./columns.ts";

export default defineCommand({
  summary: text("list SECURED APPs users", "SECURED APPs のユーザーを一覧する"),
  args: {},
  options: {
    app: APP_OPTION,
    sort: {
      kind: "choice",
      choices: ["user-id", "name"],
      default: "user-id",
      about: text("field to sort by", "並べ替えの基準"),
    },
    desc: { kind: "boolean", about: text("sort in descending order", "降順にする") },
    ...FILTER_OPTIONS,
    limit: LIMIT_OPTION,
  },
  examples: [
    { line: "clomoctl secured users list --app docs" },
    { line: "clomoctl secured users list --app calendar --sort name --desc --format json" },
  ],
  exits: ["not-found"],
  async run(tools, { app, ...query }) {
    const { terminal } = tools;
    const { client } = await tools.tenant("secured");
    const columns = listColumns(terminal, buildSecuredUserColumns(app, terminal), SECURED_USER.usual);
    await terminal.list(columns, client.secured.list(app, query));
  },
});
