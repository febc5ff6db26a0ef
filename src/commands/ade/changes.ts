import { line, type Step } from "../../lib/advice/index.ts";
import type { Ade, AdeSync, Client } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { assessAdeHealth } from "../../lib/model/ade-health.ts";
import { formatCount, same, text, type Text } from "../../lib/text/index.ts";
import { isDefaultTable, isRecordOutputRequested, listColumns } from "../listing/list.ts";
import type { Tools } from "../tools.ts";
import {
  areAllPending,
  buildAssignmentSteps,
  buildMissingDeviceSteps,
  buildNoDevicesStep,
  buildRetrySteps,
} from "./next.ts";
import { SYNC_COLUMNS, warnOfConditions } from "./shown.ts";

/** Maximum number of devices that are named per kind of change. */
const MAX_NAMED_DEVICES = 20;

/** Columns of a sync result that are shown by default, both on terminals and in pipes. */
const DEFAULT_SYNC_COLUMNS = ["kind", "state", "created", "changed", "released", "missing", "registered", "unreadable"];

type DeviceChangeKind = "created" | "released" | "missing";

const CHANGE_LABELS: Readonly<Record<DeviceChangeKind, Text>> = {
  created: text("new", "新規"),
  released: text("released", "解除"),
  missing: text("missing", "見つからない"),
};

/** Prints the result of a run: what changed, which devices are not ready, and what to type next. */
export async function printSyncResult(
  tools: Tools,
  client: Client<"ade" | "profiles">,
  run: AdeSync,
  ade: Ade,
): Promise<void> {
  const { terminal, globals, clock } = tools;
  const columns = listColumns(terminal, SYNC_COLUMNS, DEFAULT_SYNC_COLUMNS);
  const isUnchanged = run.created + run.changed + run.released + run.missing + run.assigned === 0;
  // a job of cron mails everything that it prints
  const isHidden = globals.quiet && isUnchanged && run.unreadable === 0 && !isRecordOutputRequested(tools);
  if (!isHidden)
    await terminal.show(isDefaultTable(terminal) ? columns.filter(({ value }) => value(run) !== 0) : columns, run);
  if (globals.quiet) return warnOfDevices(tools, client, run, ade);
  await warnOfUnreadable(tools, client, run, "all");
  if (isUnchanged && ade.counts.present > 0) await terminal.note(NO_CHANGES_NOTE);
  if (run.assigned > 0) await terminal.note(describeAssignedProfiles(run.assigned));
  await printSerialNumbers(tools, client, run, "released");
  if (run.released > 0) await terminal.note(RELEASED_NOTE);
  const waiting = ade.counts.notReady === 0 ? [] : await findFirstNotReady(client);
  const named = waiting.map(({ serial }) => serial);
  if (!(await areNewDevicesNotReady(client, run, ade.counts.notReady, named)))
    await printSerialNumbers(tools, client, run, "created");
  if (run.created > 0 && run.registered === 0 && ade.mirror) await terminal.note(NOT_REGISTERED_NOTE);
  if (ade.counts.notReady > 0) await warnOfDevicesNotReady(tools, client, ade, waiting);
  else if (run.state === "done" && ade.counts.missing === 0) await reportReadiness(tools, ade, run.created);
  for (const step of buildCurrentRetrySteps(tools, ade)) await terminal.note(step);
  if (run.state === "done" && ade.counts.missing > 0) {
    const missing = assessAdeHealth(ade, clock.now()).filter(({ id }) => id === "missing-devices");
    await warnOfConditions(tools, missing);
    for (const step of buildMissingDeviceSteps(ade.counts.missing)) await terminal.note(step);
  }
  if (run.kind === "delta") await terminal.note(DELTA_LIMITS_NOTE);
}

/**
 * Warns of what needs action after a run, once per change: records that could not be read, released devices (if the
 * result does not show them), and devices that are newly not ready since the last completed run.
 */
export async function warnOfDevices(
  tools: Tools,
  client: Client<"ade" | "profiles">,
  run: AdeSync,
  ade: Ade,
): Promise<void> {
  const { terminal, globals } = tools;
  await warnOfUnreadable(tools, client, run, "new");
  if (globals.quiet && run.released > 0) await warnOfReleased(tools, client, run);
  if (ade.counts.notReady === 0) return;
  const { items, next } = await client.ade.syncChanges(run.id, { which: "not-ready" });
  if (items.length === 0) return;
  const many = next === null ? "" : "+";
  const what = text(
    `${items.length}${many} new or changed ${items.length === 1 ? "device is" : "devices are"} not ready: do not switch them on until they have an ADE profile`,
    `新規または変更のあったデバイスのうち、${items.length}${many} 台の準備が完了していません。ADE プロファイルを割り当てるまで電源を入れないでください`,
  );
  const steps = areAllPending(ade) ? [] : buildAssignmentSteps(await client.profiles.list());
  await terminal.warn(what, [formatFirstNames(items, items.length), ...steps, ...buildCurrentRetrySteps(tools, ade)]);
}

