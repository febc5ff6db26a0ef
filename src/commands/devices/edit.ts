import { commandName, line } from "../../lib/advice/index.ts";
import { DEVICE } from "../../lib/model/device.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { DRY_RUN, refuseNothing, valueOptions, valuesOf } from "../records/options.ts";
import { BEFORE_WRITING, showWritten, WHILE_WRITING } from "../records/written.ts";
import { DEVICE_ARGUMENT, DEVICE_COLUMNS, deviceNamed } from "./columns.ts";
import { DEVICE_WRITTEN } from "./written.ts";

export default defineCommand({
  summary: text("change a device", "デバイスを変更する"),
  details: [
    text(
      `What is not given stays; an empty value (--memo '') removes one. The owner: ${line("devices set-owner", [])}; tags: ${line("devices tag", [])}.`,
      `指定しないものは変わりません。空の値(--memo '')で消せます。所有者の変更: ${line("devices set-owner", [])}、タグの変更: ${line("devices tag", [])}`,
    ),
  ],
  args: { device: DEVICE_ARGUMENT },
  options: { ...valueOptions(DEVICE.fields, { without: ["owner", "ownerOrg", "tags"] }), dryRun: DRY_RUN },
  examples: [
    { line: "clomoctl devices edit SERIAL000001 --identification-name '営業部 1 号機'" },
    { line: "clomoctl devices edit SERIAL000002 --memo '' --dry-run" },
  ],
  exits: ["input-rejected", "not-permitted", "not-found", "locked"],
  shows: DEVICE_COLUMNS,
  async run(tools, { device, dryRun, ...options }) {
    tools.describeState(() => BEFORE_WRITING);
    const values = await valuesOf(DEVICE.fields, options);
    refuseNothing(values, commandName("devices edit"));
    const { client } = await tools.tenant("devices");
    const { id } = await deviceNamed(client, device);
    tools.describeState(() => WHILE_WRITING);
    await showWritten(tools, await client.devices.edit(id, { ...values, dryRun }), DEVICE_WRITTEN);
  },
});
