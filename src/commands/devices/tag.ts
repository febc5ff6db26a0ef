import { Failure } from "../../lib/errors/index.ts";
import { DEVICE } from "../../lib/model/device.ts";
import { comparisonKey } from "../../lib/model/normalise.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { listColumns } from "../listing/list.ts";
import { DRY_RUN } from "../records/options.ts";
import { BEFORE_WRITING, showAllWritten, WHILE_WRITING } from "../records/written.ts";
import { DEVICE_ARGUMENT, DEVICE_COLUMNS, devicesNamed } from "./columns.ts";
import { DEVICE_WRITTEN } from "./written.ts";

export default defineCommand({
  summary: text("add tags to devices and remove others", "デバイスのタグを追加・削除する"),
  details: [
    text(
      "All of them or none. A tag that a device has already, or has not, is no mistake.",
      "すべてのデバイスを変更するか、1 台も変更しないかのどちらかです。すでに付いているタグの追加や、付いていないタグの削除はエラーになりません。",
    ),
  ],
  args: { device: { ...DEVICE_ARGUMENT, repeatable: true } },
  options: {
    add: { kind: "string", value: "TAG", repeatable: true, about: text("a tag to add", "追加するタグ") },
    remove: { kind: "string", value: "TAG", repeatable: true, about: text("a tag to remove", "削除するタグ") },
    dryRun: DRY_RUN,
  },
  examples: [
    { line: "clomoctl devices tag SERIAL000001 SERIAL000002 --add 貸出用" },
    { line: "clomoctl devices tag SERIAL000001 --add 返却済 --remove 貸出用 --dry-run" },
  ],
  exits: ["input-rejected", "not-permitted", "not-found", "locked"],
  shows: DEVICE_COLUMNS,
  async run(tools, { device, add, remove, dryRun }) {
    tools.describeState(() => BEFORE_WRITING);
    if (add.length + remove.length === 0) throw nothingNamed();
    refuseBoth(add, remove);
    const { client } = await tools.tenant("devices");
    const ids = (await devicesNamed(client, device)).map(({ id }) => id);
    tools.describeState(() => WHILE_WRITING);
    await showAllWritten(tools, await client.devices.tag({ ids, add: [...add], remove: [...remove], dryRun }), {
      ...DEVICE_WRITTEN,
      listed: listColumns(tools.terminal, DEVICE_COLUMNS, [...DEVICE.usual, "tags"]),
    });
  },
});

/** @throws `usage` where a tag is to be added and removed */
function refuseBoth(add: readonly string[], remove: readonly string[]): void {
  const removed = new Set(remove.map((tag) => comparisonKey("name", tag)));
  const both = add.find((tag) => removed.has(comparisonKey("name", tag)));
  if (both === undefined) return;
  throw new Failure("usage", {
    what: text(`the tag ${both} is to be added and removed`, `タグ「${both}」の追加と削除が同時に指定されています`),
    where: "--add --remove",
    hint: text("give it to one of the two", "どちらか一方だけに指定してください"),
  });
}

const nothingNamed = (): Failure =>
  new Failure("usage", {
    what: text("no tag is named", "タグが指定されていません"),
    hint: text("give --add TAG or --remove TAG", "--add か --remove でタグを指定してください"),
  });
