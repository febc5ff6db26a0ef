import { line, type Step } from "../../lib/advice/index.ts";
import type { Ade, AdeSync, Client } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { adeHealth } from "../../lib/model/ade-health.ts";
import { counted, same, text, type Text } from "../../lib/text/index.ts";
import { isUsualTable, listColumns } from "../listing/list.ts";
import type { Tools } from "../tools.ts";
import { allWait, assignSteps, missingSteps, noDevicesStep, waitingSteps } from "./next.ts";
import { SYNC_COLUMNS, warnOfConditions } from "./shown.ts";

/** Devices that are named, of each sort. */
const MAX_NAMED = 20;

/** What people and pipes get of a run. */
const USUAL = ["kind", "state", "created", "changed", "released", "missing", "registered", "unreadable"];

type DeviceChangeKind = "created" | "released" | "missing";

const NAMES: Readonly<Record<DeviceChangeKind, Text>> = {
  created: text("new", "新規"),
  released: text("gone", "解除"),
  missing: text("missing", "見つからない"),
};

/** Prints the result of a run: what changed, which devices are not ready, and what to type next. */
export async function tellRun(tools: Tools, client: Client<"ade" | "profiles">, run: AdeSync, ade: Ade): Promise<void> {
  const { terminal, globals, clock } = tools;
  const columns = listColumns(terminal, SYNC_COLUMNS, USUAL);
  await terminal.show(isUsualTable(terminal) ? columns.filter(({ value }) => value(run) !== 0) : columns, run);
  if (globals.quiet) return warnOfDevices(tools, client, run, ade);
  await warnOfUnreadable(tools, client, run, "all");
  if (run.created + run.changed + run.released + run.missing + run.assigned === 0 && ade.counts.present > 0)
    await terminal.note(NOTHING_CHANGED);
  if (run.assigned > 0) await terminal.note(gotProfile(run.assigned));
  await nameSerials(tools, client, run, "released");
  if (run.released > 0) await terminal.note(RELEASED);
  const waiting = ade.counts.notReady === 0 ? [] : await firstNotReady(client);
  const named = waiting.map(({ serial }) => serial);
  if (!(await areAll(client, run, ade.counts.notReady, named))) await nameSerials(tools, client, run, "created");
  if (run.created > 0 && run.registered === 0 && ade.mirror) await terminal.note(NOT_REGISTERED);
  if (ade.counts.notReady > 0) await warnOfAllNotReady(tools, client, ade, waiting);
  else if (run.state === "done" && ade.counts.missing === 0) await tellReady(tools, ade, run.created);
  for (const step of waitingNow(tools, ade)) await terminal.note(step);
  if (run.state === "done" && ade.counts.missing > 0) {
    const missing = adeHealth(ade, clock.now()).filter(({ id }) => id === "missing-devices");
    await warnOfConditions(tools, missing);
    for (const step of missingSteps(ade.counts.missing)) await terminal.note(step);
  }
  if (run.kind === "delta") await terminal.note(ONLY_FULL);
}

/**
 * Warns of what needs action after a run, once per change: of records that could not be read, of devices that are gone if
 * nothing else names them, and of devices that became not ready since the last run that was completed.
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
    `${items.length}${many} new or changed ${items.length === 1 ? "device is" : "devices are"} not ready: do not switch them on before they have an ADE profile`,
    `新規または変更のあったデバイスのうち、${items.length}${many} 台の準備が完了していません。ADE プロファイルを割り当てるまで電源を入れないでください`,
  );
  const steps = allWait(ade) ? [] : assignSteps(await client.profiles.list());
  await terminal.warn(what, [firstNames(items, items.length), ...steps, ...waitingNow(tools, ade)]);
}

/** Names the records that a run could not read; the new ones are those that no run before has told of. */
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
    ? [counted(count, "device record"), ` ${count} 件`]
    : [
        `${counted(count, "more device record")} (${run.unreadable} in all)`,
        `新たに ${count} 件(全部で ${run.unreadable} 件)`,
      ];
  const what = text(
    `${en} in Apple's answer could not be read and ${count === 1 ? "was" : "were"} skipped; the next sync fetches all devices again`,
    `Apple の応答に読み取れないデバイスの記録が${ja}あり、取り込みませんでした。次の同期で全件を取得し直します`,
  );
  await terminal.warn(what, [firstNames(names, count)]);
}

