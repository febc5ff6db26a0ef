import { rm } from "node:fs/promises";
import { join } from "node:path";
import { alternate, type Rivals, type Runs } from "./alternate.ts";
import { created, unchanged, verifyRecords, verifyUsers, type Bench } from "./bench.ts";
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
  readonly target: Target;
  /** the peer's programs */
  readonly needs: readonly Tool[];
  /**
   * @param withPeer whether all that the peer needs is there
   * @throws when something fails, or its outcome is not what it must be
   */
  readonly measure: (bench: Bench, withPeer: boolean) => Promise<Measured>;
}

/** Of the long works; the best counts. */
const TIMES = 3;

const seconds = (runs: readonly Ran[]): readonly number[] => runs.map((run) => run.seconds);

const figuresOf = ({ ours, peer }: Runs): Figures => {
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

const compare = async (rivals: Rivals, withPeer: boolean): Promise<Figures> =>
  figuresOf(await alternate(withPeer ? rivals : { ...rivals, peer: undefined }, TIMES));

/** The peer of an import: into a fresh database, whose rows are counted. */
const peerImport =
  (bench: Bench, path: string): (() => Promise<Ran>) =>
  async () => {
    const database = bench.newPath("peer.db");
    try {
      const ran = await bench.peers.importCsv(path, database);
      const found = await bench.peers.countRows(database);
      if (found !== bench.rows) throw new Error(`sqlite3 holds ${found} rows where ${bench.rows} are expected`);
      return ran;
    } finally {
      await rm(database, { force: true });
    }
  };

const check: Work = {
  name: "csv check",
  target: { must: 1, aim: 0.7, mustRssMb: 150 },
  needs: ["python3"],
  measure: async (bench, withPeer) => {
    const { path } = await bench.input(bench.rows);
    const figures = await bench.withEmptyTenant((program) =>
      compare(
        {
          ours: () => program.run("csv", "check", path, "--as", "users", "--encoding", "auto"),
          peer: () => bench.peers.readCsv(path),
        },
        withPeer,
      ),
    );
    return { figures, note: "no problem found, exit 0" };
  },
};

const importing = (name: string, target: Target, dryRun: boolean): Work => ({
  name,
  target,
  needs: ["iconv", "sqlite3"],
  measure: async (bench, withPeer) => {
    const { path } = await bench.input(bench.rows);
    const ours = (): Promise<Ran> =>
      bench.withEmptyTenant(async (program) => {
        const options = dryRun ? ["--dry-run"] : [];
        const ran = await program.importUsers(path, created(bench.rows, !dryRun), ...options);
        verifyUsers(program, dryRun ? 0 : bench.rows);
        return ran;
      });
    const figures = await compare({ ours, peer: peerImport(bench, path) }, withPeer);
    return { figures, note: `the tenant holds ${dryRun ? 0 : bench.rows} users afterwards` };
  },
});

const again: Work = {
  name: "import again",
  target: { must: 4, aim: 2.5 },
  needs: ["iconv", "sqlite3"],
  measure: async (bench, withPeer) => {
    const { path } = await bench.input(bench.rows);
    const program = await bench.filledTenant();
    const ours = (): Promise<Ran> => program.importUsers(path, unchanged(bench.rows));
    const figures = await compare({ ours, peer: peerImport(bench, path) }, withPeer);
    verifyUsers(program, bench.rows);
    return { figures, note: `${bench.rows} unchanged, nothing created, updated or deleted` };
  },
};

const exporting: Work = {
  name: "users export",
  target: { must: 3, aim: 2 },
  needs: ["iconv", "sqlite3"],
  measure: async (bench, withPeer) => {
    const program = await bench.filledTenant();
    const figures = await bench.withFolder(async (folder) => {
      const [ownFile, peerFile, database] = ["ours.csv", "peer.csv", "peer.db"].map((name) => join(folder, name)) as [
        string,
        string,
        string,
      ];
      if (withPeer) await bench.peers.importCsv((await bench.input(bench.rows)).path, database);
      const verified = async (path: string, run: () => Promise<Ran>): Promise<Ran> => {
        await rm(path, { force: true });
        const ran = await run();
        // the peer writes no header
        await verifyRecords(path, path === peerFile ? bench.rows - 1 : bench.rows);
        return ran;
      };
      return compare(
        {
          ours: () => verified(ownFile, () => program.exportUsers(ownFile)),
          peer: () => verified(peerFile, () => bench.peers.exportCsv(database, peerFile)),
        },
        withPeer,
      );
    });
    return { figures, note: `${bench.rows} records in each file` };
  },
};

/** The long works, whose peers are other programs. */
export const LONG_WORKS: readonly Work[] = [
  check,
  importing("import --dry-run", { must: 3, aim: 2 }, true),
  importing("import", { must: 5, aim: 3, mustRssMb: 250 }, false),
  again,
  exporting,
];
