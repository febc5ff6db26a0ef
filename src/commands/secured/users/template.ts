import { text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../command.ts";
import { getAccountLanguage } from "../../csv/file/export.ts";
import { TEMPLATE_OPTIONS, writeTemplate } from "../../csv/file/template.ts";
import { APP_OPTION } from "../app.ts";

export default defineCommand({
  summary: text(
    "write the header row of a SECURED APPs users file",
    "SECURED APPs のユーザー CSV のヘッダー行を書き出す",
  ),
  args: {},
  options: { app: APP_OPTION, ...TEMPLATE_OPTIONS },
  examples: [
    { line: "clomoctl secured users template --app docs -o docs-new.csv" },
    { line: "clomoctl secured users template --app mailer --encoding utf-8" },
  ],
  exits: ["input-rejected", "not-found"],
  opensTenant: false,
  async run(tools, { app, ...options }) {
    const { context } = await tools.contexts.choose(tools.globals.context, tools.environment);
    await writeTemplate(tools, options, { format: app, language: getAccountLanguage({ context }) });
  },
});
