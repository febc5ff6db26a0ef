import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../kit/command.ts";
import { TENANT_COLUMNS } from "./columns.ts";

export default defineCommand({
  summary: text("show what is recorded about the tenant itself", "テナント自体について登録されている内容を表示する"),
  args: {},
  options: {},
  examples: [{ line: "clomoctl tenant show" }, { line: "clomoctl tenant show --format json --fields ios,android" }],
  exits: ["unavailable"],
  async run(tools) {
    const { client } = await tools.tenant("tenant");
    const { name, profile } = await client.tenant.show();
    await tools.terminal.show(TENANT_COLUMNS, { name, ...profile });
  },
});
