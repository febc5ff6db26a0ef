import { runInTurn } from "./alternate.ts";
import { THIS_CHECKOUT } from "./checkout.ts";
import type { ProcessRun } from "./process.ts";
import { getShortestTime, calculateGrowth, getHighestPeak } from "./statistics.ts";
import { prepareImport, type Benchmark } from "./works.ts";

const RUNS_PER_SIZE = 3;

/**
 * Measures whether a row takes longer in a large file than in a small one. Imports (plan and commit) files of three
 * times and of a tenth of the rows. The time that an import of a single row takes is subtracted from both.
 */
export const GROWTH_BENCHMARK: Benchmark = {
  name: "growth",
  kind: "import",
  peer: {
    target: { must: 1.05, mustRssMb: 258 },
    needs: [],
    measure: async (bench) => {
      const [few, many] = [Math.ceil(bench.rows / 10), bench.rows * 3];
      const works = [
        await prepareImport(bench, THIS_CHECKOUT, 1),
        await prepareImport(bench, THIS_CHECKOUT, few),
        await prepareImport(bench, THIS_CHECKOUT, many),
      ] as const;
      const [one, short, long] = await runInTurn(works, RUNS_PER_SIZE);
      const bestOf = (runs: readonly ProcessRun[]): number => getShortestTime(runs.map((run) => run.seconds));
      const large = { rows: many, seconds: bestOf(long) };
      const small = { rows: few, seconds: bestOf(short) };
      const fixed = bestOf(one);
      const peak = getHighestPeak(long.map(({ peakBytes }) => peakBytes));
      const micros = ({ rows, seconds }: typeof large): string => (((seconds - fixed) / rows) * 1e6).toFixed(2);
      return {
        figures: {
          seconds: large.seconds,
          peerSeconds: small.seconds,
          ratio: calculateGrowth(small, large, fixed),
          rssMb: peak === undefined ? undefined : peak / 1e6,
        },
        note: `µs a row: ${micros(large)} of ${many}, ${micros(small)} of ${few}; one row takes ${fixed.toFixed(3)} s`,
      };
    },
  },
};
