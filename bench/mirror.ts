import { cp, rm } from "node:fs/promises";
import { runAlternately } from "./alternate.ts";
import { buildCreatedCounts, type Bench } from "./bench.ts";
import { THIS_CHECKOUT, type Checkout } from "./checkout.ts";
import type { ImportCounts, MeasuredProgram } from "./program.ts";
import { getBestFigures, type Benchmark } from "./works.ts";
import type { ProcessRun } from "./process.ts";

const CONSOLE_IMPORT_OPTION = "--from-console";
const RUNS_PER_TENANT = 3;

/** Creates a tenant with one person of the input, so that the import of all people finds a tenant that has records. */
async function createTenantWithOneUser(bench: Bench, checkout: Checkout, isMirror: boolean): Promise<MeasuredProgram> {
  const program = await bench.emptyTenant(checkout);
  const options = isMirror ? [CONSOLE_IMPORT_OPTION] : [];
  await program.importUsers((await bench.input(1)).path, buildCreatedCounts(1, true), ...options);
  return program;
}

/** Returns a function that imports a file into a fresh copy of a tenant. */
const prepareImportIntoCopy =
  (
    bench: Bench,
    program: MeasuredProgram,
    path: string,
    expected: Partial<ImportCounts>,
    ...options: readonly string[]
  ) =>
  async (): Promise<ProcessRun> => {
    const home = bench.newPath("home");
    try {
      await cp(program.home, home, { recursive: true });
      return await program.inHome(home).importUsers(path, expected, ...options);
    } finally {
      await rm(home, { recursive: true, force: true });
    }
  };

/**
 * Creates a benchmark that compares an import into a mirror with the same import into a tenant that is not a mirror.
 */
const createMirrorBenchmark = (
  work: Pick<Benchmark, "name" | "target">,
  note: string,
  run: (bench: Bench, checkout: Checkout, isMirror: boolean) => Promise<() => Promise<ProcessRun>>,
): Benchmark => ({
  ...work,
  kind: "long",
  needs: [],
  ours: (bench, checkout) => run(bench, checkout, true),
  measure: async (bench) => {
    const rivals = { ours: await run(bench, THIS_CHECKOUT, true), peer: await run(bench, THIS_CHECKOUT, false) };
    return { figures: getBestFigures(await runAlternately(rivals, RUNS_PER_TENANT)), note };
  },
});

const MIRROR_IMPORT_BENCHMARK = createMirrorBenchmark(
  { name: "import into a mirror", target: { must: 1.15, mustRssMb: 250 } },
  "new users; next to the same import into a tenant that is not a mirror",
  async (bench, checkout, isMirror) => {
    const program = await createTenantWithOneUser(bench, checkout, isMirror);
    const { path } = await bench.input(bench.rows);
    const expected = { rows: bench.rows, create: bench.rows - 1, unchanged: 1, committed: true };
    return prepareImportIntoCopy(bench, program, path, expected);
  },
);

/** Share of the users that are changed in the mirror. The same share of other users is changed in the console. */
const CHANGED_SHARE_PER_SIDE = 0.005;

const CONSOLE_IMPORT_BENCHMARK = createMirrorBenchmark(
  { name: "takeover", target: { must: 1.3, mustRssMb: 250 } },
  "1 % of the rows differ, half of them changed here; beside an import of the same file where no row was changed here",
  async (bench, checkout, isMirror) => {
    const program = await bench.emptyTenant(checkout);
    const options = isMirror ? [CONSOLE_IMPORT_OPTION] : [];
    const [all, local, console] = await Promise.all(
      (["users", "users-changed-here", "users-changed-there"] as const).map((kind) => bench.input(bench.rows, kind)),
    );
    await program.importUsers(all?.path ?? "", buildCreatedCounts(bench.rows, true), ...options);
    const changed = Math.round(bench.rows * CHANGED_SHARE_PER_SIDE);
    const rest = bench.rows - changed;
    if (isMirror) await program.importUsers(local?.path ?? "", { update: changed, unchanged: rest, committed: true });
    return prepareImportIntoCopy(
      bench,
      program,
      console?.path ?? "",
      { update: changed, unchanged: rest, committed: true },
      ...options,
    );
  },
);

export const MIRROR_BENCHMARKS: readonly Benchmark[] = [MIRROR_IMPORT_BENCHMARK, CONSOLE_IMPORT_BENCHMARK];
