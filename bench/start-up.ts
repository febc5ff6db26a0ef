import { runAlternately } from "./alternate.ts";
import { THIS_CHECKOUT } from "./checkout.ts";
import { getMedian } from "./statistics.ts";
import type { Benchmark } from "./works.ts";

/** Number of runs of each start; the median counts. */
const START_UP_RUNS = 15;

/**
 * Creates a benchmark of a short command. The peer is Node, doing nothing. The first two runs are not measured, because
 * they create the tenant and fill the compile cache.
 */
export const createStartUpBenchmark = (work: Omit<Benchmark, "kind" | "measure">): Benchmark => {
  const ours: Benchmark["ours"] = async (bench, checkout) => {
    const run = await work.ours(bench, checkout);
    await run();
    await run();
    return run;
  };
  return {
    ...work,
    kind: "start-up",
    ours,
    measure: async (bench) => {
      const idle = await bench.emptyTenant(THIS_CHECKOUT);
      const rivals = { ours: await ours(bench, THIS_CHECKOUT), peer: () => idle.node("-e", "0") };
      const runs = await runAlternately(rivals, START_UP_RUNS);
      const seconds = getMedian(runs.ours.map((run) => run.seconds));
      const peerSeconds = getMedian(runs.peer.map((run) => run.seconds));
      const figures = { seconds, peerSeconds, ratio: seconds / peerSeconds, rssMb: undefined };
      return { figures, note: `median of ${START_UP_RUNS}, beside node -e 0` };
    },
  };
};

const createCommandBenchmark = (name: string, target: Benchmark["target"], ...args: readonly string[]): Benchmark =>
  createStartUpBenchmark({
    name,
    target,
    needs: [],
    ours: async (bench, checkout) => {
      const program = await bench.emptyTenant(checkout);
      return () => program.run(...args);
    },
  });

/**
 * Creates a benchmark of a command that changes something. Each run uses a different command line, built from the
 * number of the run, from 1.
 */
const createChangeBenchmark = (
  name: string,
  target: Benchmark["target"],
  { before = [], line }: { readonly before?: readonly string[]; readonly line: (run: number) => readonly string[] },
): Benchmark =>
  createStartUpBenchmark({
    name,
    target,
    needs: [],
    ours: async (bench, checkout) => {
      const program = await bench.emptyTenant(checkout);
      if (before.length > 0) await program.run(...before);
      let run = 0;
      return () => {
        run += 1;
        return program.run(...line(run));
      };
    },
  });

const EDITED_USER_ADDRESS = "hanako@example.jp";

/** Benchmarks of short commands. */
export const START_UP_BENCHMARKS: readonly Benchmark[] = [
  createCommandBenchmark("version", { must: 1.75, aim: 1.4 }, "--version"),
  createCommandBenchmark("help", { must: 1.75, aim: 1.4 }, "--help"),
  createCommandBenchmark("orgs list", { must: 3.5, aim: 3 }, "orgs", "list"),
  createCommandBenchmark("roles matrix", { must: 3.5 }, "roles", "matrix"),
  createCommandBenchmark("whoami", { must: 3.5 }, "whoami"),
  createChangeBenchmark("orgs create", { must: 5, aim: 4 }, { line: (run) => ["orgs", "create", `課 ${run}`] }),
  createChangeBenchmark(
    "users edit",
    { must: 5, aim: 4 },
    {
      before: ["users", "create", "--name", "花子", "--email", EDITED_USER_ADDRESS],
      line: (run) => ["users", "edit", EDITED_USER_ADDRESS, "--title", `課長 ${run}`],
    },
  ),
];
