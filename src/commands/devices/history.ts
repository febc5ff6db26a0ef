import { DEVICE } from "../../lib/model/device.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { buildHistoryDetails, showHistory } from "../records/history.ts";
import { DEVICE_ARGUMENT, DEVICE_NAMES } from "./columns.ts";

export default defineCommand({
  summary: text("list every version of a device", "デバイスの変更履歴を一覧する"),
  details: buildHistoryDetails(text("serial number or IMEI", "シリアルナンバー・IMEI")),
  args: { device: DEVICE_ARGUMENT },
  options: {},
  examples: [
    { line: "clomoctl devices history SERIAL000001" },
    { line: "clomoctl devices history SERIAL000001 --format json" },
  ],
  exits: ["not-found"],
  async run(tools, { device }) {
    const { client } = await tools.tenant("devices");
    const found = await client.devices.history({ name: device });
    await showHistory(tools, { ...DEVICE_NAMES, fields: DEVICE.fields }, device, found);
  },
});
