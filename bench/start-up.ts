import { alternate } from "./alternate.ts";
import type { Bench } from "./bench.ts";
import type { Target } from "./judge.ts";
import { median } from "./statistics.ts";
import type { Work } from "./works.ts";

/** Of each start; the median counts. */
const TIMES = 15;

/** What a start costs once its code is in the compile cache and its tenant is made, beside Node doing nothing. */
const start = (name: string, target: Target, args: readonly string[]): Work => ({
  name,
  target,
  needs: [],
  measure: (bench: Bench) =>
    bench.withEmptyTenant(async (program) => {
      await program.run(...args);
      await program.run(...args);
      const runs = await alternate({ ours: () => program.run(...args), peer: () => program.node("-e", "0") }, TIMES);
      const seconds = median(runs.ours.map((run) => run.seconds));
      const peerSeconds = median(runs.peer.map((run) => run.seconds));
      const figures = { seconds, peerSeconds, ratio: seconds / peerSeconds, rssMb: undefined };
      return { figures, note: `median of ${TIMES}, beside node -e 0` };
    }),
});

/** The short works. */
export const START_UPS: readonly Work[] = [
  start("version", { must: 1.75, aim: 1.4 }, ["--version"]),
  start("help", { must: 1.75, aim: 1.4 }, ["--help"]),
  start("orgs list", { must: 5, aim: 3.5 }, ["orgs", "list"]),
];
