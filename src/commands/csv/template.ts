import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { FORMAT_OPTION } from "./file/format.ts";
import { REPEATABLE_DETAILS, TEMPLATE_OPTIONS, writeTemplate } from "./file/template.ts";

export default defineCommand({
  summary: text("write the header row of a format, without a tenant", "形式のヘッダー行を書き出す(テナントは不要)"),
  details: REPEATABLE_DETAILS,
  args: {},
  options: {
    as: FORMAT_OPTION,
    ...TEMPLATE_OPTIONS,
  },
  examples: [
    { line: "clomoctl csv template --as users" },
    { line: "clomoctl csv template --as calendar --encoding shift_jis -o calendar.csv" },
  ],
  exits: ["input-rejected", "not-found"],
  opensTenant: false,
  async run(tools, { as, ...options }) {
    await writeTemplate(tools, options, { format: as, language: "ja" });
  },
});
