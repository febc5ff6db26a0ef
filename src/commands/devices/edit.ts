import { DEVICE } from "../../lib/model/device.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { DRY_RUN_OPTION, buildValueOptions, parseValueOptions } from "../records/options.ts";
import { showWrittenRecord } from "../records/change-result.ts";
import { DEVICE_ARGUMENT, DEVICE_COLUMNS, findDeviceByName } from "./columns.ts";
import { DEVICE_RESULT_LAYOUT } from "./writing/result.ts";

const VALUE_OPTIONS = buildValueOptions(DEVICE.fields, { without: ["owner", "ownerOrg", "tags"] });

export default defineCommand({
  summary: text("change a device", "デバイスを変更する"),
  args: { device: DEVICE_ARGUMENT },
  options: { ...VALUE_OPTIONS, dryRun: DRY_RUN_OPTION },
  anyOf: [Object.keys(VALUE_OPTIONS)],
  examples: [
    { line: "clomoctl devices edit SERIAL000001 --identification-name '営業部 1 号機'" },
    { line: "clomoctl devices edit SERIAL000002 --memo '' --dry-run" },
  ],
  exits: ["input-rejected", "not-permitted", "not-found", "locked"],
  shows: DEVICE_COLUMNS,
  async run(tools, { device, dryRun, ...options }) {
    const values = await parseValueOptions(DEVICE.fields, options);
    const { client } = await tools.tenant("devices");
    const { id } = await findDeviceByName(client, device);
    await showWrittenRecord(tools, await client.devices.edit(id, { ...values, dryRun }), DEVICE_RESULT_LAYOUT);
  },
});
