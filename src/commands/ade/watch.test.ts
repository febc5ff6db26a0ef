import { EventEmitter } from "node:events";
import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { Rehearsal } from "#support/tenant/rehearsal.ts";
import { run, type RunResult } from "#support/commands/program.ts";

const MINUTE_MS = 60_000;

/** A tenant that is set up, and a simulator with ten devices. */
async function rehearsed(): Promise<Rehearsal> {
  const rehearsal = new Rehearsal({ devices: 10 });
  onTestFinished(() => rehearsal[Symbol.asyncDispose]());
  await rehearsal.setUp();
  return rehearsal;
}

interface Watched {
  /** what happens before each sync but the first, by its number; the last one ends the watch */
  readonly meanwhile: (next: number) => unknown;
  readonly signal?: "SIGINT" | "SIGTERM";
  readonly syncs: number;
}

/** Watches by the clock of the tenant: an hour passes as soon as it is waited for. */
async function watch(
  rehearsal: Rehearsal,
  words: string,
  { meanwhile, signal = "SIGTERM", syncs }: Watched,
): Promise<RunResult> {
  const { surroundings } = rehearsal.tenant;
  const now = new Date(surroundings.time);
  const signals = new EventEmitter();
  let done = 0;
  const wait = async (delayMs: number, aborted: AbortSignal): Promise<void> => {
    await nextTurn();
    surroundings.time += delayMs;
    now.setTime(surroundings.time);
    if (delayMs < MINUTE_MS) return;
    done += 1;
    if (done === syncs) {
      signals.emit(signal);
      aborted.throwIfAborted();
    }
    await meanwhile(done);
  };
  return run(words, { tenant: rehearsal.tenant.fetch, now, wait, signals });
}

test("runs a delta sync every hour and a full sync once a day, until it is interrupted", async () => {
  const rehearsal = await rehearsed();
  const ran = await watch(rehearsal, "ade sync --watch 1h --fields kind,reason,created --lang en", {
    syncs: 50,
    signal: "SIGINT",
    meanwhile: (next) => next === 3 && rehearsal.add({ count: 2 }),
  });
  expect(ran.exit).toBe(130);
  const [header, ...lines] = ran.stdout.trimEnd().split("\n");
  expect(header).toBe("kind\treason\tcreated");
  expect(lines).toHaveLength(50);
  expect(lines[0]).toBe("full\tnever-full\t10");
  expect(lines[1]).toBe("delta\tfull-recent\t0");
  expect(lines[3]).toBe("delta\tfull-recent\t2");
  const full = lines.flatMap((line, at) => (line.startsWith("full\t") ? [at] : []));
  expect(full).toEqual([0, 23, 46]);
  expect(ran.stderr).toContain("error: interrupted: no sync was running; the next sync was due at ");
});

test("reports failures with their time and tries again, and they do not change the exit code", async () => {
  const rehearsal = await rehearsed();
  const ran = await watch(rehearsal, "ade sync --watch 1h --fields kind,state --lang en", {
    syncs: 5,
    async meanwhile(next) {
      await rehearsal.control("DELETE", "/faults");
      if (next === 1) await rehearsal.fault("terms");
      if (next === 2) await rehearsal.fault("unavailable", { lasting: true });
      if (next === 4) await rehearsal.fault("token-rejected");
    },
  });
  expect(ran.exit).toBe(143);
  expect(ran.stdout).toBe("kind\tstate\nfull\tdone\ndelta\tdone\n");
  expect(ran.stderr).toContain("error: Apple's new terms have not been accepted yet\n");
  expect(ran.stderr).toContain("(503)");
  expect(ran.stderr).toContain("error: the server token is no longer valid because a newer token was issued\n");
  expect(ran.stderr.match(/^\d{4}-\d\d-\d\d \d\d:\d\d.* sync failed; next attempt: \d{4}-/gm)).toHaveLength(3);
});

