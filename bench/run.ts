import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { availableParallelism, cpus, loadavg } from "node:os";
import { join } from "node:path";
import { compareBenchmark, formatComparison, type ComparedBenchmark } from "./against.ts";
import { ADE_BENCHMARKS } from "./ade.ts";
import { parseBenchArguments } from "./arguments.ts";
import { AUDIT_BENCHMARK } from "./audit.ts";
import { Bench, DATA_FOLDER } from "./bench.ts";
import { findBuiltCheckout, type Checkout } from "./checkout.ts";
import { DIVISION_LIST_BENCHMARK, ORG_LIST_BENCHMARK } from "./division.ts";
import { GROWTH_BENCHMARK } from "./growth.ts";
import { HANDOVER_BENCHMARKS } from "./handover.ts";
import { judgeFigures } from "./judge.ts";
import { MIRROR_BENCHMARKS } from "./mirror.ts";
import { Peers, PEER_TOOLS } from "./peers.ts";
import { RENEWAL_BENCHMARKS } from "./renewals.ts";
import { SERVED_BENCHMARKS } from "./served.ts";
import { SIGN_IN_BENCHMARK } from "./sign-in.ts";
import { SIMULATOR_BENCHMARK } from "./simulator.ts";
import { START_UP_BENCHMARKS } from "./start-up.ts";
import { formatTable, type TableRow } from "./table.ts";
import { LONG_BENCHMARKS, type Benchmark } from "./works.ts";

const ALL_BENCHMARKS: readonly Benchmark[] = [
  ...LONG_BENCHMARKS,
  ...MIRROR_BENCHMARKS,
  DIVISION_LIST_BENCHMARK,
  ORG_LIST_BENCHMARK,
  ...HANDOVER_BENCHMARKS,
  ...START_UP_BENCHMARKS,
  ...RENEWAL_BENCHMARKS,
  AUDIT_BENCHMARK,
  SIMULATOR_BENCHMARK,
  ...SERVED_BENCHMARKS,
  SIGN_IN_BENCHMARK,
  ...ADE_BENCHMARKS,
  GROWTH_BENCHMARK,
];

const { only, rows, json, against } = parseBenchArguments(
  process.argv.slice(2),
  ALL_BENCHMARKS.map((work) => work.name),
);

const interruption = new AbortController();
process.once("SIGINT", () => interruption.abort(new Error("interrupted")));
process.once("SIGTERM", () => interruption.abort(new Error("interrupted")));

const formatSystemLoad = (): string =>
  loadavg()
    .map((value) => value.toFixed(2))
    .join(" ");

const describeError = (error: unknown): string => {
  interruption.signal.throwIfAborted();
  return error instanceof Error ? error.message : String(error);
};

async function measureBenchmark(work: Benchmark, bench: Bench): Promise<TableRow> {
  const missing = bench.peers.missing(work.needs);
  const base = { work: work.name, target: work.target };
  try {
    const { figures, note } = await work.measure(bench, missing.length === 0);
    const lacks = missing.map((tool) => `${tool} is missing; `).join("");
    return { ...base, figures, verdict: judgeFigures(figures, work.target), note: lacks + note };
  } catch (error) {
    return { ...base, verdict: "missed", note: describeError(error) };
  }
}

async function compareWithCheckout(work: Benchmark, bench: Bench, other: Checkout): Promise<ComparedBenchmark> {
  try {
    return await compareBenchmark(work, bench, other);
  } catch (error) {
    return { work: work.name, verdict: "failed", sets: [], note: describeError(error) };
  }
}

/** Runs every selected benchmark and prints the table. */
async function runSelectedBenchmarks<L>(
  bench: Bench,
  take: (work: Benchmark) => Promise<L>,
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
    for (const work of ALL_BENCHMARKS) {
      if (only.length > 0 && !only.includes(work.name)) continue;
      process.stderr.write(`${work.name} …\n`);
      lines.push(await take(work).finally(() => bench.endWork()));
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
    const lines = await runSelectedBenchmarks(bench, (work) => measureBenchmark(work, bench), formatTable);
    return lines.every(({ verdict }) => verdict !== "missed");
  }
  const lines = await runSelectedBenchmarks(bench, (work) => compareWithCheckout(work, bench, other), formatComparison);
  return lines.every(({ verdict }) => verdict === "pass");
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
