import { text } from "../../../../lib/text/index.ts";
import { Failure } from "../../../../lib/errors/index.ts";
import { defineCommand } from "../../../command.ts";
import { CONTROL_EXITS, URL_OPTION } from "../control.ts";
import { changeDevices, SERIAL_COLUMNS, SILENT_OPTION, SYNC_ALL } from "./serials.ts";

export default defineCommand({
  summary: text("buy devices for the simulated organisation", "シミュレーターの組織にデバイスを追加する(購入)"),
  args: {
    serials: {
      kind: "string",
      value: "SERIAL",
      repeatable: true,
      about: text("their serial numbers; else --count", "シリアルナンバー(省略時は --count)"),
    },
  },
  options: {
    count: {
      kind: "number",
      min: 1,
      max: 1_000_000,
      about: text("how many, with serial numbers of its own", "台数(シリアルナンバーは自動)"),
    },
    family: {
      kind: "choice",
      choices: ["iPhone", "iPad", "Mac", "AppleTV"],
      about: text("what they are (default: mixed)", "機種(既定: いろいろ)"),
    },
    server: {
      kind: "string",
      value: "NAME",
      about: text("assigned to this MDM server in place of ours", "割り当てる MDM サーバ(既定: 本サーバー)"),
    },
    unassigned: { kind: "boolean", about: text("assigned to no MDM server", "どの MDM サーバにも割り当てない") },
    silent: SILENT_OPTION,
    url: URL_OPTION,
  },
  examples: [
    { line: "clomoctl ade simulator devices add --count 10 --family iPhone --url http://127.0.0.1:8600" },
    { line: "clomoctl ade simulator devices add C02NEW000001 --silent --url http://127.0.0.1:8600" },
  ],
  exits: CONTROL_EXITS,
  opensTenant: false,
  shows: SERIAL_COLUMNS,
  async run(tools, { serials, count, family, server, unassigned, silent, url }) {
    const named = serials.length === 0 ? undefined : serials;
    const [meant = ""] = serials;
    if (serials.length === 1 && /^\d{1,7}$/.test(meant)) throw notSerial(meant);
    const body = {
      serials: named,
      count: named === undefined ? (count ?? 1) : count,
      family,
      server,
      unassigned,
      silent,
    };
    await changeDevices(tools, url, { method: "POST", path: "/devices", body }, silent ? SYNC_ALL : undefined);
  },
});

const notSerial = (typed: string): Failure =>
  new Failure("usage", {
    what: text(`${typed} is no serial number`, `「${typed}」はシリアルナンバーではありません`),
    where: "SERIAL",
    hint: text(`so many devices: --count ${typed}`, `台数を指定するには: --count ${typed}`),
  });
