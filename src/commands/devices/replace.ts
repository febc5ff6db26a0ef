import { DEVICE, mayRequireWipe } from "../../lib/model/device.ts";
import { line, step } from "../../lib/advice/index.ts";
import type { Client } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { same, text } from "../../lib/text/index.ts";
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
  details: [
    text(
      "Moves the owner, the telephone number, the tags and the memo of OLD to NEW in one change, and gives OLD the tag 返却済み. NEW is a device without an owner. If there is no device with this serial number, check it; --create creates the device. The tags and the memo that NEW already has stay. Tags are used because the console has tags and can import them.",
      "OLD の所有者・電話番号・タグ・メモを 1 回の変更で NEW に移し、OLD にタグ「返却済み」を付けます。NEW は所有者のないデバイスです。登録されていないシリアルナンバーは、誤りがないか確かめてください。--create を付けると、デバイスを作成します。NEW に付いているタグとメモは残ります。印にタグを使うのは、管理画面にもタグがあり、インポートできるためです。",
    ),
    text(
      "If OLD is a 管理中 Android device, it has to be wiped, except in Dedicated device mode. Confirm this when asked, or with --confirm-wipes 1. A 管理外 device keeps its owner: set its status first, or delete it.",
      "OLD が管理中の Android デバイスのときは、Dedicated device モード以外では初期化が必要です。確認に答えるか、--confirm-wipes 1 を指定してください。管理外のデバイスの所有者は外せません。先に状態を直すか、デバイスを削除してください。",
    ),
  ],
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
    if (known.length === 0 && !create) throw await createUnknownReplacementFailure(client, { old, typed });
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
async function createUnknownReplacementFailure(
  client: Client<"devices">,
  { old, typed }: { readonly old: string; readonly typed: string },
): Promise<Failure> {
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
