import { DEVICE } from "../../lib/nouns/device.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../kit/command.ts";
import { DRY_RUN_OPTION } from "../kit/columns/field-options.ts";
import { changeDevices, CHOSEN_DEVICES } from "../kit/change/selection.ts";
import { DEVICE_COLUMNS } from "../kit/columns/devices.ts";

export default defineCommand({
  summary: text("add tags to devices or remove tags from them", "デバイスのタグを追加・削除する"),
  args: CHOSEN_DEVICES.args,
  options: {
    add: { kind: "string", value: "TAG", repeatable: true, about: text("tag to add", "追加するタグ") },
    remove: { kind: "string", value: "TAG", repeatable: true, about: text("tag to remove", "削除するタグ") },
    ...CHOSEN_DEVICES.options,
    dryRun: DRY_RUN_OPTION,
  },
  anyOf: [
    ["add", "remove"],
    ["device", "file"],
  ],
  examples: [
    { line: "clomoctl devices tag SERIAL000001 SERIAL000002 --add 貸出用" },
    { line: "clomoctl devices tag SERIAL000001 --add 返却済 --remove 貸出用 --dry-run" },
  ],
  exits: ["input-rejected", "not-permitted", "not-found", "locked", "partial"],
  shows: DEVICE_COLUMNS,
  async run(tools, { add, remove, ...input }) {
    const { client } = await tools.tenant("devices");
    return changeDevices(tools, input, [...DEVICE.usual, "tags"], (_, request) =>
      client.devices.tag({ ...request, add: [...add], remove: [...remove] }),
    );
  },
});
