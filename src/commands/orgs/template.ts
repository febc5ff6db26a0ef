import { ORG } from "../../lib/model/organisation.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { accountLanguage } from "../csv/file/export.ts";
import { TEMPLATE_DETAILS, TEMPLATE_OPTIONS, writeTemplate } from "../csv/file/template.ts";

export default defineCommand({
  summary: text("write the header row of an organisations file", "組織 CSV のヘッダー行を書き出す"),
  caution: ORG.unconfirmed,
  details: TEMPLATE_DETAILS,
  args: {},
  options: TEMPLATE_OPTIONS,
  examples: [{ line: "clomoctl orgs template -o orgs-new.csv" }],
  exits: ["input-rejected", "not-found"],
  opensTenant: false,
  async run(tools, options) {
    const { context } = await tools.contexts.choose(tools.globals.context, tools.environment);
    await writeTemplate(tools, options, { format: "orgs", language: accountLanguage({ context }), context });
  },
});
