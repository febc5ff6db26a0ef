import { line } from "../../lib/advice/index.ts";
import type { AdeSync, Client } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { SYNC_REASONS, type SyncKind } from "../../lib/model/ade.ts";
import { formatCount, text, type Text } from "../../lib/text/index.ts";
import { defineCommand, type Outcome } from "../command.ts";
import { parseLimit } from "../../lib/plan/limits.ts";
import type { Tools } from "../tools.ts";
import {
  SYNC_INTERRUPTED_FAILURE,
  printSerialNumbers,
  describeUnconfirmedReleases,
  printSyncResult,
} from "./changes.ts";
import { toSyncFailure, SYNC_COLUMNS, printEndpoint } from "./shown.ts";
import { watchSyncs } from "./watch.ts";

/** Delay before a run's first poll: small because most runs are short; doubles up to {@link MAX_POLL_MS}. */
const FIRST_POLL_MS = 10;
const MAX_POLL_MS = 100;

export default defineCommand({
  summary: text("fetch the devices from Apple (sync)", "Apple からデバイスを取得する(同期)"),
  details: [
    text(
      "Without --full or --delta, the sync is full if the last full sync began more than 23 hours ago (so one sync a day is always full) or if the last sync of any kind was more than 7 days ago; otherwise it is a delta. A delta contains what Apple reports as changed since then, including newly assigned devices (unlike 差分 in CLOMO PANEL, which covers registered devices only). Only a full sync finds changes that Apple does not report. An interrupted sync is resumed.",
      "--full も --delta もないときは、前回の全件取得の開始から 23 時間を超えているか(毎日 1 回の実行なら毎回全件になります)、前回から 7 日以上たっていれば全件、そうでなければ差分です。差分は Apple が変更として通知したもので、新しく割り当てたデバイスも含みます(CLOMO PANEL の「差分のみを取得する」は登録済みのデバイスだけです)。通知されない変更は全件でだけ見つかります。中断した同期は続きから実行します。",
    ),
    text(
      "New devices become 事前登録 records in Devices. If a full sync does not find some devices, up to 5 of them (or 5 %, if that is more) are released at once; for more devices, you are asked to type their number. Releasing changes only their ADE state in this tenant, and nothing at Apple. Without a terminal, they are only marked missing (exit 10), unless --max-deletions allows more. A sync never deletes records in Devices.",
      "新しいデバイスは「Devices」に事前登録として追加します。全件取得で見つからないデバイスは、5 台か 5% の多い方までは解除済みにし、それを超えると台数の入力を求めます。解除済みにするのはこのテナントでの ADE の状態だけで、Apple 側では何も行いません。ターミナル以外では「見つからない」とするだけで終了コード 10 になり、--max-deletions で許容数を指定できます。同期で「Devices」のデバイス情報を削除することはありません。",
    ),
    text(
      "--watch repeats the sync until it is interrupted (exit 130; 143 if terminated) and prints a line for each sync. One sync a day is full. If Apple returns an error, the error is shown and the next sync tries again. If the tenant refuses the sync, for example because the token is missing, --watch ends.",
      "--watch は中断するまで繰り返し(終了コードは Ctrl-C で 130、終了要求で 143)、同期ごとに 1 行を表示します。1 日に 1 回は全件を取得します。Apple がエラーを返したときは表示して次の回に再試行し、トークンがないなどテナント側の理由では終了します。",
    ),
    text(
      `For cron, every morning at 6: 0 6 * * * ${line("ade sync", [], { every: "1d", noInput: true, quiet: true })} (\`ade status\` prints the line for this computer). With --quiet, stderr still shows what needs action, once per change: devices that are newly not ready, with their names and what to type; records that newly could not be read; released devices; devices to confirm; failures.`,
      `cron で毎朝 6 時に実行する例: 0 6 * * * ${line("ade sync", [], { every: "1d", noInput: true, quiet: true })}(このコンピューター用の行は \`ade status\` で表示)。--quiet でも、対応が必要なことは変化があったときに 1 回、標準エラー出力に表示します(新たに準備未完了になったデバイスとその対応、新たに読み取れなかったデバイス情報、解除されたデバイス、確認が必要なデバイス、失敗)。`,
    ),
    text(
      "A device record that cannot be read is skipped and reported, the other devices are stored (exit 8), and the next sync fetches all devices again. The skipped device is not treated as missing. If even a serial number cannot be read, that sync does not release any device or mark any as missing.",
      "読み取れないデバイス情報は取り込まずに表示し、ほかのデバイスは取り込みます(終了コード 8)。次の同期では全件を取得し直します。そのデバイスを「見つからない」とはしません。シリアルナンバー自体が読み取れない場合、その同期では解除も「見つからない」の判定も行いません。",
    ),
  ],
  args: {},
  options: {
    full: { kind: "boolean", about: text("fetch all devices (全件)", "全件を取得する") },
    delta: { kind: "boolean", about: text("fetch only what has changed (差分)", "差分のみを取得する") },
    watch: {
      kind: "string",
      value: "1h",
      about: text("repeat the sync at this interval: 30m, 1h", "指定した間隔(30m、1h など)で繰り返す"),
    },
    every: {
      kind: "string",
      value: "1d",
      about: text(
        `interval of the schedule that runs this command: 1h, 1d; ${line("ade status", [])} warns after twice this time (default: 1d)`,
        `このコマンドを実行するスケジュールの間隔(1h、1d など)。その 2 倍の間同期がないと ${line("ade status", [])} が警告する(既定: 1d)`,
      ),
    },
    maxDeletions: {
      kind: "string",
      value: "N|P%",
      about: text(
        "maximum number or share of devices to release without asking (share: at most 500 devices)",
        "確認なしで解除済みにしてよい台数か割合(割合では最大 500 台)",
      ),
    },
  },
  excludes: [
    ["full", "delta"],
    ["watch", "every"],
  ],
  examples: [
    { line: "clomoctl ade sync" },
    { line: "clomoctl ade sync --full --max-deletions 20" },
    { line: "clomoctl ade sync --watch 1h", about: text("until you press Ctrl-C", "Ctrl-C で終了") },
  ],
  exits: ["input-rejected", "not-permitted", "conflict", "locked", "unavailable", "partial", "limit-exceeded"],
  changes: true,
  shows: SYNC_COLUMNS,
  async run(tools, { full, delta, watch, every, maxDeletions }) {
    if (delta && watch !== undefined) throw WATCH_WITH_DELTA_FAILURE;
    if (delta && maxDeletions !== undefined) throw MAX_DELETIONS_WITH_DELTA_FAILURE;
    const most = maxDeletions === undefined ? undefined : parseLimit("--max-deletions", maxDeletions);
    const everyMs = watch === undefined ? undefined : parseInterval("--watch", watch);
    const intervalMs = every === undefined ? everyMs : parseInterval("--every", every);
    const kind: SyncKind | undefined = full ? "full" : delta ? "delta" : undefined;
    const asked = { ...(kind && { kind }), ...(most && { most }), ...(intervalMs !== undefined && { intervalMs }) };
    const { client } = await tools.tenant("ade", "profiles");
    return everyMs === undefined
      ? syncOnce(tools, client, asked)
      : watchSyncs(tools, client, { everyMs, run: () => runSync(tools, client, asked) });
  },
});

