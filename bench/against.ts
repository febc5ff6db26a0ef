import { runInTurn } from "./alternate.ts";
import type { Bench } from "./bench.ts";
import { THIS_CHECKOUT, type Checkout } from "./checkout.ts";
import type { ProcessRun } from "./process.ts";
import { getHighestPeak, getMedian } from "./statistics.ts";
import { alignColumns, formatFigure } from "./table.ts";
import type { Benchmark } from "./works.ts";

/**
 * Maximum ratio to the other checkout's time. A benchmark above it counts as slower; below it, the difference may be
 * noise.
 */
export const MAX_TIME_RATIO = 1.08;

/** Number of runs on each side. */
const RUNS_PER_SIDE: Readonly<Record<Benchmark["kind"], number>> = { long: 11, "start-up": 41 };

/** Medians of a set of runs of two checkouts. */
export interface Comparison {
  readonly seconds: number;
  readonly otherSeconds: number;
  /** median of the ratios of each run to the other checkout's next run */
  readonly ratio: number;
  /** highest peak, in MB of 1,000,000 bytes; undefined if it cannot be read */
  readonly rssMb: number | undefined;
  readonly otherRssMb: number | undefined;
}

/** A benchmark and its sets of runs: one set, or two if the first set was slower. */
export interface ComparedBenchmark {
  readonly work: string;
  /** `failed`: the benchmark could not be measured; the note gives the reason */
  readonly verdict: "pass" | "slower" | "failed";
  readonly sets: readonly Comparison[];
  readonly note: string;
}

const findPeakMb = (runs: readonly ProcessRun[]): number | undefined => {
  const bytes = getHighestPeak(runs.map(({ peakBytes }) => peakBytes));
  return bytes === undefined ? undefined : bytes / 1e6;
};

const getMedianSeconds = (runs: readonly ProcessRun[]): number => getMedian(runs.map(({ seconds }) => seconds));

/** Compares the alternating runs of two checkouts. */
export const compareRuns = (own: readonly ProcessRun[], other: readonly ProcessRun[]): Comparison => ({
  seconds: getMedianSeconds(own),
  otherSeconds: getMedianSeconds(other),
  // both runs of a pair share the machine's other load, because that load lasts longer than two runs
  ratio: getMedian(own.map(({ seconds }, at) => seconds / (other[at]?.seconds ?? Number.NaN))),
  rssMb: findPeakMb(own),
  otherRssMb: findPeakMb(other),
});

const isSlower = ({ ratio }: Comparison): boolean => !(ratio <= MAX_TIME_RATIO);

/** Measures once, and a second time if the first set is slower. The verdict is "slower" only if both sets are. */
export async function compareTwice(
  measure: () => Promise<Comparison>,
): Promise<Pick<ComparedBenchmark, "verdict" | "sets">> {
  const first = await measure();
  if (!isSlower(first)) return { verdict: "pass", sets: [first] };
  const second = await measure();
  return { verdict: isSlower(second) ? "slower" : "pass", sets: [first, second] };
}

/** Rethrows a failure with a message that names the other checkout as its source. */
const throwOtherCheckoutError = (cause: unknown): never => {
  throw new Error(`the other checkout: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
};

/**
 * Compares this checkout with another one in a benchmark.
 *
 * @throws if the benchmark fails in either checkout, or if its result is not the expected one
 */
export async function compareBenchmark(work: Benchmark, bench: Bench, other: Checkout): Promise<ComparedBenchmark> {
  const measure = async (): Promise<Comparison> => {
    const ours = await work.ours(bench, THIS_CHECKOUT);
    const theirs = await work.ours(bench, other).catch(throwOtherCheckoutError);
    return compareRuns(
      ...(await runInTurn([ours, () => theirs().catch(throwOtherCheckoutError)], RUNS_PER_SIDE[work.kind])),
    );
  };
  return { work: work.name, ...(await compareTwice(measure)), note: `medians of ${RUNS_PER_SIDE[work.kind]}` };
}

const HEADINGS = ["work", "seconds", "other s", "ratio", "RSS MB", "other MB", "verdict", ""] as const;

const VERDICT_LABELS: Readonly<Record<ComparedBenchmark["verdict"], string>> = {
  pass: "pass",
  slower: "SLOWER",
  failed: "FAILED",
};

const formatComparisonRows = ({ work, verdict, sets, note }: ComparedBenchmark): readonly (readonly string[])[] => {
  const shown: readonly (Comparison | undefined)[] = sets.length === 0 ? [undefined] : sets;
  return shown.map((set, at) => [
    at === 0 ? work : `${work}, measured again`,
    formatFigure(set?.seconds, 3),
    formatFigure(set?.otherSeconds, 3),
    formatFigure(set?.ratio, 3),
    formatFigure(set?.rssMb, 0),
    formatFigure(set?.otherRssMb, 0),
    at === shown.length - 1 ? VERDICT_LABELS[verdict] : `above ${MAX_TIME_RATIO}`,
    note,
  ]);
};

/** Formats the table as text, with one line for each set of runs. */
export const formatComparison = (lines: readonly ComparedBenchmark[]): string =>
  alignColumns(HEADINGS, lines.flatMap(formatComparisonRows), 5);
