import { ORG } from "../../lib/model/organisation.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { getAccountLanguage } from "../csv/file/export.ts";
import { TEMPLATE_OPTIONS, writeTemplate } from "../csv/file/template.ts";

export default defineCommand({
  summary: text("write the header row of a CSV file of organisations", "組織 CSV のヘッダー行を書き出す"),
  caution: ORG.unconfirmed,
  args: {},
  options: TEMPLATE_OPTIONS,
  examples: [{ line: "clomoctl orgs template -o orgs-new.csv" }],
  exits: ["input-rejected", "not-found"],
  opensTenant: false,
  async run(tools, options) {
    const { context } = await tools.contexts.choose(tools.globals.context, tools.environment);
    await writeTemplate(tools, options, { format: "orgs", language: getAccountLanguage({ context }) });
  },
});
