import { DEVICE } from "../../lib/model/device.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { FILTERS } from "../csv/file/export.ts";
import { firstLines, firstOf, LIMIT, listColumns } from "../listing/list.ts";
import { DEVICE_COLUMNS, FILTER_DETAILS } from "./columns.ts";

export default defineCommand({
  summary: text("list devices", "デバイスを一覧する"),
  details: FILTER_DETAILS,
  args: {},
  options: { ...FILTERS, limit: LIMIT },
  examples: [
    { line: "clomoctl devices list --limit 20" },
    { line: "clomoctl devices list --filter-id SERIAL --format json" },
    { line: "clomoctl devices list --format csv --fields serialNumber,owner,status" },
  ],
  exits: ["not-found"],
  async run(tools, { filterName, filterId, limit }) {
    const { terminal } = tools;
    const { client } = await tools.tenant("devices");
    const devices = client.devices.list({ filterName, filterId });
    const columns = listColumns(terminal, DEVICE_COLUMNS, DEVICE.usual);
    await terminal.list(columns, firstOf(devices, limit), () => firstLines(devices.ndjson(), limit));
  },
});
