import { writeFile } from "node:fs/promises";
import { runInTurn } from "./alternate.ts";
import { buildCreatedCounts, type Bench } from "./bench.ts";
import { THIS_CHECKOUT, type Checkout } from "./checkout.ts";
import { ORGS_PER_DIVISION } from "./input.ts";
import { USER_HEADER, formatOrgCode, formatPersonRecord } from "./people.ts";
import type { ProcessRun } from "./process.ts";
import type { MeasuredProgram } from "./program.ts";
import { countLines } from "./records.ts";
import { getShortestTime, getHighestPeak } from "./statistics.ts";
import type { Benchmark, MeasuredResult } from "./works.ts";

const RUNS_PER_LIST = 3;

/** Two organisations. Each has half of all other organisations below it. */
const DIVISIONS = ["EAST", "WEST"] as const;

/**
 * Account names of the system administrator and of the division administrator, who are the first two people of the
 * file.
 */
const [SYSTEM = "", DIVISION = ""] = [0, 1].map((index) =>
  formatPersonRecord(index).trimEnd().split(",").at(USER_HEADER.indexOf("CLOMOアカウント名")),
);

/**
 * Creates a tenant with two divisions, a system administrator, and an administrator of one division.
 *
 * @param users where the users are: in all organisations, or in one of each division
 */
async function createDividedTenant(
  bench: Bench,
  checkout: Checkout,
  users: "users-of-divisions" | "users-of-two-orgs" = "users-of-divisions",
): Promise<MeasuredProgram> {
  const program = await bench.emptyTenant(checkout);
  const [orgs, password] = [bench.newPath("orgs.csv"), bench.newPath("password")];
  const rows = [
    ["組織名", "組織コード", "上位組織コード"],
    ...DIVISIONS.map((code) => [code, code, ""]),
    ...Array.from({ length: ORGS_PER_DIVISION * DIVISIONS.length }, (_, at) => [
      `第${at}課`,
      formatOrgCode(at),
      DIVISIONS[at % DIVISIONS.length],
    ]),
  ];
  await writeFile(orgs, `${rows.map((row) => row.join(",")).join("\r\n")}\r\n`);
  await writeFile(password, "Invented1\n", { mode: 0o600 });
  await program.run("import organisations", orgs);
  const { path } = await bench.input(bench.rows, users);
  await program.import("import users", path, buildCreatedCounts(bench.rows, true));
  await program.run("grant the whole tenant", SYSTEM, password);
  await program.run("grant a division", DIVISION, password, DIVISIONS[0]);
  return program;
}

/** A list of users to measure: writes it to a file. */
type ListUsers = (path: string) => Promise<ProcessRun>;

/** Returns the number of users in a list. */
const countListedUsers = (bench: Bench, list: ListUsers): Promise<number> =>
  bench.withPath("users.ndjson", async (path) => {
    await list(path);
    return countLines(path);
  });

/**
 * Measures two lists in turn and compares the time per row.
 *
 * @throws Error if a list does not have about half of all users, or all of them
 */
async function compareLists(bench: Bench, list: ListUsers, peer: ListUsers, note: string): Promise<MeasuredResult> {
  const [part, all] = [await countListedUsers(bench, list), await countListedUsers(bench, peer)];
  for (const count of [part, all]) {
    const share = count / bench.rows;
    if (share !== 1 && (share < 1 / 3 || share > 2 / 3)) throw new Error(`${count} of ${bench.rows} users listed`);
  }
  const runs = await runInTurn([() => list("/dev/null"), () => peer("/dev/null")], RUNS_PER_LIST);
  const [seconds = 0, peerSeconds = 0] = runs.map((of) => getShortestTime(of.map((ran) => ran.seconds)));
  const peak = getHighestPeak(runs[0].map(({ peakBytes }) => peakBytes));
  return {
    figures: {
      seconds,
      peerSeconds,
      ratio: seconds / part / (peerSeconds / all),
      rssMb: peak === undefined ? undefined : peak / 1e6,
    },
    note: `per row; ${part} users beside ${all}, ${note}`,
  };
}

/**
 * Measures the user list of a division administrator, who sees half of the users. The peer is the list of all users,
 * for a system administrator. The ratio compares the time per row.
 */
const DIVISION_LIST_BENCHMARK: Benchmark = {
  name: "users list of a division",
  kind: "long",
  ours: async (bench, checkout) => {
    const program = await createDividedTenant(bench, checkout);
    return () => program.runInto("/dev/null", "list users as", DIVISION);
  },
  peer: {
    target: { must: 1.5, mustRssMb: 150 },
    needs: [],
    measure: async (bench) => {
      const program = await createDividedTenant(bench, THIS_CHECKOUT);
      return compareLists(
        bench,
        (path) => program.runInto(path, "list users as", DIVISION),
        (path) => program.runInto(path, "list users as", SYSTEM),
        `${ORGS_PER_DIVISION} of ${ORGS_PER_DIVISION * 2} organisations`,
      );
    },
  },
};

/**
 * Measures the list of a division with its 10,000 organisations. All its users are directly in one of them. The peer is
 * the list of that organisation alone, which has the same rows.
 */
const ORG_LIST_BENCHMARK: Benchmark = {
  name: "users list --org",
  kind: "long",
  ours: async (bench, checkout) => {
    const program = await createDividedTenant(bench, checkout, "users-of-two-orgs");
    return () => program.runInto("/dev/null", "list users below", DIVISIONS[0]);
  },
  peer: {
    target: { must: 1.2, mustRssMb: 150 },
    needs: [],
    measure: async (bench) => {
      const program = await createDividedTenant(bench, THIS_CHECKOUT, "users-of-two-orgs");
      return compareLists(
        bench,
        (path) => program.runInto(path, "list users below", DIVISIONS[0]),
        (path) => program.runInto(path, "list users directly in", formatOrgCode(0)),
        `${ORGS_PER_DIVISION} organisations below`,
      );
    },
  },
};

/** Benchmarks of the lists of a tenant with many organisations. */
export const DIVISION_BENCHMARKS: readonly Benchmark[] = [DIVISION_LIST_BENCHMARK, ORG_LIST_BENCHMARK];
