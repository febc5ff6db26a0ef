import { rm } from "node:fs/promises";
import { join } from "node:path";
import { alternate, type Runs } from "./alternate.ts";
import { created, unchanged, verifyRecords, verifyStored, type Bench } from "./bench.ts";
import { THIS, type Checkout } from "./checkout.ts";
import { countLines } from "./records.ts";
import type { Figures, Target } from "./judge.ts";
import type { Tool } from "./peers.ts";
import type { Ran } from "./process.ts";
import { best, highest } from "./statistics.ts";

/** What a work took, and what was verified meanwhile. */
export interface Measured {
  readonly figures: Figures;
  readonly note: string;
}

/** A line of the table: something a user does, and what it is measured beside. */
export interface Work {
  readonly name: string;
  /** a start-up takes so little that it needs many runs */
  readonly kind: "long" | "start-up";
  readonly target: Target;
  /** the peer's programs */
  readonly needs: readonly Tool[];
  /**
   * Makes ready what the program of a checkout needs for this work.
   *
   * @returns runs the work once; throws when it fails, or its outcome is not what it must be
   */
  readonly ours: (bench: Bench, checkout: Checkout) => Promise<() => Promise<Ran>>;
  /**
   * Measures this checkout beside the peer.
   *
   * @param withPeer whether all that the peer needs is there
   * @throws when something fails, or its outcome is not what it must be
   */
  readonly measure: (bench: Bench, withPeer: boolean) => Promise<Measured>;
}

/** Of the long works; the best counts. */
const TIMES = 3;

const seconds = (runs: readonly Ran[]): readonly number[] => runs.map((run) => run.seconds);

/** The best of the runs, beside the best of the peer's. */
export const figuresOf = ({ ours, peer }: Runs): Figures => {
  const own = best(seconds(ours));
  const peerSeconds = peer.length === 0 ? undefined : best(seconds(peer));
  const peak = highest(ours.map(({ peakBytes }) => peakBytes));
  return {
    seconds: own,
    peerSeconds,
    ratio: peerSeconds === undefined ? undefined : own / peerSeconds,
    rssMb: peak === undefined ? undefined : peak / 1e6,
  };
};

interface LongWork extends Omit<Work, "kind" | "measure"> {
  /** like `ours`, for the peer */
  readonly peer: (bench: Bench) => Promise<() => Promise<Ran>>;
  /** what was verified */
  readonly note: (bench: Bench) => string;
  /** runs of each side; {@link TIMES} unless said */
  readonly times?: number;
}

/** A work whose peer takes turns with it. */
export const long = ({ peer, note, times = TIMES, ...work }: LongWork): Work => ({
  ...work,
  kind: "long",
  measure: async (bench, withPeer) => {
    const rivals = { ours: await work.ours(bench, THIS), peer: withPeer ? await peer(bench) : undefined };
    return { figures: figuresOf(await alternate(rivals, times)), note: note(bench) };
  },
});

/** Lets the peer of an import fill a fresh database, whose rows are counted. */
const peerRun = async (bench: Bench, rows: number, fill: (database: string) => Promise<Ran>): Promise<Ran> => {
  const database = bench.newPath("peer.db");
  try {
    const ran = await fill(database);
    const found = await bench.peers.countRows(database);
    if (found !== rows) throw new Error(`sqlite3 holds ${found} rows where ${rows} are expected`);
    return ran;
  } finally {
    await rm(database, { force: true });
  }
};

/** The peer of an import of users. */
const peerImport = async (bench: Bench): Promise<() => Promise<Ran>> => {
  const { path } = await bench.input(bench.rows);
  return () => peerRun(bench, bench.rows, (database) => bench.peers.importCsv(path, database));
};

/** Imports a file of that many people into an empty tenant, each time a new one. */
export const importOf = async (
  bench: Bench,
  checkout: Checkout,
  rows: number,
  ...options: readonly "--dry-run"[]
): Promise<() => Promise<Ran>> => {
  const { path } = await bench.input(rows);
  const committed = options.length === 0;
  return () =>
    bench.withEmptyTenant(checkout, async (program) => {
      const ran = await program.importUsers(path, created(rows, committed), ...options);
      verifyStored(program, committed ? rows : 0);
      return ran;
    });
};

const check = long({
  name: "csv check",
  target: { must: 1, aim: 0.7, mustRssMb: 150 },
  needs: ["python3"],
  ours: async (bench, checkout) => {
    const { path } = await bench.input(bench.rows);
    const program = await bench.emptyTenant(checkout);
    return () => program.run("csv", "check", path, "--as", "users", "--encoding", "auto");
  },
  peer: async (bench) => {
    const { path } = await bench.input(bench.rows);
    return () => bench.peers.readCsv(path);
  },
  note: () => "no problem found, exit 0",
});

