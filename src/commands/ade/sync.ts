import { setTimeout as sleep } from "node:timers/promises";
import type { AdeSync, Client } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { SYNC_KINDS, SYNC_REASONS, type SyncKind } from "../../lib/model/ade.ts";
import { counted, same, text } from "../../lib/text/index.ts";
import { defineCommand, type Outcome } from "../command.ts";
import { readLimit } from "../imports/plan/limits.ts";
import type { Tools } from "../tools.ts";
import { assignStep } from "./next.ts";
import { failureOf, SYNC_COLUMNS, tellEndpoint } from "./shown.ts";

/** Between two looks at a run. */
const LOOK_MS = 100;

/** Devices that are named at the end, of each sort. */
const MOST_NAMED = 20;

export default defineCommand({
  summary: text("fetch the devices from Apple", "Apple からデバイスを取得する(同期)"),
  details: [
    text(
      "Without --full and --delta: full when none was completed in the last 24 hours, or the last one of any kind is more than 7 days ago; else a delta. A delta has what Apple says has changed, devices that were newly assigned too (unlike 差分 of CLOMO PANEL, which shows registered devices only); only a full one finds what that leaves out. What was cut off is gone on with.",
      "--full も --delta もないときは、24 時間以内に全件を取得していないか、前回から 7 日以上たっていれば全件、そうでなければ差分です。差分は Apple が変更として通知したもので、新しく割り当てたデバイスも含みます(CLOMO PANEL の「差分のみを取得する」は登録済みのデバイスだけです)。通知されない変更は全件でだけ見つかります。中断した同期は続きから実行します。",
    ),
    text(
      "New devices become 事前登録 records in Devices. Of devices that a full sync does not find, up to 5, or 5 %, are released at once; beyond that their number is asked for. Without a terminal they are only marked missing (exit 3), unless --max-deletions allows more. No record in Devices is deleted by a sync.",
      "新しいデバイスは「Devices」に事前登録として追加します。全件取得で見つからないデバイスは、5 台または 5% までは解除済みにし、それを超えると台数の入力を求めます。ターミナル以外では「見つからない」とするだけで終了コード 3 になり、--max-deletions で許容数を指定できます。同期で「Devices」の記録を削除することはありません。",
    ),
    text(
      "For cron, each morning at 6: 0 6 * * * clomoctl ade sync --no-input",
      "cron で毎朝 6 時に実行する例: 0 6 * * * clomoctl ade sync --no-input",
    ),
  ],
  args: {},
  options: {
    full: { kind: "boolean", about: text("fetch all devices (全件)", "全件を取得する") },
    delta: { kind: "boolean", about: text("fetch what has changed (差分)", "差分のみを取得する") },
    watch: {
      kind: "string",
      value: "1h",
      about: text("go on, a sync every so often: 30m, 1h", "指定した間隔(30m、1h など)で繰り返す"),
    },
    maxDeletions: {
      kind: "string",
      value: "N|P%",
      about: text("how many devices may be released without a question", "確認なしで解除済みにしてよい台数か割合"),
    },
  },
  examples: [
    { line: "clomoctl ade sync" },
    { line: "clomoctl ade sync --full --max-deletions 20" },
    { line: "clomoctl ade sync --watch 1h", about: text("until Ctrl-C", "Ctrl-C で終了") },
  ],
  exits: ["input-rejected", "not-permitted", "locked", "unavailable"],
  changes: true,
  shows: SYNC_COLUMNS,
  async run(tools, { full, delta, watch, maxDeletions }) {
    if (full && delta) throw NOT_BOTH;
    const most = maxDeletions === undefined ? undefined : readLimit("--max-deletions", maxDeletions);
    const everyMs = watch === undefined ? undefined : intervalOf(watch);
    const kind: SyncKind | undefined = full ? "full" : delta ? "delta" : undefined;
    const asked = { ...(kind && { kind }), ...(most && { most }) };
    const { client } = await tools.tenant("ade", "profiles");
    if (everyMs === undefined) return syncOnce(tools, client, asked);
    for (;;) {
      await watchOnce(tools, client, asked);
      await sleep(everyMs, undefined, { signal: tools.signal });
    }
  },
});

type Asked = Parameters<Client<"ade" | "profiles">["ade"]["sync"]>[0];

const NOT_BOTH = new Failure("usage", {
  what: text("--full and --delta exclude each other", "--full と --delta は同時に指定できません"),
  where: "clomoctl ade sync",
});

const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** @throws Failure `usage` */
function intervalOf(typed: string): number {
  const { count = "", unit = "" } = /^(?<count>[1-9]\d{0,3})(?<unit>[mhd])$/.exec(typed)?.groups ?? {};
  const ms = Number(count) * (UNITS[unit] ?? 0);
  if (ms > 0 && ms <= 7 * 86_400_000) return ms;
  throw new Failure("usage", {
    what: text(`${typed} is no interval up to 7d`, `「${typed}」は 7d 以内の間隔として読めません`),
    where: "--watch",
    hint: text("examples: 30m, 1h, 1d", "例: 30m、1h、1d"),
  });
}

/** What passes by itself does not end a watch. */
async function watchOnce(tools: Tools, client: Client<"ade" | "profiles">, asked: Asked): Promise<void> {
  try {
    await syncOnce(tools, client, asked);
  } catch (error) {
    if (!(error instanceof Failure) || (error.code !== "unavailable" && error.code !== "locked")) throw error;
    await tools.terminal.failure(error);
  }
}

