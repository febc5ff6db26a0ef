import { text } from "../../../../lib/text/index.ts";
import { defineCommand } from "../../../command.ts";
import { CONTROL_EXITS, URL_OPTION } from "../control.ts";
import { changeDevices, SERIAL_COLUMNS, SERIALS_ARGUMENT } from "./serials.ts";

export default defineCommand({
  summary: text(
    "switch devices on: they get the profile assigned to them",
    "デバイスの電源を入れる(割り当て済みのプロファイルが届く)",
  ),
  details: [
    text(
      "Those that got a profile are listed; the profile status of the device service is then pushed.",
      "プロファイルが届いたデバイスを一覧します。ADE のプロファイルの状態は pushed になります。",
    ),
  ],
  args: { serials: SERIALS_ARGUMENT },
  options: { url: URL_OPTION },
  examples: [{ line: "clomoctl ade simulator devices activate C02NEW000001 --url http://127.0.0.1:8600" }],
  exits: CONTROL_EXITS,
  opensTenant: false,
  shows: SERIAL_COLUMNS,
  run: (tools, { serials, url }) =>
    changeDevices(tools, url, { method: "POST", path: "/devices/activate", body: { serials } }),
});
