import { commandName } from "../../lib/advice/index.ts";
import type { AdeSync, Client } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { SYNC_KINDS } from "../../lib/model/ade.ts";
import { formatCount, text, type Text } from "../../lib/text/index.ts";
import type { Tools } from "../tools.ts";
import { SYNC_INTERRUPTED_FAILURE, printSerialNumbers, describeUnconfirmedReleases, warnOfDevices } from "./changes.ts";
import { toSyncFailure, SYNC_COLUMNS, printEndpoint } from "./shown.ts";

interface WatchOptions {
  readonly everyMs: number;
  /** starts a run and follows it to its end */
  readonly run: () => Promise<AdeSync>;
}

/**
 * Repeats the sync until a signal arrives. Prints each run as a line on a terminal, or as a record for programs. If a
 * run fails, or if the tenant is busy or cannot be reached, reports the failure and tries again at the next interval.
 *
 * @throws Failure if the tenant refuses a run; `interrupted`; `usage` if the output format requires a complete result
 */
export async function watchSyncs(tools: Tools, client: Client<"ade" | "profiles">, watch: WatchOptions): Promise<void> {
  const { terminal } = tools;
  const { format } = terminal.output;
  if (format === "json" || format === "xlsx") throw FORMAT_NEEDS_END_FAILURE;
  await printEndpoint(tools, await client.ade.show());
  const runs = repeatRuns(tools, client, watch);
  if (format !== "table") return terminal.list(SYNC_COLUMNS, runs);
  for await (const run of runs) {
    const { notReady } = (await client.ade.show()).counts;
    const time = terminal.moment(run.finishedAt ?? run.startedAt);
    await terminal.out.write(`${time} ${terminal.say(renderRunLine(run, notReady))}\n`);
    await printSerialNumbers(tools, client, run, "created");
    await printSerialNumbers(tools, client, run, "released");
  }
}

const FORMAT_NEEDS_END_FAILURE = new Failure("usage", {
  what: text(
    "--watch never ends, so --format json and --format xlsx cannot be used with it",
    "--watch は終わらないため、--format json、--format xlsx は指定できません",
  ),
  where: `${commandName("ade sync")} --watch`,
  hint: text("for one record per line: --format ndjson", "1 行に 1 件ずつ出力するには: --format ndjson"),
});

const renderRunLine = ({ kind, created, changed, released, missing }: AdeSync, notReady: number): Text => {
  const { en, ja } = SYNC_KINDS[kind];
  return text(
    `${en}: ${created} new, ${changed} changed, ${released} released, ${missing} missing; ${formatCount(notReady, "device")} not ready`,
    `${ja}: 新規 ${created}、変更 ${changed}、解除 ${released}、見つからない ${missing}。準備未完了 ${notReady} 台`,
  );
};

async function* repeatRuns(
  tools: Tools,
  client: Client<"ade" | "profiles">,
  { everyMs, run }: WatchOptions,
): AsyncGenerator<AdeSync> {
  const { terminal, clock, signal } = tools;
  for (;;) {
    const ended = await tryRunSync(tools, run);
    if (ended !== undefined) {
      yield ended;
      await warnOfDevices(tools, client, ended, await client.ade.show());
    }
    if (ended?.state === "unconfirmed") await terminal.warn(describeUnconfirmedReleases(ended.missing));
    const now = clock.now().getTime();
    const [at, next] = [now, now + everyMs].map((time) => terminal.moment(new Date(time).toISOString()));
    if (ended === undefined) {
      await terminal.note(
        text(`${at} sync failed; next attempt: ${next}`, `${at} 同期できませんでした。次の同期: ${next}`),
      );
    }
    tools.describeState(() =>
      text(`no sync was running; the next sync was due at ${next}`, `同期は実行中ではありません(次の予定は ${next})`),
    );
    await clock.wait(everyMs, signal);
  }
}

/** Runs a sync and returns the completed run. If the run fails, reports the failure and returns undefined. */
async function tryRunSync({ terminal }: Tools, run: () => Promise<AdeSync>): Promise<AdeSync | undefined> {
  let ended: AdeSync;
  try {
    ended = await run();
  } catch (error) {
    if (!(error instanceof Failure) || (error.code !== "unavailable" && error.code !== "locked")) throw error;
    await terminal.failure(error);
    return undefined;
  }
  if (ended.error === null && ended.state !== "cut-off") return ended;
  await terminal.failure(ended.error === null ? SYNC_INTERRUPTED_FAILURE : toSyncFailure(ended.error));
  return undefined;
}
