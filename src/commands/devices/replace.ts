import { DEVICE, mayRequireWipe } from "../../lib/model/device.ts";
import { line, step } from "../../lib/advice/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { listColumns } from "../listing/list.ts";
import { requireSingleMatch } from "../listing/single-match.ts";
import { requireNamedContext } from "../permission.ts";
import { DRY_RUN_OPTION } from "../records/options.ts";
import { getRevisionBeforePrompt } from "../records/seen.ts";
import { STATE_UNCHANGED, showWrittenRecords, STATE_MAYBE_CHANGED } from "../records/change-result.ts";
import { askWipeCount } from "../../lib/plan/confirm.ts";
import { DEVICE_ARGUMENT, DEVICE_COLUMNS, DEVICE_NAMES, findDeviceByName } from "./columns.ts";
import { CONFIRM_WIPES, DEVICE_RESULT_LAYOUT, noteWipes, warnOfSharedAccounts } from "./writing/result.ts";

export default defineCommand({
  summary: text("move the use of a device to another device", "デバイスを別のデバイスに交換する"),
  args: {
    old: { ...DEVICE_ARGUMENT, value: "OLD" },
    new: {
      kind: "string",
      required: true,
      value: "NEW",
      about: text("serial number of the new device", "新しいデバイスのシリアルナンバー"),
    },
  },
  options: {
    create: {
      kind: "boolean",
      about: text("create NEW if it does not exist", "NEW が登録されていなければ作成する"),
    },
    confirmWipes: CONFIRM_WIPES,
    dryRun: DRY_RUN_OPTION,
  },
  examples: [{ line: "clomoctl devices replace SERIAL000001 SERIAL000201 --dry-run" }],
  exits: ["input-rejected", "not-permitted", "not-found", "conflict", "locked"],
  shows: DEVICE_COLUMNS,
  async run(tools, { old, new: typed, create, confirmWipes, dryRun }) {
    tools.describeState(() => STATE_UNCHANGED);
    const chosen = await tools.tenant("devices");
    const { client } = chosen;
    if (!dryRun) requireNamedContext(tools, chosen, { confirmWipes });
    const mayAsk = !dryRun && confirmWipes === undefined;
    const seen = mayAsk ? await getRevisionBeforePrompt(tools) : undefined;
    const device = await findDeviceByName(client, old);
    const known = await client.devices.find({ name: typed });
    if (known.length === 0 && !create) throw createUnknownReplacementFailure(old, typed);
    const { serialNumber } =
      known.length === 0 ? { serialNumber: typed } : requireSingleMatch(typed, known, DEVICE_NAMES);
    const wiped = mayRequireWipe(device, undefined) ? [device] : [];
    const asks = mayAsk && wiped.length > 0;
    const asked = { id: device.id, serialNumber, wipes: confirmWipes ?? wiped.length };
    // a dry run first, so that nobody is asked about a change that the tenant refuses
    if (asks) await client.devices.replace({ ...asked, dryRun: true });
    await noteWipes(tools, wiped);
    if (asks) await askWipeCount(tools.terminal, wiped.length);
    tools.describeState(() => STATE_MAYBE_CHANGED);
    const all = await client.devices.replace({ ...asked, seen: asks ? seen : undefined, dryRun });
    await showWrittenRecords(tools, all, {
      ...DEVICE_RESULT_LAYOUT,
      listed: listColumns(tools.terminal, DEVICE_COLUMNS, DEVICE.usual),
    });
    await warnOfSharedAccounts(tools, client, all);
  },
});

/** Returns the failure for a new serial number that no device has: it may be mistyped. */
function createUnknownReplacementFailure(old: string, typed: string): Failure {
  const create = step(
    "if the serial number is right",
    "シリアルナンバーが正しければ",
    line("devices replace", [old, typed], { create: true }),
  );
  return new Failure("not-found", {
    what: text(`no device has the serial number "${typed}"`, `シリアルナンバー「${typed}」のデバイスはありません`),
    hint: create,
  });
}
