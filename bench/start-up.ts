import { runAlternately } from "./alternate.ts";
import type { Bench } from "./bench.ts";
import { THIS_CHECKOUT, type Checkout } from "./checkout.ts";
import type { ProcessRun } from "./process.ts";
import { getMedian } from "./statistics.ts";
import type { Purpose } from "./words.ts";
import type { Benchmark } from "./works.ts";

/** Number of runs of each start; the median counts. */
const START_UP_RUNS = 15;

/**
 * Creates a benchmark of a short command. The peer is Node, doing nothing. The first two runs are not measured, because
 * they create the tenant and fill the compile cache.
 */
export const createStartUpBenchmark = (
  name: string,
  must: number,
  prepare: (bench: Bench, checkout: Checkout) => Promise<() => Promise<ProcessRun>>,
): Benchmark => {
  const ours = async (bench: Bench, checkout: Checkout): Promise<() => Promise<ProcessRun>> => {
    const run = await prepare(bench, checkout);
    await run();
    await run();
    return run;
  };
  return {
    name,
    kind: "start-up",
    ours,
    peer: {
      target: { must },
      needs: [],
      measure: async (bench) => {
        const idle = await bench.emptyTenant(THIS_CHECKOUT);
        const rivals = { ours: await ours(bench, THIS_CHECKOUT), peer: () => idle.node(["-e", "0"]) };
        const runs = await runAlternately(rivals, START_UP_RUNS);
        const seconds = getMedian(runs.ours.map((run) => run.seconds));
        const peerSeconds = getMedian(runs.peer.map((run) => run.seconds));
        const figures = { seconds, peerSeconds, ratio: seconds / peerSeconds, rssMb: undefined };
        return { figures, note: `median of ${START_UP_RUNS}, beside node -e 0` };
      },
    },
  };
};

const createPlainBenchmark = (
  name: string,
  must: number,
  purpose: Extract<Purpose, "version" | "help" | "list organisations" | "who am I">,
): Benchmark =>
  createStartUpBenchmark(name, must, async (bench, checkout) => {
    const program = await bench.emptyTenant(checkout);
    return () => program.run(purpose);
  });

const EDITED_USER_ADDRESS = "hanako@example.jp";

/** Benchmarks of short commands. */
export const START_UP_BENCHMARKS: readonly Benchmark[] = [
  createPlainBenchmark("version", 1.5, "version"),
  createPlainBenchmark("help", 1.5, "help"),
  createPlainBenchmark("orgs list", 2.58, "list organisations"),
  createPlainBenchmark("whoami", 2.65, "who am I"),
  createStartUpBenchmark("orgs create", 4.18, async (bench, checkout) => {
    const program = await bench.emptyTenant(checkout);
    let runs = 0;
    return () => program.run("create an organisation", `課 ${(runs += 1)}`);
  }),
  createStartUpBenchmark("users edit", 4.37, async (bench, checkout) => {
    const program = await bench.emptyTenant(checkout);
    await program.run("create a user", "花子", EDITED_USER_ADDRESS);
    let runs = 0;
    return () => program.run("edit a user", EDITED_USER_ADDRESS, `課長 ${(runs += 1)}`);
  }),
];
