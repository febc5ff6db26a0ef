import { rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { buildCreatedCounts, verifyStored, type Bench } from "./bench.ts";
import { THIS_CHECKOUT, type Checkout } from "./checkout.ts";
import type { MeasuredProgram } from "./program.ts";
import type { ProcessRun } from "./process.ts";
import { countLines } from "./records.ts";
import { createLongBenchmark, type Benchmark } from "./works.ts";

/** The tenant has one device for this many users. */
const USERS_PER_DEVICE = 10;

const countDevices = ({ rows }: Bench): number => Math.ceil(rows / USERS_PER_DEVICE);

/** The tables in which the tenant has rows. */
const DUMPED_TABLES = ["org", "user", "device"] as const;

/** Tenants with users and devices, one for each checkout. */
const FILLED_TENANTS = new WeakMap<Bench, Map<Checkout, Promise<MeasuredProgram>>>();

const createFilledTenant = async (bench: Bench, checkout: Checkout): Promise<MeasuredProgram> => {
  const program = await bench.emptyTenant(checkout);
  const devices = countDevices(bench);
  await program.importUsers((await bench.input(bench.rows)).path, buildCreatedCounts(bench.rows, true));
  await program.importDevices((await bench.input(devices, "devices")).path, buildCreatedCounts(devices, true));
  verifyStored(program, devices, "devices");
  return program;
};

const getFilledTenant = (bench: Bench, checkout: Checkout): Promise<MeasuredProgram> => {
  const tenants = FILLED_TENANTS.get(bench) ?? new Map<Checkout, Promise<MeasuredProgram>>();
  FILLED_TENANTS.set(bench, tenants);
  const known = tenants.get(checkout) ?? createFilledTenant(bench, checkout);
  tenants.set(checkout, known);
  return known;
};

/**
 * Measures the export of a tenant as a bundle, which contains every record twice (NDJSON and CSV) and hashes. The peer
 * dumps the tables as CSV.
 */
const EXPORT_BENCHMARK = createLongBenchmark({
  name: "handover export",
  target: { must: 3, mustRssMb: 200 },
  needs: ["sqlite3"],
  ours: async (bench, checkout) => {
    const program = await getFilledTenant(bench, checkout);
    const bundle = bench.newPath("bundle");
    return async () => {
      try {
        const ran = await program.run("handover", "export", "-o", bundle, "--encoding", "utf-8", "--quiet");
        await verifyBundle(bundle, bench);
        return ran;
      } finally {
        await rm(bundle, { recursive: true, force: true });
      }
    };
  },
  peer: async (bench) => {
    const { database } = await getFilledTenant(bench, THIS_CHECKOUT);
    const folder = await bench.newFolder("dump");
    return async (): Promise<ProcessRun> => {
      const ran = await bench.peers.dumpTables(database, DUMPED_TABLES, folder);
      for (const table of DUMPED_TABLES) await verifyHasContent(join(folder, `${table}.csv`));
      return ran;
    };
  },
  note: (bench) => `${bench.rows} users and ${countDevices(bench)} devices in the bundle`,
});

/** @throws if the bundle does not have the expected number of records */
async function verifyBundle(bundle: string, bench: Bench): Promise<void> {
  for (const [name, expected] of [
    ["users", bench.rows],
    ["devices", countDevices(bench)],
  ] as const) {
    const found = await countLines(join(bundle, "resources", `${name}.ndjson`));
    if (found !== expected) throw new Error(`${found} ${name} where ${expected} are expected`);
  }
  await verifyHasContent(join(bundle, "SHA256SUMS"));
}

/** @throws if a file is missing or empty */
async function verifyHasContent(path: string): Promise<void> {
  if ((await stat(path)).size === 0) throw new Error(`${path} is empty`);
}

/** One in this many users is changed between the two bundles. */
const USERS_PER_CHANGE = 100;

const RESOURCE_FILES: readonly string[] = ["users", "devices", "orgs"].map((name) => `resources/${name}.ndjson`);

/** Two bundles of a tenant, before and after a change. */
interface BundlePair {
  readonly program: MeasuredProgram;
  readonly before: string;
  readonly after: string;
}

const BUNDLE_PAIRS = new WeakMap<Bench, Map<Checkout, Promise<BundlePair>>>();

const getBundlePair = (bench: Bench, checkout: Checkout): Promise<BundlePair> => {
  const all = BUNDLE_PAIRS.get(bench) ?? new Map<Checkout, Promise<BundlePair>>();
  BUNDLE_PAIRS.set(bench, all);
  const known = all.get(checkout) ?? createBundlePair(bench, checkout);
  all.set(checkout, known);
  return known;
};

async function createBundlePair(bench: Bench, checkout: Checkout): Promise<BundlePair> {
  const program = await getFilledTenant(bench, checkout);
  const [before, after] = [bench.newPath("before"), bench.newPath("after")];
  const exporting = ["handover", "export", "--encoding", "utf-8", "--quiet", "-o"];
  await program.run(...exporting, before);
  using database = new DatabaseSync(program.database);
  database.exec(`update user set title = 'changed' where pk % ${USERS_PER_CHANGE} = 0`);
  await program.run(...exporting, after);
  return { program, before, after };
}

const VERIFY_BENCHMARK = createLongBenchmark({
  name: "handover verify",
  target: { must: 3 },
  needs: ["python3"],
  ours: async (bench, checkout) => {
    const { program, before } = await getBundlePair(bench, checkout);
    return () => program.run("handover", "verify", before);
  },
  peer: async (bench) => {
    const { before } = await getBundlePair(bench, THIS_CHECKOUT);
    return () => bench.peers.readJsonLines(RESOURCE_FILES.map((path) => join(before, path)));
  },
  note: (bench) => `${bench.rows} users and ${countDevices(bench)} devices in the bundle`,
});

const VERIFY_HASHES_BENCHMARK = createLongBenchmark({
  name: "handover verify, hashes",
  target: { must: 1.5 },
  needs: ["sha256sum"],
  ours: async (bench, checkout) => {
    const { program, before } = await getBundlePair(bench, checkout);
    return () => program.run("handover", "verify", before, "--hashes-only");
  },
  peer: async (bench) => {
    const { before } = await getBundlePair(bench, THIS_CHECKOUT);
    return () => bench.peers.checkSums(before);
  },
  note: () => "the same bundle",
});

const DIFF_BENCHMARK = createLongBenchmark({
  name: "handover diff",
  target: { must: 4, mustRssMb: 250 },
  needs: [],
  ours: async (bench, checkout) => {
    const { program, before, after } = await getBundlePair(bench, checkout);
    return () => program.ending(DIFFERENT_EXIT_CODE, "handover", "diff", before, after, "--format", "ndjson");
  },
  peer: async (bench) => {
    const { before, after } = await getBundlePair(bench, THIS_CHECKOUT);
    return () => bench.peers.mergeLines(before, after, RESOURCE_FILES);
  },
  note: (bench) => `${Math.floor(bench.rows / USERS_PER_CHANGE)} users changed`,
});

/** The exit code of `handover diff` if the bundles differ. */
const DIFFERENT_EXIT_CODE = 9;

/** Benchmarks of exporting, verifying and comparing bundles. */
export const HANDOVER_BENCHMARKS: readonly Benchmark[] = [
  EXPORT_BENCHMARK,
  VERIFY_BENCHMARK,
  VERIFY_HASHES_BENCHMARK,
  DIFF_BENCHMARK,
];
