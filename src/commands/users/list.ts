import { USER } from "../../lib/model/user.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { FILTERS } from "../csv/file/export.ts";
import { firstLines, firstOf, LIMIT, listColumns } from "../listing/list.ts";
import { USER_COLUMNS } from "./columns.ts";

export default defineCommand({
  summary: text("list users", "ユーザーを一覧する"),
  args: {},
  options: { ...FILTERS, limit: LIMIT },
  examples: [
    { line: "clomoctl users list --limit 20" },
    { line: "clomoctl users list --filter-name 山田 --format json" },
    { line: "clomoctl users list --format csv --fields employeeCode,name,org" },
  ],
  exits: ["not-found"],
  async run(tools, { filterName, filterId, limit }) {
    const { terminal } = tools;
    const { client } = await tools.tenant("users");
    const users = client.users.list({ filterName, filterId });
    const columns = listColumns(terminal, USER_COLUMNS, USER.usual);
    await terminal.list(columns, firstOf(users, limit), () => firstLines(users.ndjson(), limit));
  },
});
