import { rm, writeFile } from "node:fs/promises";
import { inTurn } from "./alternate.ts";
import { created, type Bench } from "./bench.ts";
import { THIS, type Checkout } from "./checkout.ts";
import { DIVISION_ORGS } from "./input.ts";
import { HEADER, orgCode, personRecord } from "./people.ts";
import type { Program } from "./program.ts";
import { countLines } from "./records.ts";
import { best, highest } from "./statistics.ts";
import type { Work } from "./works.ts";

const TIMES = 3;

/** Two organisations, the half of all others below each. */
const DIVISIONS = ["EAST", "WEST"] as const;

/** Account names of the first two people. */
const [SYSTEM = "", DIVISION = ""] = [0, 1].map((index) =>
  personRecord(index).trimEnd().split(",").at(HEADER.indexOf("CLOMOアカウント名")),
);

/** A tenant of two divisions with a system administrator, and one of a division. */
async function divided(bench: Bench, checkout: Checkout): Promise<Program> {
  const program = await bench.emptyTenant(checkout);
  const [orgs, password] = [bench.newPath("orgs.csv"), bench.newPath("password")];
  const rows = [
    ["組織名", "組織コード", "上位組織コード"],
    ...DIVISIONS.map((code) => [code, code, ""]),
    ...Array.from({ length: DIVISION_ORGS * DIVISIONS.length }, (_, at) => [
      `第${at}課`,
      orgCode(at),
      DIVISIONS[at % DIVISIONS.length],
    ]),
  ];
  await writeFile(orgs, `${rows.map((row) => row.join(",")).join("\r\n")}\r\n`);
  await writeFile(password, "Invented1\n", { mode: 0o600 });
  await program.run("orgs", "import", orgs, "--encoding", "utf-8", "--yes");
  await program.importUsers((await bench.input(bench.rows, "users-of-divisions")).path, created(bench.rows, true));
  const granted = ["--password-file", password, "--role"];
  await program.run("clomo-account", "grant", SYSTEM, ...granted, "system");
  await program.run("clomo-account", "grant", DIVISION, ...granted, "division", "--managed-orgs", DIVISIONS[0]);
  return program;
}

/** How many users somebody has in his list. */
async function listed(bench: Bench, program: Program, account: string): Promise<number> {
  const file = bench.newPath("users.ndjson");
  try {
    await program.listUsers(file, "--as", account);
    return await countLines(file);
  } finally {
    await rm(file, { force: true });
  }
}

/**
 * The list of users for an administrator of one division, who sees half of them, beside the list of all for a system
 * administrator, by the row that each gets.
 */
export const DIVISION_LIST: Work = {
  name: "users list of a division",
  kind: "long",
  target: { must: 1.5, mustRssMb: 150 },
  needs: [],
  ours: async (bench, checkout) => {
    const program = await divided(bench, checkout);
    return () => program.listUsers("/dev/null", "--as", DIVISION);
  },
  measure: async (bench) => {
    const program = await divided(bench, THIS);
    const [part, all] = [await listed(bench, program, DIVISION), await listed(bench, program, SYSTEM)];
    if (all !== bench.rows || part < all / 3 || part > all / 1.5) throw new Error(`${part} of ${all} users listed`);
    const runs = await inTurn(
      [DIVISION, SYSTEM].map((account) => () => program.listUsers("/dev/null", "--as", account)),
      TIMES,
    );
    const [seconds = 0, peerSeconds = 0] = runs.map((of) => best(of.map((ran) => ran.seconds)));
    const peak = highest((runs[0] ?? []).map(({ peakBytes }) => peakBytes));
    return {
      figures: {
        seconds,
        peerSeconds,
        ratio: seconds / part / (peerSeconds / all),
        rssMb: peak === undefined ? undefined : peak / 1e6,
      },
      note: `per row; ${part} of ${all} users, ${DIVISION_ORGS} of ${DIVISION_ORGS * 2} organisations`,
    };
  },
};