/** Warns of the records that a run could not read; with `new`, only of those that no earlier run reported. */
async function warnOfUnreadable(
  { terminal }: Tools,
  client: Client<"ade">,
  run: AdeSync,
  which: "all" | "new",
): Promise<void> {
  if (run.unreadable === 0) return;
  const records = await client.ade.unreadable(run.id);
  const told = which === "all" ? records : records.filter(({ isNew }) => isNew);
  if (told.length === 0) return;
  const count = run.unreadable - (records.length - told.length);
  const names = told.map(({ serialNumber, place, member }) => `${serialNumber ?? place} (${member})`);
  const isAll = count === run.unreadable;
  const [en, ja] = isAll
    ? [formatCount(count, "device record"), ` ${count} 件`]
    : [
        `${formatCount(count, "more device record")} (${run.unreadable} in total)`,
        `新たに ${count} 件(全部で ${run.unreadable} 件)`,
      ];
  const what = text(
    `${en} in Apple's response could not be read and ${count === 1 ? "was" : "were"} skipped; the next sync fetches all devices again`,
    `Apple の応答に読み取れないデバイス情報が${ja}あり、取り込みませんでした。次の同期で全件を取得し直します`,
  );
  await terminal.warn(what, [formatFirstNames(names, count)]);
}

/** Warns of devices that a run released. */
async function warnOfReleased({ terminal }: Tools, client: Client<"ade">, run: AdeSync): Promise<void> {
  const { items } = await client.ade.syncChanges(run.id, { which: "released" });
  const { released } = run;
  const what = text(
    `${formatCount(released, "device")} ${released === 1 ? "is" : "are"} released: ${RELEASED_NOTE.en}`,
    `${released} 台のデバイスが解除されました。${RELEASED_NOTE.ja}`,
  );
  await terminal.warn(what, [formatFirstNames(items, released)]);
}

/** Formats names; if there are many, only the first ones are included.  @param count total number of names */
const formatFirstNames = (names: readonly string[], count: number): Text => {
  const [shown, { en, ja }] = [names.slice(0, MAX_NAMED_DEVICES).join(" "), formatRemainder(count)];
  return text(`${shown}${en}`, `${shown}${ja}`);
};

const buildCurrentRetrySteps = ({ terminal, clock }: Tools, ade: Ade): readonly Step[] =>
  buildRetrySteps(ade, clock.now().getTime(), (instant) => terminal.moment(instant));

const NO_CHANGES_NOTE = text("no changes since the last sync", "前回の同期から変更はありません");

const describeAssignedProfiles = (count: number): Text =>
  text(
    `ADE profiles were assigned to ${formatCount(count, "device")} (pending assignments and automatic assignments to new devices)`,
    `${count} 台に ADE プロファイルを割り当てました(割り当て待ち、または自動適用)`,
  );

const RELEASED_NOTE = text(
  "at Apple, released devices no longer belong to this MDM server; their records and owners in Devices are kept",
  "Apple 側でこの MDM サーバから外れたデバイスです。「Devices」のデバイス情報と所有者はそのまま残ります",
);

const NOT_REGISTERED_NOTE = text(
  "no devices were added to Devices, because this is a rehearsal in a mirror of the console",
  "管理画面のミラーでの練習のため、「Devices」には追加していません",
);

const DELTA_LIMITS_NOTE = text(
  `a delta sync finds only changes that Apple reports; a full sync, which runs automatically once a day, finds all changes. To run a full sync now: ${line("ade sync", [], { full: true })}`,
  `Apple が通知しない変更は差分では見つからず、1 日 1 回の全件取得で見つかります。すぐに確認するには: ${line("ade sync", [], { full: true })}`,
);

/** Prints the serial numbers of devices in a run; if there are many, only the first ones. */
export async function printSerialNumbers(
  { terminal }: Pick<Tools, "terminal">,
  client: Client<"ade">,
  run: AdeSync,
  which: DeviceChangeKind,
): Promise<void> {
  if (run[which] === 0) return;
  const { items } = await client.ade.syncChanges(run.id, { which });
  const { en, ja } = CHANGE_LABELS[which];
  const named = formatFirstNames(items, run[which]);
  await terminal.note(text(`${en}: ${named.en}`, `${ja}: ${named.ja}`));
}

const formatRemainder = (count: number): Text =>
  count > MAX_NAMED_DEVICES
    ? text(` and ${count - MAX_NAMED_DEVICES} more`, ` ほか ${count - MAX_NAMED_DEVICES} 台`)
    : same("");

