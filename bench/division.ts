import { rm, writeFile } from "node:fs/promises";
import { runInTurn } from "./alternate.ts";
import { buildCreatedCounts, type Bench } from "./bench.ts";
import { THIS_CHECKOUT, type Checkout } from "./checkout.ts";
import { ORGS_PER_DIVISION } from "./input.ts";
import { USER_HEADER, formatOrgCode, formatPersonRecord } from "./people.ts";
import type { MeasuredProgram } from "./program.ts";
import { countLines } from "./records.ts";
import { getShortestTime, getHighestPeak } from "./statistics.ts";
import type { Benchmark } from "./works.ts";

const RUNS_PER_ACCOUNT = 3;

/** Two organisations. Each has half of all other organisations below it. */
const DIVISIONS = ["EAST", "WEST"] as const;

/**
 * Account names of the system administrator and of the division administrator, who are the first two people of the
 * file.
 */
const [SYSTEM = "", DIVISION = ""] = [0, 1].map((index) =>
  formatPersonRecord(index).trimEnd().split(",").at(USER_HEADER.indexOf("CLOMOアカウント名")),
);

/** Creates a tenant with two divisions, a system administrator, and an administrator of one division. */
async function createDividedTenant(bench: Bench, checkout: Checkout): Promise<MeasuredProgram> {
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
  await program.run("orgs", "import", orgs, "--encoding", "utf-8", "--yes");
  await program.importUsers(
    (await bench.input(bench.rows, "users-of-divisions")).path,
    buildCreatedCounts(bench.rows, true),
  );
  const granted = ["--password-file", password, "--role"];
  await program.run("clomo-account", "grant", SYSTEM, ...granted, "system");
  await program.run("clomo-account", "grant", DIVISION, ...granted, "division", "--managed-orgs", DIVISIONS[0]);
  return program;
}

/** Returns the number of users that `users list` shows to an account. */
async function countListedUsers(bench: Bench, program: MeasuredProgram, account: string): Promise<number> {
  const file = bench.newPath("users.ndjson");
  try {
    await program.listUsers(file, "--as", account);
    return await countLines(file);
  } finally {
    await rm(file, { force: true });
  }
}

/**
 * Measures the user list of a division administrator, who sees half of the users. The peer is the list of all users,
 * for a system administrator. The ratio compares the time per row.
 */
export const DIVISION_LIST_BENCHMARK: Benchmark = {
  name: "users list of a division",
  kind: "long",
  target: { must: 1.5, mustRssMb: 150 },
  needs: [],
  ours: async (bench, checkout) => {
    const program = await createDividedTenant(bench, checkout);
    return () => program.listUsers("/dev/null", "--as", DIVISION);
  },
  measure: async (bench) => {
    const program = await createDividedTenant(bench, THIS_CHECKOUT);
    const [part, all] = [
      await countListedUsers(bench, program, DIVISION),
      await countListedUsers(bench, program, SYSTEM),
    ];
    if (all !== bench.rows || part < all / 3 || part > all / 1.5) throw new Error(`${part} of ${all} users listed`);
    const runs = await runInTurn(
      [DIVISION, SYSTEM].map((account) => () => program.listUsers("/dev/null", "--as", account)),
      RUNS_PER_ACCOUNT,
    );
    const [seconds = 0, peerSeconds = 0] = runs.map((of) => getShortestTime(of.map((ran) => ran.seconds)));
    const peak = getHighestPeak((runs[0] ?? []).map(({ peakBytes }) => peakBytes));
    return {
      figures: {
        seconds,
        peerSeconds,
        ratio: seconds / part / (peerSeconds / all),
        rssMb: peak === undefined ? undefined : peak / 1e6,
      },
      note: `per row; ${part} of ${all} users, ${ORGS_PER_DIVISION} of ${ORGS_PER_DIVISION * 2} organisations`,
    };
  },
};