async function syncOnce(tools: Tools, client: Client<"ade" | "profiles">, asked: Asked): Promise<Outcome> {
  const { terminal } = tools;
  tools.describeState(() =>
    text(
      "what was fetched is kept; clomoctl ade sync goes on with it",
      "取得済みの内容は保存されています。clomoctl ade sync で続きから実行できます",
    ),
  );
  const begun = await client.ade.sync(asked);
  const [kind, reason] = [SYNC_KINDS[begun.kind], SYNC_REASONS[begun.reason]];
  await terminal.note(text(`${kind.en} sync: ${reason.en}`, `${kind.ja}の取得: ${reason.ja}`));
  const ended = await follow(tools, client, begun);
  const ade = await client.ade.show();
  await tellEndpoint(tools, ade);
  if (ended.error !== null) throw failureOf(ended.error);
  if (ended.state === "cut-off") throw CUT_OFF;
  const settled = ended.state === "unconfirmed" ? await askRelease(tools, client, ended) : ended;
  await terminal.show(SYNC_COLUMNS, settled);
  await nameSerials(tools, client, settled, "created", text("new", "新規"));
  await nameSerials(tools, client, settled, "released", text("gone", "解除"));
  if (!terminal.interactive) await nameSerials(tools, client, settled, "missing", text("missing", "見つからない"));
  if (ade.counts.notReady > 0) await nameNotReady(tools, client, ade.counts.notReady);
  if (settled.kind === "delta") await terminal.note(ONLY_FULL);
  if (settled.state !== "unconfirmed") return undefined;
  await terminal.warn(
    text(
      `${counted(settled.missing, "device")} that Apple no longer has: marked missing, nothing was released. To look: clomoctl ade devices list --state missing; to release: clomoctl ade sync --full --max-deletions ${settled.missing}`,
      `Apple 側で見つからないデバイスが ${settled.missing} 台あります(「見つからない」としただけで、解除していません)。確認: clomoctl ade devices list --state missing、解除: clomoctl ade sync --full --max-deletions ${settled.missing}`,
    ),
  );
  return "input-rejected";
}

const CUT_OFF = new Failure("unavailable", {
  what: text("the sync was cut off", "同期が中断されました"),
  hint: text("to go on with it: clomoctl ade sync", "続きから実行するには clomoctl ade sync"),
});

const ONLY_FULL = text(
  "only a full sync finds what Apple's changes leave out: clomoctl ade sync --full",
  "通知されない変更は全件でだけ見つかります: clomoctl ade sync --full",
);

/** Looks at a run until it has ended. */
async function follow(
  { terminal, signal }: Tools,
  client: Client<"ade" | "profiles">,
  begun: AdeSync,
): Promise<AdeSync> {
  const step = terminal.progress.start({
    id: "sync",
    name: text("Fetching devices", "デバイスの取得"),
    unit: { id: "devices", name: text("devices", "台") },
  });
  let run = begun;
  while (run.state === "running") {
    await sleep(LOOK_MS, undefined, { signal });
    run = await client.ade.findSync(begun.id);
    step.reach(run.devices);
  }
  step.finish();
  return run;
}

/** Asks for the number of devices that are gone, where somebody can be asked. */
async function askRelease(
  { terminal }: Pick<Tools, "terminal">,
  client: Client<"ade" | "profiles">,
  run: AdeSync,
): Promise<AdeSync> {
  if (!terminal.interactive) return run;
  await nameSerials({ terminal }, client, run, "missing", text("missing", "見つからない"));
  await terminal.prompts.typedNumber({
    message: text(
      `Apple no longer has ${counted(run.missing, "device")}. Type ${run.missing} to release them:`,
      `Apple 側にデバイスが ${run.missing} 台ありません。解除済みにするには台数を入力:`,
    ),
    flag: `--max-deletions ${run.missing}`,
    expected: run.missing,
  });
  return client.ade.release(run.id, { count: run.missing });
}

type Which = "created" | "released" | "missing";

async function nameSerials(
  { terminal }: Pick<Tools, "terminal">,
  client: Client<"ade" | "profiles">,
  run: AdeSync,
  which: Which,
  label: { readonly en: string; readonly ja: string },
): Promise<void> {
  if (run[which] === 0) return;
  const { items } = await client.ade.syncChanges(run.id, { which });
  const named = items.slice(0, MOST_NAMED).join(" ");
  const more =
    run[which] > MOST_NAMED
      ? text(` and ${run[which] - MOST_NAMED} more`, ` ほか ${run[which] - MOST_NAMED} 台`)
      : same("");
  await terminal.note(text(`${label.en}: ${named}${more.en}`, `${label.ja}: ${named}${more.ja}`));
}

/** Names devices that must not be switched on yet, and what to do about each sort of them. */
async function nameNotReady({ terminal }: Tools, client: Client<"ade" | "profiles">, count: number): Promise<void> {
  await terminal.warn(
    text(
      `${counted(count, "device")} not ready: do not switch them on before they have an ADE profile`,
      `準備が完了していないデバイスが ${count} 台あります。ADE プロファイルを割り当てるまで電源を入れないでください`,
    ),
  );
  const serials: string[] = [];
  for await (const { serialNumber, profileStatus } of client.ade.devices({ notReady: true })) {
    if (serials.length === MOST_NAMED) break;
    serials.push(`${serialNumber} (${profileStatus ?? "empty"})`);
  }
  await terminal.note(same(serials.join(", ")));
  const { why, line } = assignStep((await client.profiles.list()).map(({ name }) => name));
  await terminal.note(text(`${why.en}: ${line}`, `${why.ja}: ${line}`));
  if (count <= MOST_NAMED) return;
  await terminal.note(
    text(
      `and ${count - MOST_NAMED} more: clomoctl ade devices list --not-ready`,
      `ほか ${count - MOST_NAMED} 台: clomoctl ade devices list --not-ready`,
    ),
  );
}