type SyncRequest = Parameters<Client<"ade" | "profiles">["ade"]["sync"]>[0];

const WATCH_WITH_DELTA_FAILURE = new Failure("usage", {
  what: text(
    "--watch fetches all devices once a day, and deltas in between",
    "--watch は 1 日に 1 回全件を取得し、その間は差分を取得します",
  ),
  where: "--delta",
  hint: text("leave out --delta", "--delta を外してください"),
});

const MAX_DELETIONS_WITH_DELTA_FAILURE = new Failure("usage", {
  what: text(
    "--max-deletions limits devices that a full sync does not find; in a delta, Apple reports each removed device",
    "--max-deletions は全件取得で見つからないデバイスの上限です。差分では、削除されたデバイスを Apple が 1 台ずつ通知します",
  ),
  where: "--max-deletions",
  hint: text("leave out --delta, or use --full", "--delta を外すか、--full を指定してください"),
});

const UNIT_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Parses an interval into milliseconds.  @throws Failure `usage` if it is not an interval from 1m to 7d */
function parseInterval(option: string, typed: string): number {
  const { count = "", unit = "" } = /^(?<count>[1-9]\d{0,3})(?<unit>[mhd])$/.exec(typed)?.groups ?? {};
  const ms = Number(count) * (UNIT_MS[unit] ?? 0);
  if (ms > 0 && ms <= 7 * 86_400_000) return ms;
  throw new Failure("usage", {
    what: text(`"${typed}" is not an interval from 1m to 7d`, `「${typed}」は 1m から 7d までの間隔ではありません`),
    where: option,
    hint: text("examples: 30m, 1h, 1d", "例: 30m、1h、1d"),
  });
}

/** Starts a sync run, or continues one that was cut off, to its end.  @throws Failure if the tenant refuses it */
async function runSync(
  tools: Tools,
  client: Client<"ade">,
  asked: SyncRequest,
  began?: (run: AdeSync) => Promise<void>,
): Promise<AdeSync> {
  tools.describeState(() =>
    text(
      `what was fetched so far is kept; ${line("ade sync", [])} continues from there`,
      `取得済みの内容は保存されています。${line("ade sync", [])} で続きから実行できます`,
    ),
  );
  const begun = await client.ade.sync(asked);
  await began?.(begun);
  return followRun(tools, client, begun);
}

