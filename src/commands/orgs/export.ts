import { ORG } from "../../lib/model/organisation.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { EXPORT_OPTIONS, runExport } from "../csv/file/export.ts";

export default defineCommand({
  summary: text("export organisations as a CSV file", "組織を CSV ファイルにエクスポートする"),
  caution: ORG.unconfirmed,
  args: {},
  options: EXPORT_OPTIONS,
  examples: [{ line: "clomoctl orgs export -o orgs-now.csv" }, { line: "clomoctl orgs export --encoding utf-8" }],
  exits: ["input-rejected", "not-found"],
  async run(tools, options) {
    const { client } = await tools.tenant("orgs");
    await runExport(tools, options, client.orgs.export);
  },
});
