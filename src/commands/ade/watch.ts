import { commandName } from "../../lib/advice/index.ts";
import type { AdeSync, Client } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { SYNC_KINDS } from "../../lib/model/ade.ts";
import { counted, text, type Text } from "../../lib/text/index.ts";
import type { Tools } from "../tools.ts";
import { CUT_OFF, nameSerials, notConfirmed, warnOfDevices } from "./changes.ts";
import { failureOf, SYNC_COLUMNS, tellEndpoint } from "./shown.ts";

interface Watch {
  readonly everyMs: number;
  /** begins a run and follows it to its end */
  readonly run: () => Promise<AdeSync>;
}

/**
 * Syncs again and again, until a signal comes; each run is a line on a terminal, and a record for programs. A run that
 * fails, and a tenant that is busy or cannot be reached, are told, and tried again the next time.
 *
 * @throws Failure as the tenant refuses a run, `interrupted`; `usage` of a format that has an end
 */
export async function watchSyncs(tools: Tools, client: Client<"ade" | "profiles">, watch: Watch): Promise<void> {
  const { terminal } = tools;
  const { format, query } = terminal.output;
  if (format === "json" || format === "xlsx" || query !== undefined) throw ENDLESS;
  await tellEndpoint(tools, await client.ade.show());
  const runs = doneRuns(tools, client, watch);
  if (format !== "table") return terminal.list(SYNC_COLUMNS, runs);
  for await (const run of runs) {
    const { notReady } = (await client.ade.show()).counts;
    const time = terminal.moment(run.finishedAt ?? run.startedAt);
    await terminal.out.write(`${time} ${terminal.say(lineOf(run, notReady))}\n`);
    await nameSerials(tools, client, run, "created");
    await nameSerials(tools, client, run, "released");
  }
}

const ENDLESS = new Failure("usage", {
  what: text(
    "--watch has no end: --format json, --format xlsx and --query would never have a result",
    "--watch は終わらないため、--format json、--format xlsx、--query は指定できません",
  ),
  where: `${commandName("ade sync")} --watch`,
  hint: text("a record a line: --format ndjson", "1 行に 1 件ずつ出力するには: --format ndjson"),
});

const lineOf = ({ kind, created, changed, released, missing }: AdeSync, notReady: number): Text => {
  const { en, ja } = SYNC_KINDS[kind];
  return text(
    `${en}: ${created} new, ${changed} changed, ${released} gone, ${missing} missing; ${counted(notReady, "device")} not ready`,
    `${ja}: 新規 ${created}、変更 ${changed}、解除 ${released}、見つからない ${missing}。準備未完了 ${notReady} 台`,
  );
};

async function* doneRuns(
  tools: Tools,
  client: Client<"ade" | "profiles">,
  { everyMs, run }: Watch,
): AsyncGenerator<AdeSync> {
  const { terminal, clock, signal } = tools;
  for (;;) {
    const ended = await tried(tools, run);
    if (ended !== undefined) {
      yield ended;
      await warnOfDevices(tools, client, ended, await client.ade.show());
    }
    if (ended?.state === "unconfirmed") await terminal.warn(notConfirmed(ended.missing));
    const now = clock.now().getTime();
    const [at, next] = [now, now + everyMs].map((time) => terminal.moment(new Date(time).toISOString()));
    if (ended === undefined) {
      await terminal.note(text(`${at} not synced; next try: ${next}`, `${at} 同期できませんでした。次の同期: ${next}`));
    }
    tools.describeState(() =>
      text(`no sync was running; the next one was due at ${next}`, `同期は実行中ではありません(次の予定は ${next})`),
    );
    await clock.wait(everyMs, signal);
  }
}

/** A run that was done; undefined of one that failed, which is told. */
async function tried({ terminal }: Tools, run: () => Promise<AdeSync>): Promise<AdeSync | undefined> {
  let ended: AdeSync;
  try {
    ended = await run();
  } catch (error) {
    if (!(error instanceof Failure) || (error.code !== "unavailable" && error.code !== "locked")) throw error;
    await terminal.failure(error);
    return undefined;
  }
  if (ended.error === null && ended.state !== "cut-off") return ended;
  await terminal.failure(ended.error === null ? CUT_OFF : failureOf(ended.error));
  return undefined;
}