/** Warns of devices that a run released. */
async function warnOfReleased({ terminal }: Tools, client: Client<"ade">, run: AdeSync): Promise<void> {
  const { items } = await client.ade.syncChanges(run.id, { which: "released" });
  const { released } = run;
  const what = text(
    `${counted(released, "device")} ${released === 1 ? "is" : "are"} gone: ${RELEASED.en}`,
    `${released} 台のデバイスが解除されました。${RELEASED.ja}`,
  );
  await terminal.warn(what, [firstNames(items, released)]);
}

/** Names, of which the first ones are shown. @param count how many there are */
const firstNames = (names: readonly string[], count: number): Text => {
  const [shown, { en, ja }] = [names.slice(0, MAX_NAMED).join(" "), andMore(count)];
  return text(`${shown}${en}`, `${shown}${ja}`);
};

const waitingNow = ({ terminal, clock }: Tools, ade: Ade): readonly Step[] =>
  waitingSteps(ade, clock.now().getTime(), (instant) => terminal.moment(instant));

const NOTHING_CHANGED = text("nothing has changed", "前回から変更はありません");

const gotProfile = (count: number): Text =>
  text(
    `${counted(count, "device")} got their ADE profile (assignments that waited, and the automatic one of new devices)`,
    `${count} 台に ADE プロファイルを割り当てました(割り当て待ち、または自動適用)`,
  );

const RELEASED = text(
  "Apple no longer has these for this server; their records in Devices stay, with their owners",
  "Apple 側でこの MDM サーバから外れたデバイスです。「Devices」の記録と所有者は残ります",
);

const NOT_REGISTERED = text(
  "a rehearsal adds nothing to Devices: they are the console's in a mirror",
  "管理画面のミラーでの練習のため、「Devices」には追加していません",
);

const ONLY_FULL = text(
  `a delta, only what has changed since, lacks what Apple does not tell as a change; a full sync finds it, once a day by itself: ${line("ade sync", [], { full: true })}`,
  `Apple が通知しない変更は差分では見つからず、1 日 1 回の全件取得で見つかります。すぐに確認するには: ${line("ade sync", [], { full: true })}`,
);

/** Names devices of a run; the first ones of many. */
export async function nameSerials(
  { terminal }: Pick<Tools, "terminal">,
  client: Client<"ade">,
  run: AdeSync,
  which: DeviceChangeKind,
): Promise<void> {
  if (run[which] === 0) return;
  const { items } = await client.ade.syncChanges(run.id, { which });
  const { en, ja } = NAMES[which];
  const named = firstNames(items, run[which]);
  await terminal.note(text(`${en}: ${named.en}`, `${ja}: ${named.ja}`));
}

const andMore = (count: number): Text =>
  count > MAX_NAMED ? text(` and ${count - MAX_NAMED} more`, ` ほか ${count - MAX_NAMED} 台`) : same("");

interface WaitingDevice {
  readonly serial: string;
  readonly status: string;
}

/** The first devices that are not to be switched on yet. */
async function firstNotReady(client: Client<"ade">): Promise<readonly WaitingDevice[]> {
  const found: WaitingDevice[] = [];
  for await (const { serialNumber, profileStatus } of client.ade.devices({ notReady: true })) {
    if (found.length === MAX_NAMED) break;
    found.push({ serial: serialNumber, status: profileStatus ?? "empty" });
  }
  return found;
}

