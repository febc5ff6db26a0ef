import { alternate } from "./alternate.ts";
import { THIS } from "./checkout.ts";
import { median } from "./statistics.ts";
import type { Work } from "./works.ts";

/** Of each start; the median counts. */
const TIMES = 15;

/**
 * What a start costs, beside Node doing nothing. The first two runs are not measured: they make the tenant and fill
 * the compile cache.
 */
export const startUp = (work: Omit<Work, "kind" | "measure">): Work => {
  const ours: Work["ours"] = async (bench, checkout) => {
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
      const idle = await bench.emptyTenant(THIS);
      const rivals = { ours: await ours(bench, THIS), peer: () => idle.node("-e", "0") };
      const runs = await alternate(rivals, TIMES);
      const seconds = median(runs.ours.map((run) => run.seconds));
      const peerSeconds = median(runs.peer.map((run) => run.seconds));
      const figures = { seconds, peerSeconds, ratio: seconds / peerSeconds, rssMb: undefined };
      return { figures, note: `median of ${TIMES}, beside node -e 0` };
    },
  };
};

const start = (name: string, target: Work["target"], ...args: readonly string[]): Work =>
  startUp({
    name,
    target,
    needs: [],
    ours: async (bench, checkout) => {
      const program = await bench.emptyTenant(checkout);
      return () => program.run(...args);
    },
  });

/** A command that changes something: each run another one, numbered from 1. */
const changing = (
  name: string,
  target: Work["target"],
  { before = [], line }: { readonly before?: readonly string[]; readonly line: (run: number) => readonly string[] },
): Work =>
  startUp({
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

const ADDRESS = "hanako@example.jp";

/** The short works. */
export const START_UPS: readonly Work[] = [
  start("version", { must: 1.75, aim: 1.4 }, "--version"),
  start("help", { must: 1.75, aim: 1.4 }, "--help"),
  start("orgs list", { must: 3.5, aim: 3 }, "orgs", "list"),
  start("roles matrix", { must: 3.5 }, "roles", "matrix"),
  start("whoami", { must: 3.5 }, "whoami"),
  changing("orgs create", { must: 5, aim: 4 }, { line: (run) => ["orgs", "create", `課 ${run}`] }),
  changing(
    "users edit",
    { must: 5, aim: 4 },
    {
      before: ["users", "create", "--name", "花子", "--email", ADDRESS],
      line: (run) => ["users", "edit", ADDRESS, "--title", `課長 ${run}`],
    },
  ),
];
