import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { availableParallelism, cpus, loadavg } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Bench, DATA } from "./bench.ts";
import { GROWTH } from "./growth.ts";
import { judge } from "./judge.ts";
import { Peers, TOOLS } from "./peers.ts";
import { RENEWAL_WORKS } from "./renewals.ts";
import { START_UPS } from "./start-up.ts";
import { formatTable, type Line } from "./table.ts";
import { LONG_WORKS, type Work } from "./works.ts";

const WORKS: readonly Work[] = [...LONG_WORKS, ...START_UPS, ...RENEWAL_WORKS, GROWTH];

const { values } = parseArgs({
  options: {
    only: { type: "string", multiple: true, default: [] },
    rows: { type: "string", default: "1000000" },
    json: { type: "string" },
  },
});
const rows = Number(values.rows);
if (!Number.isSafeInteger(rows) || rows < 10) throw new Error("--rows is a whole number from 10");
for (const name of values.only) {
  if (!WORKS.some((work) => work.name === name)) {
    throw new Error(`--only "${name}" is none of: ${WORKS.map((work) => work.name).join(", ")}`);
  }
}

const interrupt = new AbortController();
process.once("SIGINT", () => interrupt.abort(new Error("interrupted")));
process.once("SIGTERM", () => interrupt.abort(new Error("interrupted")));

const load = (): string =>
  loadavg()
    .map((value) => value.toFixed(2))
    .join(" ");

async function measure(work: Work, bench: Bench): Promise<Line> {
  const missing = bench.peers.missing(work.needs);
  const base = { work: work.name, target: work.target };
  try {
    const { figures, note } = await work.measure(bench, missing.length === 0);
    const lacks = missing.map((tool) => `${tool} is missing; `).join("");
    return { ...base, figures, verdict: judge(figures, work.target), note: lacks + note };
  } catch (error) {
    interrupt.signal.throwIfAborted();
    return { ...base, verdict: "missed", note: error instanceof Error ? error.message : String(error) };
  }
}

async function measureAll(folder: string): Promise<readonly Line[]> {
  const peers = await Peers.find(folder, interrupt.signal);
  const bench = new Bench(rows, peers, folder, interrupt.signal);
  const tools = TOOLS.map((tool) => `${tool} ${peers.tools.get(tool)?.version ?? "MISSING"}`);
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
  const lines: Line[] = [];
  try {
    for (const work of WORKS) {
      if (values.only.length > 0 && !values.only.includes(work.name)) continue;
      process.stderr.write(`${work.name} …\n`);
      lines.push(await measure(work, bench));
    }
  } finally {
    // an interrupted run shows what it has
    process.stdout.write(`${formatTable(lines)}\nload ${load()}\n`);
  }
  if (values.json !== undefined) {
    const report = { rows, bytes, machine: { ...machine, loadAfter: load() }, works: lines };
    await writeFile(values.json, `${JSON.stringify(report, undefined, 2)}\n`);
  }
  return lines;
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
  const lines = await measureAll(folder);
  process.exitCode = lines.some(({ verdict }) => verdict === "missed") ? 1 : 0;
} finally {
  await rm(folder, { recursive: true, force: true });
}
