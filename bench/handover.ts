import { rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { created, verifyStored, type Bench } from "./bench.ts";
import { THIS, type Checkout } from "./checkout.ts";
import type { Program } from "./program.ts";
import type { Ran } from "./process.ts";
import { countLines } from "./records.ts";
import { long } from "./works.ts";

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
export const HANDOVER_EXPORT = long({
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
