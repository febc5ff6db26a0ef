import { DEVICE } from "../../lib/model/device.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { getAccountLanguage } from "../csv/file/export.ts";
import { TEMPLATE_OPTIONS, writeTemplate } from "../csv/file/template.ts";

export default defineCommand({
  summary: text("write the header row of a devices file", "デバイス CSV のヘッダー行を書き出す"),
  caution: DEVICE.unconfirmed,
  args: {},
  options: TEMPLATE_OPTIONS,
  examples: [{ line: "clomoctl devices template -o devices-new.csv" }],
  exits: ["input-rejected", "not-found"],
  opensTenant: false,
  async run(tools, options) {
    const { context } = await tools.contexts.choose(tools.globals.context, tools.environment);
    await writeTemplate(tools, options, { format: "devices", language: getAccountLanguage({ context }) });
  },
});
