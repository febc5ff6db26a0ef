import { line } from "../../../lib/advice/index.ts";
import { same, text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../command.ts";
import { requireSingleMatch } from "../../listing/single-match.ts";
import { areAllPending, buildCreateProfileStep, findProfileArgument, buildRetrySteps } from "../next.ts";
import { printEndpoint } from "../shown.ts";
import { ADE_DEVICE_KIND, DEVICE_DETAIL_COLUMNS, checkReadiness } from "./columns.ts";

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
    const { client } = await tools.tenant("ade", "profiles");
    const ade = await client.ade.show();
    await printEndpoint(tools, ade);
    const device = requireSingleMatch(serial, await client.ade.findDevices({ name: serial }), ADE_DEVICE_KIND);
    const profiles = await client.profiles.list();
    const profileName = profiles.find(({ uuid }) => uuid === device.profileUuid)?.name ?? null;
    await tools.terminal.show(DEVICE_DETAIL_COLUMNS, { ...device, profileName });
    const word = findProfileArgument(profiles);
    const command =
      word === undefined
        ? buildCreateProfileStep(profiles).line
        : line("ade profiles assign", [word, device.serialNumber]);
    const waiting = buildRetrySteps(ade, tools.clock.now().getTime(), (instant) => tools.terminal.moment(instant));
    // the tenant does not report which assignments are pending; if all unready devices wait, this device waits, too
    const { ready, tell } = checkReadiness(device, areAllPending(ade) ? PENDING_ASSIGNMENT : same(command ?? ""));
    await (ready ? tools.terminal.note(tell) : tools.terminal.warn(tell));
    if (ready || device.state !== "present") return;
    for (const step of waiting) await tools.terminal.note(step);
  },
});

const PENDING_ASSIGNMENT = text("an assignment is pending", "割り当て待ちです");
