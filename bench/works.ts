import { rm } from "node:fs/promises";
import { join } from "node:path";
import { runAlternately, type RunsBySide } from "./alternate.ts";
import { buildCreatedCounts, buildUnchangedCounts, verifyRecords, verifyStored, type Bench } from "./bench.ts";
import { THIS_CHECKOUT, type Checkout } from "./checkout.ts";
import { countLines } from "./records.ts";
import type { MeasuredFigures, Target } from "./judge.ts";
import type { PeerTool } from "./peers.ts";
import type { ProcessRun } from "./process.ts";
import { getShortestTime, getHighestPeak } from "./statistics.ts";

/** The measured figures of a benchmark, and what was verified during the runs. */
export interface MeasuredResult {
  readonly figures: MeasuredFigures;
  readonly note: string;
}

/** A benchmark, which is a row of the table: something that a user does, and the peer with which it is compared. */
export interface Benchmark {
  readonly name: string;
  /** a start-up is so short that it needs many runs */
  readonly kind: "long" | "start-up";
  readonly target: Target;
  /** the programs that the peer needs */
  readonly needs: readonly PeerTool[];
  /**
   * Prepares the program of a checkout for this benchmark.
   *
   * @returns a function that runs the benchmark once, and throws if it fails or if its result is not the expected one
   */
  readonly ours: (bench: Bench, checkout: Checkout) => Promise<() => Promise<ProcessRun>>;
  /**
   * Measures this checkout and the peer.
   *
   * @param withPeer true if everything that the peer needs is installed
   * @throws if something fails, or if a result is not the expected one
   */
  readonly measure: (bench: Bench, withPeer: boolean) => Promise<MeasuredResult>;
}

/** Number of runs of long benchmarks; the best run counts. */
const LONG_RUNS = 3;

const getRunSeconds = (runs: readonly ProcessRun[]): readonly number[] => runs.map((run) => run.seconds);

/** Returns the best of our runs and the best of the peer's runs. */
export const getBestFigures = ({ ours, peer }: RunsBySide): MeasuredFigures => {
  const own = getShortestTime(getRunSeconds(ours));
  const peerSeconds = peer.length === 0 ? undefined : getShortestTime(getRunSeconds(peer));
  const peak = getHighestPeak(ours.map(({ peakBytes }) => peakBytes));
  return {
    seconds: own,
    peerSeconds,
    ratio: peerSeconds === undefined ? undefined : own / peerSeconds,
    rssMb: peak === undefined ? undefined : peak / 1e6,
  };
};

interface LongBenchmarkOptions extends Omit<Benchmark, "kind" | "measure"> {
  /** like `ours`, for the peer */
  readonly peer: (bench: Bench) => Promise<() => Promise<ProcessRun>>;
  /** returns what was verified */
  readonly note: (bench: Bench) => string;
  /** number of runs on each side; default: {@link LONG_RUNS} */
  readonly times?: number;
}

/** Creates a benchmark whose runs alternate with those of its peer. */
export const createLongBenchmark = ({ peer, note, times = LONG_RUNS, ...work }: LongBenchmarkOptions): Benchmark => ({
  ...work,
  kind: "long",
  measure: async (bench, withPeer) => {
    const rivals = { ours: await work.ours(bench, THIS_CHECKOUT), peer: withPeer ? await peer(bench) : undefined };
    return { figures: getBestFigures(await runAlternately(rivals, times)), note: note(bench) };
  },
});

