import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { DELETION_EXITS, DELETION_HELP, DELETION_OPTIONS, excludeFilters } from "../deletion/options.ts";
import { runDeletion } from "../deletion/run.ts";
import { RESULT_COLUMNS } from "../../lib/plan/columns.ts";
import { DEVICE_FILTERS, DEVICE_NAMES } from "./columns.ts";

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
  options: { ...DEVICE_FILTERS, ...DELETION_OPTIONS },
  anyOf: [["devices", "file", ...Object.keys(DEVICE_FILTERS)]],
  excludes: excludeFilters("devices", DEVICE_FILTERS),
  examples: [
    { line: "clomoctl devices delete SERIAL000001 --confirm-deletions 1" },
    { line: "clomoctl devices delete --filter-id SERIAL --dry-run" },
    { line: "clomoctl devices delete --status 管理外 --tag 貸出用 --dry-run" },
  ],
  exits: DELETION_EXITS,
  plans: true,
  shows: RESULT_COLUMNS,
  run: (tools, { devices, org, direct, search, status, platform, tag, filterName, filterId, file, ...options }) =>
    runDeletion(tools, {
      kind: "devices",
      from: { names: devices, file },
      filters: { org, direct: direct ? true : undefined, search, status, platform, tag, filterName, filterId },
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
