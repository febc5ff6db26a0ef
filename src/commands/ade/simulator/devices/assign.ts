import { text } from "../../../../lib/text/index.ts";
import { defineCommand } from "../../../command.ts";
import { CONTROL_EXITS, URL_OPTION } from "../control.ts";
import { changeDevices, SERIAL_COLUMNS, SERIALS_ARGUMENT, SILENT_OPTION, SYNC_ALL } from "./serials.ts";

export default defineCommand({
  summary: text(
    "assign devices to our MDM server, to another or to none",
    "デバイスを本サーバーや別の MDM サーバに割り当てる、または割り当てを外す",
  ),
  args: { serials: SERIALS_ARGUMENT },
  options: {
    toOther: { kind: "string", value: "SERVER", about: text("to this MDM server", "割り当て先の別の MDM サーバ") },
    none: { kind: "boolean", about: text("to none", "割り当てを外す") },
    silent: SILENT_OPTION,
    url: URL_OPTION,
  },
  excludes: [["toOther", "none"]],
  examples: [
    { line: "clomoctl ade simulator devices assign C02NEW000001 --to-other Jamf --url http://127.0.0.1:8600" },
    { line: "clomoctl ade simulator devices assign C02NEW000001 --url http://127.0.0.1:8600" },
  ],
  exits: CONTROL_EXITS,
  opensTenant: false,
  shows: SERIAL_COLUMNS,
  async run(tools, { serials, toOther, none, silent, url }) {
    const body = { serials, server: toOther, none, silent };
    await changeDevices(tools, url, { method: "POST", path: "/devices/assign", body }, silent ? SYNC_ALL : undefined);
  },
});
