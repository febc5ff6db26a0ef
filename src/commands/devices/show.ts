import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { theOne } from "../listing/named.ts";
import { DEVICE_COLUMNS, DEVICE_NAMES } from "./columns.ts";

export default defineCommand({
  summary: text("show one device", "デバイスを 1 台表示する"),
  args: {
    device: {
      kind: "string",
      required: true,
      names: "devices",
      about: text("id, serial number or IMEI (blanks included)", "ID・シリアルナンバー・IMEI(空白も含む)"),
    },
  },
  options: {},
  examples: [
    { line: "clomoctl devices show SERIAL000001" },
    { line: "clomoctl devices show SERIAL000001 --format json" },
  ],
  exits: ["not-found"],
  async run(tools, { device }) {
    const { terminal } = tools;
    const { client } = await tools.tenant("devices");
    await terminal.show(DEVICE_COLUMNS, theOne(device, await client.devices.find({ name: device }), DEVICE_NAMES));
  },
});
