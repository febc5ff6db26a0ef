import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { glob, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { buildCreatedCounts, type Bench } from "./bench.ts";
import { THIS_CHECKOUT, type Checkout } from "./checkout.ts";
import type { MeasuredProgram } from "./program.ts";
import type { ProcessRun } from "./process.ts";
import { countLines } from "./records.ts";
import { createRivalBenchmark, type Benchmark } from "./works.ts";

/** The tenant has one device for this many users. */
const USERS_PER_DEVICE = 10;

const countDevices = ({ rows }: Bench): number => Math.ceil(rows / USERS_PER_DEVICE);

/** The tables in which the tenant has rows. */
const DUMPED_TABLES = ["org", "user", "device"] as const;

/** A tenant with users and devices, and its bundle. */
interface Predecessor {
  readonly program: MeasuredProgram;
  readonly bundle: string;
}

const PREDECESSORS = new WeakMap<Bench, Map<Checkout, Promise<Predecessor>>>();

async function createPredecessor(bench: Bench, checkout: Checkout): Promise<Predecessor> {
  const program = await bench.copyOfFilledTenant(checkout);
  const devices = countDevices(bench);
  await program.import(
    "import devices",
    (await bench.input(devices, "devices")).path,
    buildCreatedCounts(devices, true),
  );
  program.verifyStored("devices", devices);
  const bundle = bench.newPath("bundle");
  await program.run("export a bundle", bundle);
  return { program, bundle };
}

const getPredecessor = (bench: Bench, checkout: Checkout): Promise<Predecessor> => {
  const all = PREDECESSORS.get(bench) ?? new Map<Checkout, Promise<Predecessor>>();
  PREDECESSORS.set(bench, all);
  const known = all.get(checkout) ?? createPredecessor(bench, checkout);
  all.set(checkout, known);
  return known;
};

/** @throws if the bundle does not have the expected number of records */
async function verifyBundle(bundle: string, bench: Bench): Promise<void> {
  for (const [name, expected] of [
    ["users", bench.rows],
    ["devices", countDevices(bench)],
  ] as const) {
    let found = 0;
    for await (const file of glob(`**/${name}.ndjson`, { cwd: bundle })) found += await countLines(join(bundle, file));
    if (found !== expected) throw new Error(`${found} ${name} where ${expected} are expected`);
  }
}

/**
 * Exports a bundle with a workbook of its records. Older programs wrote CSV files of the console's columns instead:
 * they list all fields in workbooks, so that both sides make the same files.
 */
async function exportBundle(program: MeasuredProgram, bundle: string): Promise<ProcessRun> {
  const runs = [await program.run("export a bundle", bundle)];
  if (!existsSync(join(bundle, "records.xlsx"))) {
    runs.push(await program.run("list all fields of users as a workbook", join(bundle, "users.xlsx")));
    runs.push(await program.run("list all fields of devices as a workbook", join(bundle, "devices.xlsx")));
  }
  return {
    seconds: runs.reduce((sum, { seconds }) => sum + seconds, 0),
    cpuSeconds: runs.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0),
    peakBytes: Math.max(...runs.map(({ peakBytes }) => peakBytes ?? 0)),
    stdout: "",
  };
}

/** Measures the export of a tenant as a bundle. The peer dumps the tables as CSV, and writes their rows to a workbook. */
const EXPORT_BENCHMARK = createRivalBenchmark({
  name: "handover export",
  kind: "long",
  target: { must: 0.24, mustRssMb: 200 },
  needs: ["sqlite3", "openpyxl"],
  ours: async (bench, checkout) => {
    const { program } = await getPredecessor(bench, checkout);
    return () =>
      bench.withPath("bundle", async (bundle) => {
        const ran = await exportBundle(program, bundle);
        await verifyBundle(bundle, bench);
        return ran;
      });
  },
  peer: async (bench) => {
    const { database } = (await getPredecessor(bench, THIS_CHECKOUT)).program;
    const folder = await bench.newFolder("dump");
    return async (): Promise<ProcessRun> => {
      const ran = await bench.peers.dumpTables(database, DUMPED_TABLES, folder);
      const written = await bench.peers.writeWorkbook(folder, DUMPED_TABLES);
      for (const table of DUMPED_TABLES) {
        const { size } = await stat(join(folder, `${table}.csv`));
        if (size === 0) throw new Error(`no ${table} was dumped`);
      }
      return { ...ran, seconds: ran.seconds + written.seconds, cpuSeconds: ran.cpuSeconds + written.cpuSeconds };
    };
  },
  note: (bench) => `${bench.rows} users and ${countDevices(bench)} devices in the bundle`,
});

/** Benchmarks of a bundle: written, verified, and taken over by an empty tenant. */
export const HANDOVER_BENCHMARKS: readonly Benchmark[] = [
  EXPORT_BENCHMARK,
  {
    name: "handover verify",
    kind: "long",
    ours: async (bench, checkout) => {
      const { program, bundle } = await getPredecessor(bench, checkout);
      return () => program.run("verify a bundle", bundle);
    },
  },
  {
    name: "handover, taken over",
    kind: "long",
    ours: async (bench, checkout) => {
      const { bundle } = await getPredecessor(bench, checkout);
      const sums = await readFile(join(bundle, "SHA256SUMS"));
      const fingerprint = createHash("sha256").update(sums).digest("hex");
      return () =>
        bench.withEmptyTenant(checkout, async (program) => {
          const ran = await program.run("take over a bundle", bundle, fingerprint);
          program.verifyStored("users", bench.rows);
          program.verifyStored("devices", countDevices(bench));
          return ran;
        });
    },
  },
];
