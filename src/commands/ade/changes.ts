import type { Ade, AdeSync, Client } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { counted, same, text, type Text } from "../../lib/text/index.ts";
import { isUsualTable, listColumns } from "../listing/list.ts";
import type { Tools } from "../tools.ts";
import { allWait, assignSteps, missingSteps, noDevicesStep, waitingSteps } from "./next.ts";
import { proposeStep, SYNC_COLUMNS } from "./shown.ts";

/** Devices that are named, of each sort. */
const MOST_NAMED = 20;

/** What people and pipes get of a run. */
const USUAL = ["kind", "state", "created", "changed", "released", "missing", "registered"];

type Which = "created" | "released" | "missing";

const NAMES: Readonly<Record<Which, Text>> = {
  created: text("new", "新規"),
  released: text("gone", "解除"),
  missing: text("missing", "見つからない"),
};

/** Says what a run came to: what changed, which devices are not ready, and what to type next. */
export async function tellRun(tools: Tools, client: Client<"ade" | "profiles">, run: AdeSync, ade: Ade): Promise<void> {
  const { terminal } = tools;
  const columns = listColumns(terminal, SYNC_COLUMNS, USUAL);
  await terminal.show(isUsualTable(terminal) ? columns.filter(({ value }) => value(run) !== 0) : columns, run);
  if (run.created + run.changed + run.released + run.missing + run.assigned === 0 && ade.counts.present > 0)
    await terminal.note(NOTHING_CHANGED);
  if (run.assigned > 0) await terminal.note(gotProfile(run.assigned));
  await nameSerials(tools, client, run, "released");
  if (run.released > 0) await terminal.note(RELEASED);
  const waiting = ade.counts.notReady === 0 ? [] : await firstNotReady(client);
  const named = waiting.map(({ serial }) => serial);
  if (!(await areAll(client, run, ade.counts.notReady, named))) await nameSerials(tools, client, run, "created");
  if (run.created > 0 && run.registered === 0 && ade.mirror) await terminal.note(NOT_REGISTERED);
  if (ade.counts.notReady > 0) await tellNotReady(tools, client, ade, waiting);
  else if (run.state === "done" && ade.counts.missing === 0) await tellReady(tools, ade, run.created);
  const now = tools.clock.now().getTime();
  for (const step of waitingSteps(ade, now, (instant) => terminal.moment(instant))) await proposeStep(tools, step);
  if (run.state === "done") for (const step of missingSteps(ade.counts.missing)) await proposeStep(tools, step);
  if (run.kind === "delta") await terminal.note(ONLY_FULL);
}

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
  "a delta, only what has changed since, lacks what Apple does not tell as a change; a full sync finds it, once a day by itself: clomoctl ade sync --full",
  "Apple が通知しない変更は差分では見つからず、1 日 1 回の全件取得で見つかります。すぐに確認するには: clomoctl ade sync --full",
);

/** Names devices of a run; the first ones of many. */
export async function nameSerials(
  { terminal }: Pick<Tools, "terminal">,
  client: Client<"ade">,
  run: AdeSync,
  which: Which,
): Promise<void> {
  if (run[which] === 0) return;
  const { items } = await client.ade.syncChanges(run.id, { which });
  const { en, ja } = NAMES[which];
  const named = items.slice(0, MOST_NAMED).join(" ");
  const more = andMore(run[which]);
  await terminal.note(text(`${en}: ${named}${more.en}`, `${ja}: ${named}${more.ja}`));
}

const andMore = (count: number): Text =>
  count > MOST_NAMED ? text(` and ${count - MOST_NAMED} more`, ` ほか ${count - MOST_NAMED} 台`) : same("");

interface Waiting {
  readonly serial: string;
  readonly status: string;
}

/** The first devices that are not to be switched on yet. */
async function firstNotReady(client: Client<"ade">): Promise<readonly Waiting[]> {
  const found: Waiting[] = [];
  for await (const { serialNumber, profileStatus } of client.ade.devices({ notReady: true })) {
    if (found.length === MOST_NAMED) break;
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

/** Names devices that must not be switched on yet by the state of their profile, and what to do about them. */
async function tellNotReady(
  tools: Tools,
  client: Client<"profiles">,
  ade: Ade,
  waiting: readonly Waiting[],
): Promise<void> {
  const { terminal } = tools;
  const count = ade.counts.notReady;
  await terminal.warn(
    text(
      `${counted(count, "device")} not ready: do not switch them on before they have an ADE profile`,
      `準備が完了していないデバイスが ${count} 台あります。ADE プロファイルを割り当てるまで電源を入れないでください`,
    ),
  );
  for (const [status, devices] of Map.groupBy(waiting, (device) => device.status)) {
    const named = devices.map(({ serial }) => serial).join(" ");
    await terminal.note(text(`ADE profile: ${status}: ${named}`, `ADE プロファイル状態 ${status}: ${named}`));
  }
  if (count > MOST_NAMED) {
    const more = count - MOST_NAMED;
    await terminal.note(
      text(
        `and ${more} more: clomoctl ade devices list --not-ready`,
        `ほか ${more} 台: clomoctl ade devices list --not-ready`,
      ),
    );
  }
  if (allWait(ade)) return;
  for (const step of assignSteps(await client.profiles.list())) await proposeStep(tools, step);
}

async function tellReady(tools: Tools, ade: Ade, created: number): Promise<void> {
  const { terminal } = tools;
  const { present } = ade.counts;
  if (present === 0) return proposeStep(tools, noDevicesStep(ade));
  await terminal.note(
    present === 1
      ? text("the device is ready to be switched on", "デバイスの準備ができています。電源を入れて設定を始められます")
      : text(
          `all ${present} devices are ready to be switched on`,
          `${present} 台すべて準備ができています。電源を入れて設定を始められます`,
        ),
  );
  if (created > 0 && !ade.mirror) await terminal.note(OWNERS);
}

const OWNERS = text(
  "to give one to its owner: clomoctl devices set-owner SERIAL --user MAIL",
  "所有者を設定するには: clomoctl devices set-owner SERIAL --user MAIL",
);

/** What is said of devices that are gone and were not confirmed. */
export const notConfirmed = (missing: number): Text =>
  text(
    `${counted(missing, "device")} that Apple no longer has: marked missing, nothing was released (Apple leaves devices out for about a day at times). To look: clomoctl ade devices list --state missing; to forget their ADE state here: clomoctl ade sync --full --max-deletions ${missing}`,
    `Apple 側で見つからないデバイスが ${missing} 台あります(「見つからない」としただけで、解除していません。1 日ほど見えなくなることもあります)。確認: clomoctl ade devices list --state missing、解除: clomoctl ade sync --full --max-deletions ${missing}`,
  );

/** Of a run that somebody stopped. */
export const CUT_OFF = new Failure("unavailable", {
  what: text("the sync was cut off", "同期が中断されました"),
  hint: text("to go on with it: clomoctl ade sync", "続きから実行するには clomoctl ade sync"),
});
