import { stat } from "node:fs/promises";
import { join } from "node:path";
import { runAlternately, type RunsBySide } from "./alternate.ts";
import { buildCreatedCounts, buildUpdatedCounts, type Bench } from "./bench.ts";
import { CUSTOM_FIELDS } from "./people.ts";
import { THIS_CHECKOUT, type Checkout } from "./checkout.ts";
import { countLines, countRecords } from "./records.ts";
import type { MeasuredFigures, Target } from "./judge.ts";
import type { PeerTool } from "./peers.ts";
import type { ProcessRun } from "./process.ts";
import type { MeasuredProgram } from "./program.ts";
import { getShortestTime, getHighestPeak } from "./statistics.ts";

/** The measured figures of a benchmark, and what was verified during the runs. */
export interface MeasuredResult {
  readonly figures: MeasuredFigures;
  readonly note: string;
}

/** How a benchmark is compared with its peer. */
export interface PeerComparison {
  readonly target: Target;
  /** the programs that the peer needs */
  readonly needs: readonly PeerTool[];
  /**
   * Measures this checkout and the peer.
   *
   * @param withPeer true if everything that the peer needs is installed
   * @throws if something fails, or if a result is not the expected one
   */
  readonly measure: (bench: Bench, withPeer: boolean) => Promise<MeasuredResult>;
}

/** A benchmark, which is a row of the table: something that a user does. */
export interface Benchmark {
  readonly name: string;
  /** a start-up is so short that it needs many runs; imports have the strictest bound */
  readonly kind: "import" | "long" | "start-up";
  /**
   * Prepares the program of a checkout for this benchmark. Without it, the benchmark is not compared with another
   * checkout.
   *
   * @returns a function that runs the benchmark once, and throws if it fails or if its result is not the expected one
   */
  readonly ours?: (bench: Bench, checkout: Checkout) => Promise<() => Promise<ProcessRun>>;
  /** without it, the benchmark is only compared with another checkout */
  readonly peer?: PeerComparison;
}

/** Number of runs of long benchmarks; the best run counts. */
const LONG_RUNS = 3;

const getRunSeconds = (runs: readonly ProcessRun[]): readonly number[] => runs.map((run) => run.seconds);