async function syncOnce(tools: Tools, client: Client<"ade" | "profiles">, asked: SyncRequest): Promise<Outcome> {
  const { terminal } = tools;
  let began: AdeSync | undefined;
  const ended = await runSync(tools, client, asked, async (begun) => {
    began = begun;
    await terminal.note(describeRun(begun));
  });
  // a delta becomes a full sync if Apple refuses its position
  if (ended.reason !== began?.reason) await terminal.note(describeRun(ended));
  const ade = await client.ade.show();
  await printEndpoint(tools, ade);
  if (ended.error !== null) throw toSyncFailure(ended.error);
  if (ended.state === "cut-off") throw SYNC_INTERRUPTED_FAILURE;
  const asksForRelease = ended.state === "unconfirmed" && terminal.interactive;
  const settled = asksForRelease ? await promptForRelease(tools, client, ended) : ended;
  await printSyncResult(tools, client, settled, asksForRelease ? await client.ade.show() : ade);
  if (settled.state !== "unconfirmed") return settled.unreadable > 0 ? "partial" : undefined;
  await printSerialNumbers(tools, client, settled, "missing");
  await terminal.warn(describeUnconfirmedReleases(settled.missing));
  return "limit-exceeded";
}

/** Describes the kind of a run and the reason for it. */
const describeRun = ({ kind, reason }: AdeSync): Text => {
  const why = SYNC_REASONS[reason];
  const { en, ja } = RUN_NAMES[kind];
  return text(`${en}: ${why.en}`, `${ja}: ${why.ja}`);
};

const RUN_NAMES: Readonly<Record<SyncKind, Text>> = {
  full: text("full sync", "全件の取得"),
  delta: text("delta sync (changes only)", "差分の取得"),
};

/** Rethrows an error. If the run no longer exists, it was deleted together with the former endpoint. */
const rethrowEndpointChange = (error: unknown): never => {
  if (error instanceof Failure && error.code === "not-found") throw ENDPOINT_CHANGED_FAILURE;
  throw error;
};

const ENDPOINT_CHANGED_FAILURE = new Failure("conflict", {
  what: text("the endpoint was changed during the sync", "同期中に接続先が変更されました"),
  hint: text(`${line("ade status", [])}`, `${line("ade status", [])} で確認してください`),
});

/** Polls a run until it has ended. */
async function followRun({ terminal, clock, signal }: Tools, client: Client<"ade">, begun: AdeSync): Promise<AdeSync> {
  const step = terminal.progress.start({
    id: "sync",
    name: text("Fetching devices", "デバイスの取得"),
    unit: { id: "devices", name: text("devices", "台") },
  });
  let run = begun;
  let delayMs = FIRST_POLL_MS;
  while (run.state === "running") {
    await clock.wait(delayMs, signal);
    delayMs = Math.min(2 * delayMs, MAX_POLL_MS);
    run = await client.ade.findSync(begun.id).catch(rethrowEndpointChange);
    step.reach(run.devices);
  }
  step.finish();
  if (run.change !== null) terminal.addChanges([run.change]);
  return run;
}

/** Asks for the number of missing devices, then releases them.  @throws `input-rejected` if another number is typed */
async function promptForRelease(tools: Tools, client: Client<"ade">, run: AdeSync): Promise<AdeSync> {
  await printSerialNumbers(tools, client, run, "missing");
  try {
    await tools.terminal.prompts.typedNumber({
      message: text(
        `Apple no longer lists ${formatCount(run.missing, "device")}. (A device can disappear for about a day.) Releasing them changes only their ADE state in this tenant: nothing changes at Apple, and records in Devices are kept. Type ${run.missing} to release them:`,
        `Apple 側で見つからないデバイスが ${run.missing} 台あります(1 日ほど見えなくなることもあります)。Apple 側では何も行わず、このテナントの ADE の状態だけを解除済みにします(「Devices」のデバイス情報は残ります)。解除済みにするには台数を入力:`,
      ),
      flag: `--max-deletions ${run.missing}`,
      expected: run.missing,
    });
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== "input-rejected") throw error;
    throw error.with({ hint: NOT_RELEASED_NOTE });
  }
  return client.ade.release(run.id, { count: run.missing });
}

const NOT_RELEASED_NOTE = text(
  `the devices are marked missing, but not released. To list them: ${line("ade devices list", [], { state: "missing" })}; to be asked again: ${line("ade sync", [], { full: true })}`,
  `「見つからない」としただけで、解除していません。確認: ${line("ade devices list", [], { state: "missing" })}、もう一度入力するには: ${line("ade sync", [], { full: true })}`,
);