/** Runs the peer of an import with a new database, and checks the number of rows in the database. */
const runPeerImport = async (
  bench: Bench,
  rows: number,
  fill: (database: string) => Promise<ProcessRun>,
): Promise<ProcessRun> => {
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

/** Prepares the peer of an import of users. */
const preparePeerImport = async (bench: Bench): Promise<() => Promise<ProcessRun>> => {
  const { path } = await bench.input(bench.rows);
  return () => runPeerImport(bench, bench.rows, (database) => bench.peers.importCsv(path, database));
};

/** Returns a function that imports a file with that many people into a new, empty tenant. */
export const prepareImport = async (
  bench: Bench,
  checkout: Checkout,
  rows: number,
  ...options: readonly "--dry-run"[]
): Promise<() => Promise<ProcessRun>> => {
  const { path } = await bench.input(rows);
  const committed = options.length === 0;
  return () =>
    bench.withEmptyTenant(checkout, async (program) => {
      const ran = await program.importUsers(path, buildCreatedCounts(rows, committed), ...options);
      verifyStored(program, committed ? rows : 0);
      return ran;
    });
};

const CSV_CHECK_BENCHMARK = createLongBenchmark({
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

const createImportBenchmark = (name: string, target: Target, ...options: readonly "--dry-run"[]): Benchmark =>
  createLongBenchmark({
    name,
    target,
    needs: ["iconv", "sqlite3"],
    ours: (bench, checkout) => prepareImport(bench, checkout, bench.rows, ...options),
    peer: preparePeerImport,
    note: ({ rows }) => `the tenant holds ${options.length === 0 ? rows : 0} users afterwards`,
  });

const REPEATED_IMPORT_BENCHMARK = createLongBenchmark({
  name: "import again",
  target: { must: 4, aim: 2.5 },
  needs: ["iconv", "sqlite3"],
  ours: async (bench, checkout) => {
    const { path } = await bench.input(bench.rows);
    const program = await bench.filledTenant(checkout);
    return async () => {
      const ran = await program.importUsers(path, buildUnchangedCounts(bench.rows));
      verifyStored(program, bench.rows);
      return ran;
    };
  },
  peer: preparePeerImport,
  note: ({ rows }) => `${rows} unchanged, nothing created, updated or deleted`,
});

/** Calls a function that writes a file, checks the number of records after its first line, and removes the file. */
const runAndVerifyFile = async (path: string, records: number, run: () => Promise<ProcessRun>): Promise<ProcessRun> => {
  try {
    const ran = await run();
    await verifyRecords(path, records);
    return ran;
  } finally {
    await rm(path, { force: true });
  }
};

const USERS_EXPORT_BENCHMARK = createLongBenchmark({
  name: "users export",
  target: { must: 3, aim: 2 },
  needs: ["iconv", "sqlite3"],
  ours: async (bench, checkout) => {
    const program = await bench.filledTenant(checkout);
    const file = bench.newPath("ours.csv");
    return () => runAndVerifyFile(file, bench.rows, () => program.exportUsers(file));
  },
  peer: async (bench) => {
    const folder = await bench.newFolder("peer");
    const [file, database] = [join(folder, "peer.csv"), join(folder, "peer.db")];
    await bench.peers.importCsv((await bench.input(bench.rows)).path, database);
    // the peer's file does not have a header, so its first record takes the place of the header
    return () => runAndVerifyFile(file, bench.rows - 1, () => bench.peers.exportCsv(database, file));
  },
  note: ({ rows }) => `${rows} records in each file`,
});

const USERS_LIST_BENCHMARK = createLongBenchmark({
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
    const { database } = await bench.filledTenant(THIS_CHECKOUT);
    return () => bench.peers.listUsers(database);
  },
  note: ({ rows }) => `${rows} lines in a run before`,
});

/** Number of rows for which the target is defined. A sheet has at most 2^20 rows. */
const WORKBOOK_ROWS = 100_000;

const WORKBOOK_IMPORT_BENCHMARK = createLongBenchmark({
  name: "import of a workbook",
  target: { must: 0.5, aim: 0.3, mustRssMb: 300 },
  needs: ["openpyxl"],
  ours: async (bench, checkout) => {
    const path = await bench.workbook(WORKBOOK_ROWS);
    return () =>
      bench.withEmptyTenant(checkout, async (program) => {
        const ran = await program.importUsers(path, buildCreatedCounts(WORKBOOK_ROWS, true));
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

const IMPORTED_DEVICES = 100_000;

const DEVICES_IMPORT_BENCHMARK = createLongBenchmark({
  name: "devices import",
  target: { must: 3.5 },
  needs: ["sqlite3"],
  ours: async (bench, checkout) => {
    const { path } = await bench.input(IMPORTED_DEVICES, "devices");
    return () =>
      bench.withEmptyTenant(checkout, async (program) => {
        const ran = await program.importDevices(path, buildCreatedCounts(IMPORTED_DEVICES, true));
        verifyStored(program, IMPORTED_DEVICES, "devices");
        return ran;
      });
  },
  peer: async (bench) => {
    const { path } = await bench.input(IMPORTED_DEVICES, "devices");
    return () => runPeerImport(bench, IMPORTED_DEVICES, (database) => bench.peers.importDevices(path, database));
  },
  note: () => `the tenant holds ${IMPORTED_DEVICES} devices afterwards`,
});

/** The long benchmarks whose peers are other programs. */
export const LONG_BENCHMARKS: readonly Benchmark[] = [
  CSV_CHECK_BENCHMARK,
  createImportBenchmark("import --dry-run", { must: 3, aim: 2 }, "--dry-run"),
  createImportBenchmark("import", { must: 5, aim: 3, mustRssMb: 250 }),
  REPEATED_IMPORT_BENCHMARK,
  WORKBOOK_IMPORT_BENCHMARK,
  DEVICES_IMPORT_BENCHMARK,
  USERS_EXPORT_BENCHMARK,
  USERS_LIST_BENCHMARK,
];
