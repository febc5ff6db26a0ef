import { text } from "../../../../lib/text/index.ts";
import { defineCommand } from "../../../command.ts";
import { CONTROL_EXITS, URL_OPTION } from "../control.ts";
import { changeDevices, SERIAL_COLUMNS, SERIALS_ARGUMENT, SILENT_OPTION, SYNC_ALL } from "./serials.ts";

export default defineCommand({
  summary: text("release devices from the simulated organisation", "シミュレーターの組織からデバイスを外す"),
  args: { serials: SERIALS_ARGUMENT },
  options: { silent: SILENT_OPTION, url: URL_OPTION },
  examples: [{ line: "clomoctl ade simulator devices release C02NEW000001 --url http://127.0.0.1:8600" }],
  exits: CONTROL_EXITS,
  opensTenant: false,
  shows: SERIAL_COLUMNS,
  run: (tools, { serials, silent, url }) =>
    changeDevices(
      tools,
      url,
      { method: "POST", path: "/devices/release", body: { serials, silent } },
      silent ? SYNC_ALL : undefined,
    ),
});
