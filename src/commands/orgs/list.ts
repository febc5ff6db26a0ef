import { ORG } from "../../lib/model/organisation.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { LIMIT_OPTION, listColumns } from "../listing/list.ts";
import { ORG_COLUMNS } from "./columns.ts";

export default defineCommand({
  summary: text("list organisations", "組織を一覧で表示する"),
  args: {},
  options: { limit: LIMIT_OPTION },
  examples: [
    { line: "clomoctl orgs list --format table" },
    { line: "clomoctl orgs list --format json --fields path,code" },
  ],
  exits: ["not-found"],
  async run(tools, { limit }) {
    const { terminal } = tools;
    const { client } = await tools.tenant("orgs");
    const orgs = (await client.orgs.list()).slice(0, limit);
    await terminal.list(listColumns(terminal, ORG_COLUMNS, ORG.usual), orgs);
  },
});
