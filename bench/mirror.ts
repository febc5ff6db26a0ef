import { cp, rm } from "node:fs/promises";
import { alternate } from "./alternate.ts";
import { created, type Bench } from "./bench.ts";
import { THIS, type Checkout } from "./checkout.ts";
import type { Counts, Program } from "./program.ts";
import { figuresOf, type Work } from "./works.ts";
import type { Ran } from "./process.ts";

const TAKE_OVER = "--from-console";
const TIMES = 3;

/** Imports a person of the input, so that the import of all of them finds a tenant that has records. */
async function withOne(bench: Bench, checkout: Checkout, isMirror: boolean): Promise<Program> {
  const program = await bench.emptyTenant(checkout);
  const options = isMirror ? [TAKE_OVER] : [];
  await program.importUsers((await bench.input(1)).path, created(1, true), ...options);
  return program;
}

/** Imports a file into copies of a tenant, a new one each time. */
const intoCopies =
  (bench: Bench, program: Program, path: string, expected: Partial<Counts>, ...options: readonly string[]) =>
  async (): Promise<Ran> => {
    const home = bench.newPath("home");
    try {
      await cp(program.home, home, { recursive: true });
      return await program.inHome(home).importUsers(path, expected, ...options);
    } finally {
      await rm(home, { recursive: true, force: true });
    }
  };

/** A work in a mirror beside the same import in a tenant that is no mirror. */
const inMirror = (
  work: Pick<Work, "name" | "target">,
  note: string,
  run: (bench: Bench, checkout: Checkout, isMirror: boolean) => Promise<() => Promise<Ran>>,
): Work => ({
  ...work,
  kind: "long",
  needs: [],
  ours: (bench, checkout) => run(bench, checkout, true),
  measure: async (bench) => {
    const rivals = { ours: await run(bench, THIS, true), peer: await run(bench, THIS, false) };
    return { figures: figuresOf(await alternate(rivals, TIMES)), note };
  },
});

const NEW_USERS = inMirror(
  { name: "import into a mirror", target: { must: 1.15, mustRssMb: 250 } },
  "new users; beside the same import into a tenant that is no mirror",
  async (bench, checkout, isMirror) => {
    const program = await withOne(bench, checkout, isMirror);
    const { path } = await bench.input(bench.rows);
    const expected = { rows: bench.rows, create: bench.rows - 1, unchanged: 1, committed: true };
    return intoCopies(bench, program, path, expected);
  },
);

/** Of the users, 0.5 % were changed here, and the console has 0.5 % others changed. */
const DIFFERENCES = 0.005;

const EXPORT = inMirror(
  { name: "takeover", target: { must: 1.3, mustRssMb: 250 } },
  "1 % of the rows differ, half of them changed here; beside an import of the same file where no row was changed here",
  async (bench, checkout, isMirror) => {
    const program = await bench.emptyTenant(checkout);
    const options = isMirror ? [TAKE_OVER] : [];
    const [all, local, console] = await Promise.all(
      (["users", "users-changed-here", "users-changed-there"] as const).map((kind) => bench.input(bench.rows, kind)),
    );
    await program.importUsers(all?.path ?? "", created(bench.rows, true), ...options);
    const changed = Math.round(bench.rows * DIFFERENCES);
    const rest = bench.rows - changed;
    if (isMirror) await program.importUsers(local?.path ?? "", { update: changed, unchanged: rest, committed: true });
    return intoCopies(
      bench,
      program,
      console?.path ?? "",
      { update: changed, unchanged: rest, committed: true },
      ...options,
    );
  },
);

export const MIRROR_WORKS: readonly Work[] = [NEW_USERS, EXPORT];