interface WaitingDevice {
  readonly serial: string;
  readonly status: string;
}

/** Returns the first devices that must not be switched on yet. */
async function findFirstNotReady(client: Client<"ade">): Promise<readonly WaitingDevice[]> {
  const found: WaitingDevice[] = [];
  for await (const { serialNumber, profileStatus } of client.ade.devices({ notReady: true })) {
    if (found.length === MAX_NAMED_DEVICES) break;
    found.push({ serial: serialNumber, status: profileStatus ?? "empty" });
  }
  return found;
}

/** Returns true if the new devices are exactly the devices that are not ready. The devices are then named only once. */
async function areNewDevicesNotReady(
  client: Client<"ade">,
  run: AdeSync,
  notReady: number,
  named: readonly string[],
): Promise<boolean> {
  if (run.created === 0 || run.created !== notReady) return false;
  const { items } = await client.ade.syncChanges(run.id, { which: "created" });
  return named.every((serial) => items.includes(serial));
}

/** Warns of all devices that must not be switched on yet, by the state of their ADE profile, with what to do. */
async function warnOfDevicesNotReady(
  { terminal }: Tools,
  client: Client<"profiles">,
  ade: Ade,
  waiting: readonly WaitingDevice[],
): Promise<void> {
  const count = ade.counts.notReady;
  const what = text(
    `${formatCount(count, "device")} not ready: do not switch them on until they have an ADE profile`,
    `準備が完了していないデバイスが ${count} 台あります。ADE プロファイルを割り当てるまで電源を入れないでください`,
  );
  const byStatus = [...Map.groupBy(waiting, (device) => device.status)].map(([status, devices]) => {
    const named = devices.map(({ serial }) => serial).join(" ");
    return text(`ADE profile state ${status}: ${named}`, `ADE プロファイル状態 ${status}: ${named}`);
  });
  const steps = areAllPending(ade) ? [] : buildAssignmentSteps(await client.profiles.list());
  await terminal.warn(what, [...byStatus, ...describeMoreNotReady(count - MAX_NAMED_DEVICES), ...steps]);
}

const describeMoreNotReady = (more: number): readonly Text[] => {
  const list = line("ade devices list", [], { notReady: true });
  return more > 0 ? [text(`and ${more} more: ${list}`, `ほか ${more} 台: ${list}`)] : [];
};

async function reportReadiness(tools: Tools, ade: Ade, created: number): Promise<void> {
  const { terminal } = tools;
  const { present, unreadable } = ade.counts;
  if (present === 0) return unreadable > 0 ? undefined : terminal.note(buildNoDevicesStep(ade));
  await terminal.note(unreadable > 0 ? describeReadyExcept(unreadable) : describeAllReady(present));
  if (created > 0 && !ade.mirror) await terminal.note(SET_OWNER_HINT);
}

const describeAllReady = (present: number): Text =>
  present === 1
    ? text("the device is ready to be switched on", "デバイスの準備ができています。電源を入れて設定を始められます")
    : text(
        `all ${present} devices are ready to be switched on`,
        `${present} 台すべて準備ができています。電源を入れて設定を始められます`,
      );

const describeReadyExcept = (unreadable: number): Text =>
  text(
    `all devices are ready to be switched on, except ${formatCount(unreadable, "device")} with an unreadable record`,
    `デバイス情報を読み取れなかった ${unreadable} 台を除き、すべて準備ができています。電源を入れて設定を始められます`,
  );

const SET_OWNER_HINT = text(
  `to set the owner of a device: ${line("devices set-owner", ["SERIAL"], { user: "MAIL" })}`,
  `所有者を設定するには: ${line("devices set-owner", ["SERIAL"], { user: "MAIL" })}`,
);

/** Describes devices that Apple no longer lists and whose release was not confirmed. */
export const describeUnconfirmedReleases = (missing: number): Text =>
  text(
    `Apple no longer lists ${formatCount(missing, "device")}. Missing devices are only marked as missing, not released, because Apple sometimes leaves devices out for about a day. To check: ${line("ade devices list", [], { state: "missing" })}; to mark the devices as released in clomoctl: ${line("ade sync", [], { full: true, maxDeletions: missing })}`,
    `Apple 側で見つからないデバイスが ${missing} 台あります(「見つからない」としただけで、解除していません。1 日ほど見えなくなることもあります)。確認: ${line("ade devices list", [], { state: "missing" })}、解除: ${line("ade sync", [], { full: true, maxDeletions: missing })}`,
  );

/** Failure of a sync run that was stopped before its end. */
export const SYNC_INTERRUPTED_FAILURE = new Failure("unavailable", {
  what: text("the sync was interrupted", "同期が中断されました"),
  hint: text(`to resume the sync: ${line("ade sync", [])}`, `続きから実行するには ${line("ade sync", [])}`),
});
