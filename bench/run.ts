import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { availableParallelism, cpus, loadavg } from "node:os";
import { join } from "node:path";
import { compareWork, formatComparison, type Compared } from "./against.ts";
import { ADE_WORKS } from "./ade.ts";
import { readArguments } from "./arguments.ts";
import { AUDIT_WORK } from "./audit.ts";
import { Bench, DATA } from "./bench.ts";
import { builtCheckout, type Checkout } from "./checkout.ts";
import { DIVISION_LIST } from "./division.ts";
import { GROWTH } from "./growth.ts";
import { HANDOVER_WORKS } from "./handover.ts";
import { judge } from "./judge.ts";
import { MIRROR_WORKS } from "./mirror.ts";
import { Peers, TOOLS } from "./peers.ts";
import { RENEWAL_WORKS } from "./renewals.ts";
import { SIMULATOR_WORK } from "./simulator.ts";
import { START_UPS } from "./start-up.ts";
import { formatTable, type Line } from "./table.ts";
import { LONG_WORKS, type Work } from "./works.ts";

const WORKS: readonly Work[] = [
  ...LONG_WORKS,
  ...MIRROR_WORKS,
  DIVISION_LIST,
  ...HANDOVER_WORKS,
  ...START_UPS,
  ...RENEWAL_WORKS,
  AUDIT_WORK,
  SIMULATOR_WORK,
  ...ADE_WORKS,
  GROWTH,
];

const { only, rows, json, against } = readArguments(
  process.argv.slice(2),
  WORKS.map((work) => work.name),
);

const interrupt = new AbortController();
process.once("SIGINT", () => interrupt.abort(new Error("interrupted")));
process.once("SIGTERM", () => interrupt.abort(new Error("interrupted")));

const load = (): string =>
  loadavg()
    .map((value) => value.toFixed(2))
    .join(" ");

const messageOf = (error: unknown): string => {
  interrupt.signal.throwIfAborted();
  return error instanceof Error ? error.message : String(error);
};

async function measure(work: Work, bench: Bench): Promise<Line> {
  const missing = bench.peers.missing(work.needs);
  const base = { work: work.name, target: work.target };
  try {
    const { figures, note } = await work.measure(bench, missing.length === 0);
    const lacks = missing.map((tool) => `${tool} is missing; `).join("");
    return { ...base, figures, verdict: judge(figures, work.target), note: lacks + note };
  } catch (error) {
    return { ...base, verdict: "missed", note: messageOf(error) };
  }
}

async function compare(work: Work, bench: Bench, other: Checkout): Promise<Compared> {
  try {
    return await compareWork(work, bench, other);
  } catch (error) {
    return { work: work.name, verdict: "failed", sets: [], note: messageOf(error) };
  }
}

/** Takes every work that was asked for, and prints the table. */
async function eachWork<L>(
  bench: Bench,
  take: (work: Work) => Promise<L>,
  format: (lines: readonly L[]) => string,
): Promise<readonly L[]> {
  const tools = TOOLS.map((tool) => `${tool} ${bench.peers.tools.get(tool)?.version ?? "MISSING"}`);
  const machine = {
    cpu: cpus()[0]?.model ?? "unknown",
    cores: availableParallelism(),
    node: process.version,
    tools,
    loadBefore: load(),
  };
  const { bytes } = await bench.input(rows);
  process.stdout.write(
    `${rows} users, ${(bytes / 1e6).toFixed(0)} MB, CP932, CRLF; ${machine.cores} cores of ${machine.cpu}; Node ${machine.node}; ` +
      `${tools.join(", ")}; load ${machine.loadBefore}\n\n`,
  );
  const lines: L[] = [];
  try {
    for (const work of WORKS) {
      if (only.length > 0 && !only.includes(work.name)) continue;
      process.stderr.write(`${work.name} …\n`);
      lines.push(await take(work).finally(() => bench.endWork()));
    }
  } finally {
    // an interrupted run shows what it has
    process.stdout.write(`${format(lines)}\nload ${load()}\n`);
  }
  if (json !== undefined) {
    const report = { rows, bytes, machine: { ...machine, loadAfter: load() }, works: lines };
    await writeFile(json, `${JSON.stringify(report, undefined, 2)}\n`);
  }
  return lines;
}

/** Whether every work is as it must be. */
async function measureAll(folder: string): Promise<boolean> {
  const other = against === undefined ? undefined : await builtCheckout(against);
  const bench = new Bench(rows, await Peers.find(folder, interrupt.signal), folder, interrupt.signal);
  if (other === undefined) {
    const lines = await eachWork(bench, (work) => measure(work, bench), formatTable);
    return lines.every(({ verdict }) => verdict !== "missed");
  }
  const lines = await eachWork(bench, (work) => compare(work, bench, other), formatComparison);
  return lines.every(({ verdict }) => verdict === "pass");
}

const alive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // somebody else's process
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
};

/** Removes what runs that were killed left behind: it may be gigabytes. */
async function sweep(): Promise<void> {
  for (const name of await readdir(DATA)) {
    const pid = /^run-(\d+)$/.exec(name)?.[1];
    if (pid !== undefined && !alive(Number(pid))) await rm(join(DATA, name), { recursive: true, force: true });
  }
}

const folder = join(DATA, `run-${process.pid}`);
await mkdir(folder, { recursive: true });
await sweep();
try {
  process.exitCode = (await measureAll(folder)) ? 0 : 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
