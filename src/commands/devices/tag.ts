import { Failure } from "../../lib/errors/index.ts";
import { DEVICE } from "../../lib/model/device.ts";
import { comparisonKey } from "../../lib/model/normalise.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { listColumns } from "../listing/list.ts";
import { DRY_RUN_OPTION } from "../records/options.ts";
import { showWrittenRecords } from "../records/change-result.ts";
import { DEVICE_ARGUMENT, DEVICE_COLUMNS, findDevicesByName } from "./columns.ts";
import { DEVICE_RESULT_LAYOUT } from "./writing/result.ts";

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
    rejectTagConflict(add, remove);
    const { client } = await tools.tenant("devices");
    const ids = (await findDevicesByName(client, device)).map(({ id }) => id);
    await showWrittenRecords(tools, await client.devices.tag({ ids, add: [...add], remove: [...remove], dryRun }), {
      ...DEVICE_RESULT_LAYOUT,
      listed: listColumns(tools.terminal, DEVICE_COLUMNS, [...DEVICE.usual, "tags"]),
    });
  },
});

/** Rejects a tag that is to be both added and removed.  @throws `usage` if there is one */
function rejectTagConflict(add: readonly string[], remove: readonly string[]): void {
  const removed = new Set(remove.map((tag) => comparisonKey("name", tag)));
  const both = add.find((tag) => removed.has(comparisonKey("name", tag)));
  if (both === undefined) return;
  throw new Failure("usage", {
    what: text(
      `the tag "${both}" is given for both --add and --remove`,
      `タグ「${both}」の追加と削除が同時に指定されています`,
    ),
    where: "--add --remove",
    hint: text("pass the tag to only one of the two options", "どちらか一方だけに指定してください"),
  });
}
