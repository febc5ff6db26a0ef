import { DEVICE } from "../../lib/model/device.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { EXPORT_OPTIONS, runExport } from "../csv/file/export.ts";
import { resolveOrgFilter } from "../orgs/find-org.ts";
import { DEVICE_ORG_OPTIONS } from "./columns.ts";

export default defineCommand({
  summary: text("export devices as a CSV file", "デバイスを CSV ファイルにエクスポートする"),
  caution: DEVICE.unconfirmed,
  args: {},
  options: { ...EXPORT_OPTIONS, ...DEVICE_ORG_OPTIONS },
  examples: [
    { line: "clomoctl devices export -o devices-now.csv" },
    { line: "clomoctl devices export --encoding utf-8 --bom" },
  ],
  exits: ["input-rejected", "not-found"],
  async run(tools, { org, direct, ...options }) {
    const { client } = await tools.tenant("devices");
    const within = await resolveOrgFilter(tools, { org, direct });
    await runExport(tools, options, (query) => client.devices.export({ ...query, ...within }));
  },
});
