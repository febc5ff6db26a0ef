import { inTurn } from "./alternate.ts";
import { THIS } from "./checkout.ts";
import type { Ran } from "./process.ts";
import { best, growth, highest } from "./statistics.ts";
import { importOf, type Work } from "./works.ts";

const TIMES = 3;

/**
 * Whether a row takes longer in a large file than in a small one: plan and commit of three times the rows, beside a
 * tenth of them. What an import of a single row takes is left out of both.
 */
export const GROWTH: Work = {
  name: "growth",
  kind: "long",
  target: { must: 1.3, mustRssMb: 250 },
  needs: [],
  ours: (bench, checkout) => importOf(bench, checkout, bench.rows * 3),
  measure: async (bench) => {
    const [few, many] = [Math.ceil(bench.rows / 10), bench.rows * 3];
    const works = [
      await importOf(bench, THIS, 1),
      await importOf(bench, THIS, few),
      await importOf(bench, THIS, many),
    ] as const;
    const [one, short, long] = await inTurn(works, TIMES);
    const bestOf = (runs: readonly Ran[]): number => best(runs.map((run) => run.seconds));
    const large = { rows: many, seconds: bestOf(long) };
    const small = { rows: few, seconds: bestOf(short) };
    const fixed = bestOf(one);
    const peak = highest(long.map(({ peakBytes }) => peakBytes));
    const micros = ({ rows, seconds }: typeof large): string => (((seconds - fixed) / rows) * 1e6).toFixed(2);
    return {
      figures: {
        seconds: large.seconds,
        peerSeconds: small.seconds,
        ratio: growth(small, large, fixed),
        rssMb: peak === undefined ? undefined : peak / 1e6,
      },
      note: `µs a row: ${micros(large)} of ${many}, ${micros(small)} of ${few}; one row takes ${fixed.toFixed(3)} s`,
    };
  },
};
