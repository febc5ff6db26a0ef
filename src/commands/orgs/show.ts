import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { ORG_DETAIL_COLUMNS } from "./columns.ts";
import { ORG_ARGUMENT, findOrg } from "./find-org.ts";

export default defineCommand({
  summary: text("show one organisation", "組織を 1 つ表示する"),
  args: { org: ORG_ARGUMENT },
  options: {},
  examples: [{ line: "clomoctl orgs show 全社" }, { line: "clomoctl orgs show 本社/営業部 --format json" }],
  exits: ["not-found"],
  async run(tools, { org }) {
    await tools.terminal.show(ORG_DETAIL_COLUMNS, await findOrg(tools, org));
  },
});
