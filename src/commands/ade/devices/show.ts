import { READY_PROFILE_STATES } from "../../../lib/nouns/ade-device.ts";
import { text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../command.ts";
import { requireSingleMatch } from "../../listing/single-match.ts";
import { PROFILE_STATE_NOTE } from "../status-columns.ts";
import { ADE_DEVICE_COLUMNS, ADE_DEVICE_KIND } from "./columns.ts";

export default defineCommand({
  summary: text(
    "show one ADE device and whether it may be switched on",
    "ADE デバイスを 1 台表示し、電源を入れてよいか示す",
  ),
  args: {
    serial: { kind: "string", value: "SERIAL", required: true, about: text("serial number", "シリアルナンバー") },
  },
  options: {},
  examples: [{ line: "clomoctl ade devices show SIM000000001" }],
  exits: ["not-found"],
  async run(tools, { serial }) {
    const { client } = await tools.tenant("ade");
    const device = requireSingleMatch(serial, await client.ade.findDevices({ name: serial }), ADE_DEVICE_KIND);
    await tools.terminal.show(ADE_DEVICE_COLUMNS, device);
    if (device.profileStatus !== null && READY_PROFILE_STATES.includes(device.profileStatus)) return;
    const isKnown = device.profileStatus !== null || device.status === null;
    const notReady = text(
      "do not switch this device on yet: it does not have an ADE profile",
      "まだ電源を入れないでください。ADE プロファイルが割り当てられていません",
    );
    await tools.terminal.warn(isKnown ? notReady : PROFILE_STATE_NOTE);
  },
});
