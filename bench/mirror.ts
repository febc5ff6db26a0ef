import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { buildUpdatedCounts, type Bench } from "./bench.ts";
import type { Checkout } from "./checkout.ts";
import type { MeasuredProgram } from "./program.ts";
import { countChanged, type Benchmark } from "./works.ts";
import { CHANGED_TELEPHONE } from "./people.ts";

/** Creates a mirror by taking in an export of the console with that many users. */
async function createMirror(bench: Bench, checkout: Checkout, rows: number): Promise<MeasuredProgram> {
  const program = await bench.emptyTenant(checkout);
  const { path } = await bench.input(rows);
  // the export of users names organisations, which the import creates
  for (const what of ["import users", "take a console export of users"] as const) await program.run(what, path);
  program.verifyStored("users", rows);
  return program;
}

const MIRROR_IMPORT_BENCHMARK: Benchmark = {
  name: "import into a mirror",
  kind: "import",
  ours: async (bench, checkout) => {
    const mirror = await createMirror(bench, checkout, 1);
    const { path } = await bench.input(bench.rows);
    const expected = { rows: bench.rows, create: bench.rows - 1, unchanged: 1, committed: true };
    return () => bench.withCopy(mirror, (program) => program.import("import users", path, expected));
  },
};

/** @throws if the tenant does not have the expected number of users with a changed telephone number */
const verifyChanged = (bench: Bench, program: MeasuredProgram, expected: number): Promise<void> =>
  bench.withPath("users.ndjson", async (path) => {
    await program.runInto(path, "list users");
    let found = 0;
    for await (const line of createInterface({ input: createReadStream(path) }))
      if (line.includes(CHANGED_TELEPHONE)) found += 1;
    if (found !== expected) throw new Error(`${found} changed users where ${expected} are expected`);
  });

/** Takes in an export in which half a percent of the users differ, while half a percent of others were changed here. */
const CONSOLE_EXPORT_BENCHMARK: Benchmark = {
  name: "console export",
  kind: "import",
  ours: async (bench, checkout) => {
    const mirror = await createMirror(bench, checkout, bench.rows);
    const here = await bench.input(bench.rows, "users-changed-here");
    const there = await bench.input(bench.rows, "users-changed-there");
    const changed = countChanged(bench.rows);
    await mirror.import("import users", here.path, buildUpdatedCounts(bench.rows, changed));
    return () =>
      bench.withCopy(mirror, async (program) => {
        const ran = await program.run("take a console export of users", there.path);
        // what was changed here stays until the console has it
        await verifyChanged(bench, program, 2 * changed);
        return ran;
      });
  },
};

/** Benchmarks of a tenant that follows the console. */
export const MIRROR_BENCHMARKS: readonly Benchmark[] = [MIRROR_IMPORT_BENCHMARK, CONSOLE_EXPORT_BENCHMARK];