const importing = (name: string, target: Target, ...options: readonly "--dry-run"[]): Work =>
  long({
    name,
    target,
    needs: ["iconv", "sqlite3"],
    ours: (bench, checkout) => importOf(bench, checkout, bench.rows, ...options),
    peer: peerImport,
    note: ({ rows }) => `the tenant holds ${options.length === 0 ? rows : 0} users afterwards`,
  });

const again = long({
  name: "import again",
  target: { must: 4, aim: 2.5 },
  needs: ["iconv", "sqlite3"],
  ours: async (bench, checkout) => {
    const { path } = await bench.input(bench.rows);
    const program = await bench.filledTenant(checkout);
    return async () => {
      const ran = await program.importUsers(path, unchanged(bench.rows));
      verifyStored(program, bench.rows);
      return ran;
    };
  },
  peer: peerImport,
  note: ({ rows }) => `${rows} unchanged, nothing created, updated or deleted`,
});

/** Runs what writes a file, counts the records after its first line, and removes it. */
const verified = async (path: string, records: number, run: () => Promise<Ran>): Promise<Ran> => {
  try {
    const ran = await run();
    await verifyRecords(path, records);
    return ran;
  } finally {
    await rm(path, { force: true });
  }
};

const exporting = long({
  name: "users export",
  target: { must: 3, aim: 2 },
  needs: ["iconv", "sqlite3"],
  ours: async (bench, checkout) => {
    const program = await bench.filledTenant(checkout);
    const file = bench.newPath("ours.csv");
    return () => verified(file, bench.rows, () => program.exportUsers(file));
  },
  peer: async (bench) => {
    const folder = await bench.newFolder("peer");
    const [file, database] = [join(folder, "peer.csv"), join(folder, "peer.db")];
    await bench.peers.importCsv((await bench.input(bench.rows)).path, database);
    // the peer writes no header
    return () => verified(file, bench.rows - 1, () => bench.peers.exportCsv(database, file));
  },
  note: ({ rows }) => `${rows} records in each file`,
});

const listing = long({
  name: "users list",
  target: { must: 2, mustRssMb: 150 },
  needs: ["sqlite3"],
  ours: async (bench, checkout) => {
    const program = await bench.filledTenant(checkout);
    const file = bench.newPath("users.ndjson");
    try {
      await program.listUsers(file);
      const found = await countLines(file);
      if (found !== bench.rows) throw new Error(`${found} lines where ${bench.rows} are expected`);
    } finally {
      await rm(file, { force: true });
    }
    return () => program.listUsers("/dev/null");
  },
  peer: async (bench) => {
    const { database } = await bench.filledTenant(THIS);
    return () => bench.peers.listUsers(database);
  },
  note: ({ rows }) => `${rows} lines in a run before`,
});

/** A sheet has at most 2^20 rows; this is what the target is for. */
const WORKBOOK_ROWS = 100_000;

const workbook = long({
  name: "import of a workbook",
  target: { must: 0.5, aim: 0.3, mustRssMb: 300 },
  needs: ["openpyxl"],
  ours: async (bench, checkout) => {
    const path = await bench.workbook(WORKBOOK_ROWS);
    return () =>
      bench.withEmptyTenant(checkout, async (program) => {
        const ran = await program.importUsers(path, created(WORKBOOK_ROWS, true));
        verifyStored(program, WORKBOOK_ROWS);
        return ran;
      });
  },
  peer: async (bench) => {
    const path = await bench.workbook(WORKBOOK_ROWS);
    return () => bench.peers.readWorkbook(path);
  },
  note: () => `the tenant holds ${WORKBOOK_ROWS} users afterwards`,
});

const DEVICES = 100_000;

const devices = long({
  name: "devices import",
  target: { must: 3.5 },
  needs: ["sqlite3"],
  ours: async (bench, checkout) => {
    const { path } = await bench.input(DEVICES, "devices");
    return () =>
      bench.withEmptyTenant(checkout, async (program) => {
        const ran = await program.importDevices(path, created(DEVICES, true));
        verifyStored(program, DEVICES, "devices");
        return ran;
      });
  },
  peer: async (bench) => {
    const { path } = await bench.input(DEVICES, "devices");
    return () => peerRun(bench, DEVICES, (database) => bench.peers.importDevices(path, database));
  },
  note: () => `the tenant holds ${DEVICES} devices afterwards`,
});

/** The long works, whose peers are other programs. */
export const LONG_WORKS: readonly Work[] = [
  check,
  importing("import --dry-run", { must: 3, aim: 2 }, "--dry-run"),
  importing("import", { must: 5, aim: 3, mustRssMb: 250 }),
  again,
  workbook,
  devices,
  exporting,
  listing,
];
