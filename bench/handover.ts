import { rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { created, verifyStored, type Bench } from "./bench.ts";
import { THIS, type Checkout } from "./checkout.ts";
import type { Program } from "./program.ts";
import type { Ran } from "./process.ts";
import { countLines } from "./records.ts";
import { long, type Work } from "./works.ts";

/** Devices for each so many users. */
const USERS_PER_DEVICE = 10;

const devicesOf = ({ rows }: Bench): number => Math.ceil(rows / USERS_PER_DEVICE);

/** The tables of which the tenant has rows. */
const TABLES = ["org", "user", "device"] as const;

/** Tenants with users and devices, one for each checkout. */
const FILLED = new WeakMap<Bench, Map<Checkout, Promise<Program>>>();

const fill = async (bench: Bench, checkout: Checkout): Promise<Program> => {
  const program = await bench.emptyTenant(checkout);
  const devices = devicesOf(bench);
  await program.importUsers((await bench.input(bench.rows)).path, created(bench.rows, true));
  await program.importDevices((await bench.input(devices, "devices")).path, created(devices, true));
  verifyStored(program, devices, "devices");
  return program;
};

const filled = (bench: Bench, checkout: Checkout): Promise<Program> => {
  const tenants = FILLED.get(bench) ?? new Map<Checkout, Promise<Program>>();
  FILLED.set(bench, tenants);
  const known = tenants.get(checkout) ?? fill(bench, checkout);
  tenants.set(checkout, known);
  return known;
};

/** All of a tenant as a bundle, beside its tables as CSV: the bundle has every record twice, as NDJSON and as CSV, and hashes. */
const EXPORT = long({
  name: "handover export",
  target: { must: 3, mustRssMb: 200 },
  needs: ["sqlite3"],
  ours: async (bench, checkout) => {
    const program = await filled(bench, checkout);
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
    const { database } = await filled(bench, THIS);
    const folder = await bench.newFolder("dump");
    return async (): Promise<Ran> => {
      const ran = await bench.peers.dumpTables(database, TABLES, folder);
      for (const table of TABLES) await mustHaveContent(join(folder, `${table}.csv`));
      return ran;
    };
  },
  note: (bench) => `${bench.rows} users and ${devicesOf(bench)} devices in the bundle`,
});

/** @throws when the bundle has other records than the tenant */
async function verifyBundle(bundle: string, bench: Bench): Promise<void> {
  for (const [name, expected] of [
    ["users", bench.rows],
    ["devices", devicesOf(bench)],
  ] as const) {
    const found = await countLines(join(bundle, "resources", `${name}.ndjson`));
    if (found !== expected) throw new Error(`${found} ${name} where ${expected} are expected`);
  }
  await mustHaveContent(join(bundle, "SHA256SUMS"));
}

/** @throws when a file is missing or empty */
async function mustHaveContent(path: string): Promise<void> {
  if ((await stat(path)).size === 0) throw new Error(`${path} is empty`);
}

/** One user in so many is changed between the two bundles. */
const CHANGED_SHARE = 100;

const RECORDS: readonly string[] = ["users", "devices", "orgs"].map((name) => `resources/${name}.ndjson`);

/** Two bundles of a tenant, before and after a change. */
interface Bundles {
  readonly program: Program;
  readonly before: string;
  readonly after: string;
}

const BUNDLES = new WeakMap<Bench, Map<Checkout, Promise<Bundles>>>();

const bundlesOf = (bench: Bench, checkout: Checkout): Promise<Bundles> => {
  const all = BUNDLES.get(bench) ?? new Map<Checkout, Promise<Bundles>>();
  BUNDLES.set(bench, all);
  const known = all.get(checkout) ?? makeBundles(bench, checkout);
  all.set(checkout, known);
  return known;
};

async function makeBundles(bench: Bench, checkout: Checkout): Promise<Bundles> {
  const program = await filled(bench, checkout);
  const [before, after] = [bench.newPath("before"), bench.newPath("after")];
  const exporting = ["handover", "export", "--encoding", "utf-8", "--quiet", "-o"];
  await program.run(...exporting, before);
  using database = new DatabaseSync(program.database);
  database.exec(`update user set title = 'changed' where pk % ${CHANGED_SHARE} = 0`);
  await program.run(...exporting, after);
  return { program, before, after };
}

const VERIFY = long({
  name: "handover verify",
  target: { must: 3 },
  needs: ["python3"],
  ours: async (bench, checkout) => {
    const { program, before } = await bundlesOf(bench, checkout);
    return () => program.run("handover", "verify", before);
  },
  peer: async (bench) => {
    const { before } = await bundlesOf(bench, THIS);
    return () => bench.peers.readJsonLines(RECORDS.map((path) => join(before, path)));
  },
  note: (bench) => `${bench.rows} users and ${devicesOf(bench)} devices in the bundle`,
});

const VERIFY_HASHES = long({
  name: "handover verify, hashes",
  target: { must: 1.5 },
  needs: ["sha256sum"],
  ours: async (bench, checkout) => {
    const { program, before } = await bundlesOf(bench, checkout);
    return () => program.run("handover", "verify", before, "--hashes-only");
  },
  peer: async (bench) => {
    const { before } = await bundlesOf(bench, THIS);
    return () => bench.peers.checkSums(before);
  },
  note: () => "the same bundle",
});

const DIFF = long({
  name: "handover diff",
  target: { must: 4, mustRssMb: 250 },
  needs: [],
  ours: async (bench, checkout) => {
    const { program, before, after } = await bundlesOf(bench, checkout);
    return () => program.ending(DIFFERS, "handover", "diff", before, after, "--format", "ndjson");
  },
  peer: async (bench) => {
    const { before, after } = await bundlesOf(bench, THIS);
    return () => bench.peers.mergeLines(before, after, RECORDS);
  },
  note: (bench) => `${Math.floor(bench.rows / CHANGED_SHARE)} users changed`,
});

/** The exit code where something differs. */
const DIFFERS = 9;

/** A handover: its export, and what is done with a bundle. */
export const HANDOVER_WORKS: readonly Work[] = [EXPORT, VERIFY, VERIFY_HASHES, DIFF];
