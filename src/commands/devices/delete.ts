import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { DELETION_EXITS, DELETION_HELP, DELETION_OPTIONS } from "../deletion/options.ts";
import { runDeletion } from "../deletion/run.ts";
import { RESULT_COLUMNS } from "../../lib/plan/columns.ts";
import { DEVICE_NAMES } from "./columns.ts";

export default defineCommand({
  summary: text("delete devices", "デバイスを削除する"),
  // @see facts 4.6
  details: [...DELETION_HELP],
  args: {
    devices: {
      kind: "string",
      value: "DEVICE",
      repeatable: true,
      about: text("ID, serial number or IMEI (including its spaces)", "ID・シリアルナンバー・IMEI(空白も含む)"),
    },
  },
  options: DELETION_OPTIONS,
  anyOf: [["devices", "file"]],
  examples: [
    { line: "clomoctl devices delete SERIAL000001 --confirm-deletions 1" },
    { line: "clomoctl devices delete --file devices.txt --dry-run" },
  ],
  exits: DELETION_EXITS,
  plans: true,
  shows: RESULT_COLUMNS,
  run: (tools, { devices, file, ...options }) =>
    runDeletion(tools, {
      kind: "devices",
      from: { names: devices, file },
      options,
      async found() {
        const { client } = await tools.tenant("devices");
        return {
          ...DEVICE_NAMES,
          find: (name) => client.devices.find({ name }),
        };
      },
    }),
});