/** Whether the new devices are those that are not ready: they are named once then. */
async function areAll(
  client: Client<"ade">,
  run: AdeSync,
  notReady: number,
  named: readonly string[],
): Promise<boolean> {
  if (run.created === 0 || run.created !== notReady) return false;
  const { items } = await client.ade.syncChanges(run.id, { which: "created" });
  return named.every((serial) => items.includes(serial));
}

/** Warns of all devices that must not be switched on yet, by the state of their profile, with what to do about them. */
async function warnOfAllNotReady(
  { terminal }: Tools,
  client: Client<"profiles">,
  ade: Ade,
  waiting: readonly WaitingDevice[],
): Promise<void> {
  const count = ade.counts.notReady;
  const what = text(
    `${counted(count, "device")} not ready: do not switch them on before they have an ADE profile`,
    `準備が完了していないデバイスが ${count} 台あります。ADE プロファイルを割り当てるまで電源を入れないでください`,
  );
  const byStatus = [...Map.groupBy(waiting, (device) => device.status)].map(([status, devices]) => {
    const named = devices.map(({ serial }) => serial).join(" ");
    return text(`ADE profile: ${status}: ${named}`, `ADE プロファイル状態 ${status}: ${named}`);
  });
  const steps = allWait(ade) ? [] : assignSteps(await client.profiles.list());
  await terminal.warn(what, [...byStatus, ...moreNotReady(count - MAX_NAMED), ...steps]);
}

const moreNotReady = (more: number): readonly Text[] => {
  const list = line("ade devices list", [], { notReady: true });
  return more > 0 ? [text(`and ${more} more: ${list}`, `ほか ${more} 台: ${list}`)] : [];
};

async function tellReady(tools: Tools, ade: Ade, created: number): Promise<void> {
  const { terminal } = tools;
  const { present, unreadable } = ade.counts;
  if (present === 0) return unreadable > 0 ? undefined : terminal.note(noDevicesStep(ade));
  await terminal.note(unreadable > 0 ? allBut(unreadable) : allReady(present));
  if (created > 0 && !ade.mirror) await terminal.note(OWNERS);
}

const allReady = (present: number): Text =>
  present === 1
    ? text("the device is ready to be switched on", "デバイスの準備ができています。電源を入れて設定を始められます")
    : text(
        `all ${present} devices are ready to be switched on`,
        `${present} 台すべて準備ができています。電源を入れて設定を始められます`,
      );

const allBut = (unreadable: number): Text =>
  text(
    `all but ${counted(unreadable, "device")}, whose record could not be read, are ready to be switched on`,
    `記録を読み取れなかった ${unreadable} 台を除き、すべて準備ができています。電源を入れて設定を始められます`,
  );

const OWNERS = text(
  `to give one to its owner: ${line("devices set-owner", ["SERIAL"], { user: "MAIL" })}`,
  `所有者を設定するには: ${line("devices set-owner", ["SERIAL"], { user: "MAIL" })}`,
);

/** What is said of devices that are gone and were not confirmed. */
export const notConfirmed = (missing: number): Text =>
  text(
    `${counted(missing, "device")} that Apple no longer has: marked missing, nothing was released (Apple leaves devices out for about a day at times). To look: ${line("ade devices list", [], { state: "missing" })}; to forget their ADE state here: ${line("ade sync", [], { full: true, maxDeletions: missing })}`,
    `Apple 側で見つからないデバイスが ${missing} 台あります(「見つからない」としただけで、解除していません。1 日ほど見えなくなることもあります)。確認: ${line("ade devices list", [], { state: "missing" })}、解除: ${line("ade sync", [], { full: true, maxDeletions: missing })}`,
  );

/** Of a run that somebody stopped. */
export const CUT_OFF = new Failure("unavailable", {
  what: text("the sync was cut off", "同期が中断されました"),
  hint: text(`to go on with it: ${line("ade sync", [])}`, `続きから実行するには ${line("ade sync", [])}`),
});
