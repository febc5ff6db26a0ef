import { DEVICE } from "../../lib/model/device.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { listColumns } from "../listing/list.ts";
import { DRY_RUN_OPTION } from "../records/options.ts";
import { showWrittenRecords } from "../records/change-result.ts";
import { DEVICE_ARGUMENT, DEVICE_COLUMNS, DEVICE_RESULT_LAYOUT, findDevicesByName } from "./columns.ts";

export default defineCommand({
  summary: text("add tags to devices or remove tags from them", "デバイスのタグを追加・削除する"),
  args: { device: { ...DEVICE_ARGUMENT, repeatable: true } },
  options: {
    add: { kind: "string", value: "TAG", repeatable: true, about: text("tag to add", "追加するタグ") },
    remove: { kind: "string", value: "TAG", repeatable: true, about: text("tag to remove", "削除するタグ") },
    dryRun: DRY_RUN_OPTION,
  },
  anyOf: [["add", "remove"]],
  examples: [
    { line: "clomoctl devices tag SERIAL000001 SERIAL000002 --add 貸出用" },
    { line: "clomoctl devices tag SERIAL000001 --add 返却済 --remove 貸出用 --dry-run" },
  ],
  exits: ["input-rejected", "not-permitted", "not-found", "locked"],
  shows: DEVICE_COLUMNS,
  async run(tools, { device, add, remove, dryRun }) {
    const { client } = await tools.tenant("devices");
    const ids = (await findDevicesByName(tools, device)).map(({ id }) => id);
    await showWrittenRecords(tools, await client.devices.tag({ ids, add: [...add], remove: [...remove], dryRun }), {
      ...DEVICE_RESULT_LAYOUT,
      listed: listColumns(tools.terminal, DEVICE_COLUMNS, [...DEVICE.usual, "tags"]),
    });
  },
});
