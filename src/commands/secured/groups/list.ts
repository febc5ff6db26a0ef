import type { SecuredGroup } from "../../../lib/client/index.ts";
import type { Column } from "../../../lib/terminal/index.ts";
import { text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../command.ts";
import { firstOf, LIMIT, listColumns } from "../../listing/list.ts";
import { APP } from "../app.ts";

const COLUMNS: readonly Column<SecuredGroup>[] = [
  { key: "id", header: text("id", "ID"), value: ({ id }) => id },
  { key: "app", header: text("app", "アプリ"), value: ({ app }) => app },
  { key: "name", header: text("name", "グループ名"), value: ({ name }) => name },
  { key: "users", header: text("users", "ユーザー数"), align: "end", value: ({ users }) => users },
  { key: "createdAt", header: text("created", "作成日時"), value: ({ createdAt }) => createdAt },
];

export default defineCommand({
  summary: text("list SECURED APPs groups", "SECURED APPs のグループを一覧する"),
  args: {},
  options: { app: APP, limit: LIMIT },
  examples: [{ line: "clomoctl secured groups list --app calendar" }],
  exits: ["not-found"],
  async run(tools, { app, limit }) {
    const { terminal } = tools;
    const { client } = await tools.tenant();
    const groups = await client.securedGroups(app);
    await terminal.list(listColumns(terminal, COLUMNS, ["name", "users"]), firstOf(groups, limit));
  },
});
