import { DEVICE } from "../../lib/model/device.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { firstLines, firstOf, LIMIT, listColumns } from "../listing/list.ts";
import { orgNamed } from "../orgs/named.ts";
import { DEVICE_COLUMNS, DEVICE_FILTERS, FILTER_DETAILS } from "./columns.ts";

export default defineCommand({
  summary: text("list devices", "デバイスを一覧する"),
  details: FILTER_DETAILS,
  args: {},
  options: {
    ...DEVICE_FILTERS,
    limit: LIMIT,
  },
  examples: [
    { line: "clomoctl devices list --limit 20" },
    { line: "clomoctl devices list --filter-id SERIAL --format json" },
    { line: "clomoctl devices list --org 本社/営業部 --status 管理中 --platform iOS" },
    { line: "clomoctl devices list --tag 貸出用" },
    { line: "clomoctl devices list --format csv --fields serialNumber,owner,status" },
  ],
  exits: ["not-found"],
  async run(tools, { org, limit, ...filters }) {
    const { terminal } = tools;
    const { client } = await tools.tenant("devices");
    const query = { ...filters, ...(org !== undefined && { org: (await orgNamed(tools, org)).id }) };
    const devices = client.devices.list(query);
    const columns = listColumns(terminal, DEVICE_COLUMNS, DEVICE.usual);
    await terminal.list(columns, firstOf(devices, limit), () => firstLines(devices.ndjson(), limit));
  },
});
