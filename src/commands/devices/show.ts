import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { DEVICE_ARGUMENT, DEVICE_COLUMNS, findDeviceByName } from "./columns.ts";

export default defineCommand({
  summary: text("show one device", "デバイスを 1 台表示する"),
  args: { device: DEVICE_ARGUMENT },
  options: {},
  examples: [
    { line: "clomoctl devices show SERIAL000001" },
    { line: "clomoctl devices show SERIAL000001 --format json" },
  ],
  exits: ["not-found"],
  async run(tools, { device }) {
    const { client } = await tools.tenant("devices");
    await tools.terminal.show(DEVICE_COLUMNS, await findDeviceByName(client, device));
  },
});