/** Returns the best of our runs and the best of the peer's runs. */
const getBestFigures = ({ ours, peer }: RunsBySide): MeasuredFigures => {
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

interface RivalOptions {
  readonly name: string;
  readonly kind: "import" | "long";
  readonly target: Target;
  readonly needs: readonly PeerTool[];
  readonly ours: NonNullable<Benchmark["ours"]>;
  /** like `ours`, for the peer */
  readonly peer: (bench: Bench) => Promise<() => Promise<ProcessRun>>;
  /** returns what was verified */
  readonly note: (bench: Bench) => string;
}

/** Creates a benchmark whose runs alternate with those of its peer. */
export const createRivalBenchmark = ({ name, kind, target, needs, ours, peer, note }: RivalOptions): Benchmark => ({
  name,
  kind,
  ours,
  peer: {
    target,
    needs,
    measure: async (bench, withPeer) => {
      const rivals = { ours: await ours(bench, THIS_CHECKOUT), peer: withPeer ? await peer(bench) : undefined };
      return { figures: getBestFigures(await runAlternately(rivals, LONG_RUNS)), note: note(bench) };
    },
  },
});

/** Runs the peer of an import with a new database, and checks the number of rows in the database. */
const runPeerImport = async (
  bench: Bench,
  rows: number,
  fill: (database: string) => Promise<ProcessRun>,
): Promise<ProcessRun> =>
  bench.withPath("peer.db", async (database) => {
    const ran = await fill(database);
    const found = await bench.peers.countRows(database);
    if (found !== rows) throw new Error(`sqlite3 holds ${found} rows where ${rows} are expected`);
    return ran;
  });

/** Prepares the peer of an import of users. */
const preparePeerImport = async (bench: Bench): Promise<() => Promise<ProcessRun>> => {
  const { path } = await bench.input(bench.rows);
  return () => runPeerImport(bench, bench.rows, (database) => bench.peers.importCsv(path, database));
};

/** Returns a function that imports a file with that many people into a new, empty tenant, or only plans to. */
export const prepareImport = async (
  bench: Bench,
  checkout: Checkout,
  rows: number,
  purpose: "import users" | "plan an import of users" = "import users",
): Promise<() => Promise<ProcessRun>> => {
  const { path } = await bench.input(rows);
  const committed = purpose === "import users";
  return () =>
    bench.withEmptyTenant(checkout, async (program) => {
      const ran = await program.import(purpose, path, buildCreatedCounts(rows, committed));
      program.verifyStored("users", committed ? rows : 0);
      return ran;
    });
};

const CHECK_BENCHMARK = createRivalBenchmark({
  name: "csv check",
  kind: "long",
  target: { must: 5.72, mustRssMb: 180 },
  needs: ["python3"],
  ours: async (bench, checkout) => {
    const { path } = await bench.input(bench.rows);
    const program = await bench.emptyTenant(checkout);
    return () => program.run("check a file", path);
  },
  peer: async (bench) => {
    const { path } = await bench.input(bench.rows);
    return () => bench.peers.readCsv(path);
  },
  note: () => "no problem found, exit 0",
});

/** @throws if a file does not have a header and the expected number of records */
async function verifyRecords(path: string, expected: number): Promise<void> {
  const found = (await countRecords(path)) - 1;
  if (found !== expected) throw new Error(`${found} records where ${expected} are expected`);
}

/** Runs a function that writes a new file, checks the file, and removes it. */
const runAndVerifyFile = (
  bench: Bench,
  name: string,
  run: (path: string) => Promise<ProcessRun>,
  verify: (path: string) => Promise<void>,
): Promise<ProcessRun> =>
  bench.withPath(name, async (path) => {
    const ran = await run(path);
    await verify(path);
    return ran;
  });

const createImportBenchmark = (
  name: string,
  target: Target,
  purpose: "import users" | "plan an import of users",
): Benchmark =>
  createRivalBenchmark({
    name,
    kind: "import",
    target,
    needs: ["iconv", "sqlite3"],
    ours: (bench, checkout) => prepareImport(bench, checkout, bench.rows, purpose),
    peer: preparePeerImport,
    note: ({ rows }) => `the tenant holds ${purpose === "import users" ? rows : 0} users afterwards`,
  });

const REPEATED_IMPORT_BENCHMARK = createRivalBenchmark({
  name: "import again",
  kind: "import",
  target: { must: 2.78 },
  needs: ["iconv", "sqlite3"],
  ours: async (bench, checkout) => {
    const { path } = await bench.input(bench.rows);
    const program = await bench.filledTenant(checkout);
    return async () => {
      const ran = await program.import("import users", path, buildUpdatedCounts(bench.rows, 0));
      program.verifyStored("users", bench.rows);
      return ran;
    };
  },
  peer: preparePeerImport,
  note: ({ rows }) => `${rows} unchanged, nothing created, updated or deleted`,
});

/** Imports, in turn, two files of which each changes a hundredth of the records that the other one leaves. */
const CHANGE_IMPORT_BENCHMARK: Benchmark = {
  name: "import of changes",
  kind: "import",
  ours: async (bench, checkout) => {
    const files = [
      await bench.input(bench.rows, "users-changed-here"),
      await bench.input(bench.rows, "users-changed-there"),
    ];
    const program = await bench.copyOfFilledTenant(checkout);
    let runs = 0;
    const importNext = (changed: number): Promise<ProcessRun> => {
      const path = files[runs++ % files.length]?.path ?? "";
      return program.import("import users", path, buildUpdatedCounts(bench.rows, changed));
    };
    const changed = countChanged(bench.rows);
    await importNext(changed);
    return () => importNext(2 * changed);
  },
};

/** Returns the number of records in which each of the two changed inputs differs from the plain input. */
export const countChanged = (rows: number): number => Math.round(rows * 0.005);

const EXPORT_BENCHMARK = createRivalBenchmark({
  name: "users export",
  kind: "long",
  target: { must: 1.66 },
  needs: ["iconv", "sqlite3"],
  ours: async (bench, checkout) => {
    const program = await bench.filledTenant(checkout);
    return () =>
      runAndVerifyFile(
        bench,
        "ours.csv",
        (path) => program.run("export users", path),
        (path) => verifyRecords(path, bench.rows),
      );
  },
  peer: async (bench) => {
    const database = join(await bench.newFolder("peer"), "peer.db");
    await bench.peers.importCsv((await bench.input(bench.rows)).path, database);
    return () =>
      runAndVerifyFile(
        bench,
        "peer.csv",
        (path) => bench.peers.exportCsv(database, path),
        // the peer's file does not have a header, so its first record takes the place of the header
        (path) => verifyRecords(path, bench.rows - 1),
      );
  },
  note: ({ rows }) => `${rows} records in each file`,
});

/** Largest number of rows of a workbook and of a file of devices. */
const FEWER_ROWS = 100_000;

const countFewerRows = ({ rows }: Bench): number => Math.min(rows, FEWER_ROWS);

const WORKBOOK_IMPORT_BENCHMARK = createRivalBenchmark({
  name: "import of a workbook",
  kind: "import",
  target: { must: 0.53, mustRssMb: 300 },
  needs: ["openpyxl"],
  ours: async (bench, checkout) => {
    const rows = countFewerRows(bench);
    const path = await bench.workbook(rows);
    return () =>
      bench.withEmptyTenant(checkout, async (program) => {
        const ran = await program.import("import users", path, buildCreatedCounts(rows, true));
        program.verifyStored("users", rows);
        return ran;
      });
  },
  peer: async (bench) => {
    const path = await bench.workbook(countFewerRows(bench));
    return () => bench.peers.readWorkbook(path);
  },
  note: (bench) => `the tenant holds ${countFewerRows(bench)} users afterwards`,
});

/** bytes of a row of a workbook */
const MIN_PACKED_ROW = 20;

const XLSX_LIST_BENCHMARK: Benchmark = {
  name: "users list, xlsx",
  kind: "long",
  ours: async (bench, checkout) => {
    const rows = countFewerRows(bench);
    const program = await bench.emptyTenant(checkout);
    await program.import("import users", (await bench.input(rows)).path, buildCreatedCounts(rows, true));
    return () =>
      runAndVerifyFile(
        bench,
        "users.xlsx",
        (path) => program.run("list users as a workbook", path),
        async (path) => {
          const { size } = await stat(path);
          if (size < MIN_PACKED_ROW * rows) throw new Error(`${size} bytes are too few for ${rows} rows`);
        },
      );
  },
};

const LIST_BENCHMARK = createRivalBenchmark({
  name: "users list",
  kind: "long",
  target: { must: 0.7, mustRssMb: 150 },
  needs: ["sqlite3"],
  ours: async (bench, checkout) => {
    const program = await bench.filledTenant(checkout);
    await verifyListed(bench, program, bench.rows);
    return () => program.runInto("/dev/null", "list users");
  },
  peer: async (bench) => {
    const { database } = await bench.filledTenant(THIS_CHECKOUT);
    return () => bench.peers.listUsers(database);
  },
  note: ({ rows }) => `${rows} lines in a run before`,
});

/** @throws if a list of all users does not have the expected number of lines */
export const verifyListed = (bench: Bench, program: MeasuredProgram, expected: number): Promise<void> =>
  bench.withPath("users.ndjson", async (path) => {
    await program.runInto(path, "list users");
    const found = await countLines(path);
    if (found !== expected) throw new Error(`${found} lines where ${expected} are expected`);
  });

const DEVICES_IMPORT_BENCHMARK = createRivalBenchmark({
  name: "devices import",
  kind: "import",
  target: { must: 5.1 },
  needs: ["sqlite3"],
  ours: async (bench, checkout) => {
    const rows = countFewerRows(bench);
    const { path } = await bench.input(rows, "devices");
    return () =>
      bench.withEmptyTenant(checkout, async (program) => {
        const ran = await program.import("import devices", path, buildCreatedCounts(rows, true));
        program.verifyStored("devices", rows);
        return ran;
      });
  },
  peer: async (bench) => {
    const rows = countFewerRows(bench);
    const { path } = await bench.input(rows, "devices");
    return () => runPeerImport(bench, rows, (database) => bench.peers.importDevices(path, database));
  },
  note: (bench) => `the tenant holds ${countFewerRows(bench)} devices afterwards`,
});

const FIELD_ROWS = 20_000;

/** Imports users with 50 custom fields, and then changes one field of each. The peer's users have no custom fields. */
const CUSTOM_FIELD_BENCHMARKS: readonly Benchmark[] = (
  [
    ["import, 50 custom fields", 2.5, ["users-with-fields"]],
    ["import, one of 50 custom fields", 8.42, ["users-with-fields", "users-with-changed-field"]],
  ] as const
).map(([name, must, files]) =>
  createRivalBenchmark({
    name,
    kind: "import",
    target: { must },
    needs: [],
    ours: async (bench, checkout) => {
      const rows = Math.min(bench.rows, FIELD_ROWS);
      const [first, ...others] = await Promise.all(files.map((kind) => bench.input(rows, kind)));
      const program = await bench.emptyTenant(checkout);
      for (const field of CUSTOM_FIELDS) await program.run("add a custom field", field);
      return () =>
        bench.withCopy(program, async (copy) => {
          let ran = await copy.import("import users", first?.path ?? "", buildCreatedCounts(rows, true));
          for (const { path } of others) ran = await copy.import("import users", path, buildUpdatedCounts(rows, rows));
          return ran;
        });
    },
    peer: (bench) => prepareImport(bench, THIS_CHECKOUT, Math.min(bench.rows, FIELD_ROWS)),
    note: (bench) => `${Math.min(bench.rows, FIELD_ROWS)} users, one import; beside one that creates them without`,
  }),
);

/** The long benchmarks of files and users in a local tenant. */
export const LONG_BENCHMARKS: readonly Benchmark[] = [
  CHECK_BENCHMARK,
  createImportBenchmark("import --dry-run", { must: 1.94 }, "plan an import of users"),
  createImportBenchmark("import", { must: 3.35, mustRssMb: 250 }, "import users"),
  REPEATED_IMPORT_BENCHMARK,
  CHANGE_IMPORT_BENCHMARK,
  WORKBOOK_IMPORT_BENCHMARK,
  DEVICES_IMPORT_BENCHMARK,
  EXPORT_BENCHMARK,
  ...CUSTOM_FIELD_BENCHMARKS,
  LIST_BENCHMARK,
  XLSX_LIST_BENCHMARK,
];
