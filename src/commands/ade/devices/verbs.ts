import { ADE_DEVICE, READY_PROFILE_STATES } from "../../../lib/nouns/ade-device.ts";
import { text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../kit/command.ts";
import { defineSwitch } from "../../kit/field.ts";
import { LIMIT_OPTION, listColumns } from "../../kit/list/list.ts";
import { showNextStep, PROFILE_STATE_NOTE } from "../status-columns.ts";
import { ADE_DEVICE_COLUMNS, ADE_DEVICE_KIND } from "../../kit/columns/devices.ts";
import { requireSingleMatch } from "../../kit/list/single-match.ts";

const ORGANISATION_DEFAULT_COLUMNS: readonly string[] = ["serialNumber", "server", "model", "addedAt", "difference"];

const list = defineCommand({
  summary: text("list the devices fetched by the last sync", "前回の同期で取得したデバイスを一覧する"),
  args: {},
  options: {
    notReady: defineSwitch("only devices without an ADE profile", "ADE プロファイルが未割り当てのものだけ"),
    notInClomo: {
      kind: "boolean",
      about: text("only Apple's devices that are not in CLOMO", "Apple のデバイスのうち CLOMO にないものだけ"),
    },
    otherServer: {
      kind: "boolean",
      about: text("only devices not assigned to CLOMO's MDM server", "CLOMO の MDM サーバーに未割り当てのものだけ"),
    },
    released: { kind: "boolean", about: text("only devices released at Apple", "所有解除されたデバイスだけ") },
    search: {
      kind: "string",
      value: "TEXT",
      about: text("only devices that contain TEXT in any field", "いずれかの項目に TEXT を含むデバイスだけ"),
    },
    limit: LIMIT_OPTION,
  },
  examples: [
    { line: "clomoctl ade devices list" },
    { line: "clomoctl ade devices list --not-ready" },
    { line: "clomoctl ade devices list --not-in-clomo" },
    { line: "clomoctl ade devices list --search iPad --format json" },
  ],
  excludes: [["notReady", "notInClomo", "otherServer", "released"]],
  exits: ["input-rejected"],
  async run(tools, { notReady, notInClomo, otherServer, released, search, limit }) {
    const { terminal } = tools;
    const { client } = await tools.tenant("ade");
    const organisation =
      (notInClomo && "not-in-clomo") || (otherServer && "other-server") || (released && "released") || undefined;
    const devices = client.ade.devices({ limit, search, organisation, notReady: notReady || undefined });
    const ade = await client.ade.show();
    const usual = organisation || (ade.devices === 0 && ade.business) ? ORGANISATION_DEFAULT_COLUMNS : ADE_DEVICE.usual;
    await terminal.list(listColumns(terminal, ADE_DEVICE_COLUMNS, usual), devices, () => devices.ndjson());
    if (terminal.onTerminal) await showNextStep(tools, ade);
  },
});

const show = defineCommand({
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

export default { list, show };