test("waits for a run of another process", async () => {
  const rehearsal = await rehearsed();
  const { tenant } = rehearsal;
  const ran = await watch(rehearsal, "ade sync --watch 1h --fields kind,state --lang ja", {
    syncs: 3,
    async meanwhile(next) {
      if (next !== 1) return;
      await rehearsal.sync();
      const held = `update ade_sync set state = 'running', host = 'elsewhere', pid = 9, beatAt = :at where pk = (select max(pk) from ade_sync)`;
      tenant.database.run(held, { at: new Date(tenant.surroundings.time).toISOString() });
    },
  });
  expect(ran.exit).toBe(143);
  expect(ran.stderr).toContain("エラー: 別の同期を実行中です(");
  expect(ran.stderr).toContain("同期できませんでした。次の同期: ");
  expect(ran.stdout.trimEnd().split("\n")).toEqual(["kind\tstate", "full\tdone", "delta\tdone"]);
});

test("if the tenant refuses, ends with the exit code of the refusal", async () => {
  const rehearsal = new Rehearsal();
  onTestFinished(() => rehearsal[Symbol.asyncDispose]());
  const ran = await run("ade sync --watch 1h", { tenant: rehearsal.tenant.fetch });
  expect(ran).toMatchObject({ exit: 3, stdout: "" });
  expect(ran.stderr).toContain("clomoctl ade endpoint set");
});

test("on a terminal, prints a line with the time for each sync and names new devices", async () => {
  const rehearsal = await rehearsed();
  const ended = new EventEmitter();
  const wait = async (delayMs: number, aborted: AbortSignal): Promise<void> => {
    await nextTurn();
    if (delayMs >= MINUTE_MS) ended.emit("SIGTERM");
    aborted.throwIfAborted();
  };
  const { stdout, stderr, exit } = await run("ade sync --watch 30m --lang ja", {
    tenant: rehearsal.tenant.fetch,
    terminal: { columns: 120 },
    now: new Date(rehearsal.tenant.surroundings.time),
    signals: ended,
    wait,
  });
  expect(exit).toBe(143);
  expect(stdout).toMatch(
    /^\d{4}-\d\d-\d\d \d\d:\d\d.* 全件: 新規 10、変更 0、解除 0、見つからない 0。準備未完了 10 台\n$/,
  );
  // where it takes long, the bar is taken away before it
  expect(stderr).toMatch(/新規: SIM/);
  expect(stderr).toMatch(/警告: .*10 台の準備が完了していません/);
  expect(stderr).toContain("clomoctl ade profiles create NAME");
});

test.each(["--format json"])("an output that needs the final result is a usage error: %s", async (words) => {
  const ran = await run(`ade sync --watch 1h ${words} --lang en`, { tenant: {} });
  expect(ran).toMatchObject({ exit: 2, stdout: "", requests: [] });
  expect(ran.stderr).toContain("for one record per line: --format ndjson");
});

test("marks and reports missing devices beyond the limit without asking", async () => {
  const rehearsal = await rehearsed();
  const serials = [...rehearsal.simulated().keys()].slice(0, 8);
  const ran = await watch(rehearsal, "ade sync --watch 1d --full --fields state,missing --lang en", {
    syncs: 2,
    meanwhile: () => rehearsal.control("POST", "/devices/release", { serials, silent: true }),
  });
  expect(ran.exit).toBe(143);
  expect(ran.stdout).toBe("state\tmissing\ndone\t0\nunconfirmed\t8\n");
  expect(ran.stderr).toContain(
    "to mark the devices as released in clomoctl: clomoctl ade sync --full --max-deletions 8\n",
  );
});

test("--delta alone is a usage error, because no full sync would run", async () => {
  const ran = await run("ade sync --watch 1h --delta --lang en", { tenant: {} });
  expect(ran).toMatchObject({ exit: 2, requests: [] });
  expect(ran.stderr).toContain("--watch fetches all devices once a day");
});
