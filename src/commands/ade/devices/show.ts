import { text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../command.ts";
import { theOne } from "../../listing/named.ts";
import { profileToAssign } from "../next.ts";
import { tellEndpoint } from "../shown.ts";
import { ADE_DEVICE_NAMES, ONE_DEVICE_COLUMNS, readiness } from "./columns.ts";

export default defineCommand({
  summary: text(
    "show one device as Apple has it, and whether it may be switched on",
    "ADE デバイスを 1 台表示し、電源を入れてよいか示す",
  ),
  args: {
    serial: { kind: "string", value: "SERIAL", required: true, about: text("serial number", "シリアルナンバー") },
  },
  options: {},
  examples: [{ line: "clomoctl ade devices show SIM000000001" }],
  exits: ["not-found"],
  async run(tools, { serial }) {
    const { client } = await tools.tenant("ade", "profiles");
    await tellEndpoint(tools, await client.ade.show());
    const device = theOne(serial, await client.ade.findDevices({ name: serial }), ADE_DEVICE_NAMES);
    const profiles = await client.profiles.list();
    const profileName = profiles.find(({ uuid }) => uuid === device.profileUuid)?.name ?? null;
    await tools.terminal.show(ONE_DEVICE_COLUMNS, { ...device, profileName });
    const { ready, tell } = readiness(device, profileToAssign(profiles));
    await (ready ? tools.terminal.note(tell) : tools.terminal.warn(tell));
  },
});
