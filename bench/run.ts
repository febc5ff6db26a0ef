import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { availableParallelism, cpus, loadavg } from "node:os";
import { join } from "node:path";
import { compareBenchmark, formatComparison, type ComparableBenchmark, type ComparedBenchmark } from "./against.ts";
import { SYNC_BENCHMARK } from "./ade.ts";
import { parseBenchArguments } from "./arguments.ts";
import { AUDIT_BENCHMARK } from "./audit.ts";
import { Bench, DATA_FOLDER } from "./bench.ts";
import { findBuiltCheckout } from "./checkout.ts";
import { DIVISION_BENCHMARKS } from "./division.ts";
import { CONTEXTS_BENCHMARK } from "./contexts.ts";
import { GROWTH_BENCHMARK } from "./growth.ts";
import { HANDOVER_BENCHMARKS } from "./handover.ts";
import { judgeFigures } from "./judge.ts";
import { MIRROR_BENCHMARKS } from "./mirror.ts";
import { Peers, PEER_TOOLS } from "./peers.ts";
import { RENEWAL_BENCHMARKS } from "./renewals.ts";
import { SERVED_BENCHMARKS } from "./served.ts";
import { START_UP_BENCHMARKS } from "./start-up.ts";
import { STORE_BENCHMARKS } from "./store.ts";
import { formatTable, type TableRow } from "./table.ts";
import { TAKING_BACK_BENCHMARKS } from "./taking-back.ts";
import { LONG_BENCHMARKS, type Benchmark, type PeerComparison } from "./works.ts";

const ALL_BENCHMARKS: readonly Benchmark[] = [
  ...LONG_BENCHMARKS,
  ...MIRROR_BENCHMARKS,
  ...TAKING_BACK_BENCHMARKS,
  ...DIVISION_BENCHMARKS,
  ...HANDOVER_BENCHMARKS,
  ...START_UP_BENCHMARKS,
  ...RENEWAL_BENCHMARKS,
  AUDIT_BENCHMARK,
  ...SERVED_BENCHMARKS,
  ...STORE_BENCHMARKS,
  SYNC_BENCHMARK,
  CONTEXTS_BENCHMARK,
  GROWTH_BENCHMARK,
];

/** A benchmark that has a peer. */
type RivalBenchmark = Benchmark & { readonly peer: PeerComparison };

const RIVAL_BENCHMARKS = ALL_BENCHMARKS.filter((work): work is RivalBenchmark => work.peer !== undefined);
const COMPARABLE_BENCHMARKS = ALL_BENCHMARKS.filter((work): work is ComparableBenchmark => work.ours !== undefined);

const { only, rows, json, against } = parseBenchArguments(process.argv.slice(2), (isAgainst) =>
  (isAgainst ? COMPARABLE_BENCHMARKS : RIVAL_BENCHMARKS).map((work) => work.name),
);

const interruption = new AbortController();
process.once("SIGINT", () => interruption.abort(new Error("interrupted")));
process.once("SIGTERM", () => interruption.abort(new Error("interrupted")));

const formatSystemLoad = (): string =>
  loadavg()
    .map((value) => value.toFixed(2))
    .join(" ");

async function measureBenchmark({ name: work, peer }: RivalBenchmark, bench: Bench): Promise<TableRow> {
  const missing = bench.peers.missing(peer.needs);
  const base = { work, target: peer.target };
  try {
    const { figures, note } = await peer.measure(bench, missing.length === 0);
    const lacks = missing.map((tool) => `${tool} is missing; `).join("");
    return { ...base, figures, verdict: judgeFigures(figures, peer.target), note: lacks + note };
  } catch (error) {
    interruption.signal.throwIfAborted();
    return { ...base, verdict: "missed", note: error instanceof Error ? error.message : String(error) };
  }
}

/** Runs every selected benchmark and prints the table. */
async function runSelectedBenchmarks<B extends Benchmark, L>(
  bench: Bench,
  works: readonly B[],
  take: (work: B) => Promise<L>,
  format: (lines: readonly L[]) => string,
): Promise<readonly L[]> {
  const tools = PEER_TOOLS.map((tool) => `${tool} ${bench.peers.tools.get(tool)?.version ?? "MISSING"}`);
  const machine = {
    cpu: cpus()[0]?.model ?? "unknown",
    cores: availableParallelism(),
    node: process.version,
    tools,
    loadBefore: formatSystemLoad(),
  };
  const { bytes } = await bench.input(rows);
  process.stdout.write(
    `${rows} users, ${(bytes / 1e6).toFixed(0)} MB, CP932, CRLF; ${machine.cores} cores of ${machine.cpu}; Node ${machine.node}; ` +
      `${tools.join(", ")}; load ${machine.loadBefore}\n\n`,
  );
  const lines: L[] = [];
  try {
    for (const work of works) {
      if (only.length > 0 && !only.includes(work.name)) continue;
      process.stderr.write(`${work.name} …\n`);
      lines.push(await take(work).finally(() => bench.endWork()));
      interruption.signal.throwIfAborted();
    }
  } finally {
    // an interrupted run shows the results that it has
    process.stdout.write(`${format(lines)}\nload ${formatSystemLoad()}\n`);
  }
  if (json !== undefined) {
    const report = { rows, bytes, machine: { ...machine, loadAfter: formatSystemLoad() }, works: lines };
    await writeFile(json, `${JSON.stringify(report, undefined, 2)}\n`);
  }
  return lines;
}

/**
 * Runs the selected benchmarks. Returns true if all of them reach their targets or, with `--against`, none is slower.
 */
async function runBenchmarks(folder: string): Promise<boolean> {
  const other = against === undefined ? undefined : await findBuiltCheckout(against);
  const bench = new Bench(rows, await Peers.find(folder, interruption.signal), folder, interruption.signal);
  if (other === undefined) {
    const measure = (work: RivalBenchmark): Promise<TableRow> => measureBenchmark(work, bench);
    const lines = await runSelectedBenchmarks(bench, RIVAL_BENCHMARKS, measure, formatTable);
    return lines.every(({ verdict }) => verdict !== "missed");
  }
  const compare = (work: ComparableBenchmark): Promise<ComparedBenchmark> => compareBenchmark(work, bench, other);
  const lines = await runSelectedBenchmarks(bench, COMPARABLE_BENCHMARKS, compare, formatComparison);
  return lines.every(({ verdict }) => verdict !== "slower" && verdict !== "failed");
}

const isProcessAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // the process exists but belongs to another user
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
};

/** Removes the folders that killed runs left behind; they may contain gigabytes. */
async function removeAbandonedRuns(): Promise<void> {
  for (const name of await readdir(DATA_FOLDER)) {
    const pid = /^run-(\d+)$/.exec(name)?.[1];
    if (pid !== undefined && !isProcessAlive(Number(pid)))
      await rm(join(DATA_FOLDER, name), { recursive: true, force: true });
  }
}

const runFolder = join(DATA_FOLDER, `run-${process.pid}`);
await mkdir(runFolder, { recursive: true });
await removeAbandonedRuns();
try {
  process.exitCode = (await runBenchmarks(runFolder)) ? 0 : 1;
} finally {
  await rm(runFolder, { recursive: true, force: true });
}
