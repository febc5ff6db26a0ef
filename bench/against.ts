import { runInTurn } from "./alternate.ts";
import type { Bench } from "./bench.ts";
import { THIS_CHECKOUT, type Checkout } from "./checkout.ts";
import type { ProcessRun } from "./process.ts";
import { getHighestPeak, getMedian } from "./statistics.ts";
import { alignColumns, formatFigure } from "./table.ts";
import { UnknownCommandError } from "./words.ts";
import type { Benchmark } from "./works.ts";

/**
 * Maximum ratio to the other checkout's processor time. A benchmark above it counts as slower; below it, the difference
 * may be noise.
 */
export const MAX_RATIO: Readonly<Record<Benchmark["kind"], number>> = { import: 1.05, long: 1.08, "start-up": 1.08 };

/** Number of runs on each side. */
const RUNS_PER_SIDE: Readonly<Record<Benchmark["kind"], number>> = { import: 11, long: 11, "start-up": 41 };

/** Medians of a set of runs of two checkouts. */
export interface Comparison {
  /** processor time, user and system */
  readonly cpuSeconds: number;
  readonly otherCpuSeconds: number;
  /** median of the ratios of each run to the other checkout's next run */
  readonly ratio: number;
  /** highest peak, in MB of 1,000,000 bytes; undefined if it cannot be read */
  readonly rssMb: number | undefined;
  readonly otherRssMb: number | undefined;
}

/** A benchmark and its sets of runs: one set, or two if the first set was slower. */
export interface ComparedBenchmark {
  readonly work: string;
  readonly kind: Benchmark["kind"];
  /**
   * `here`, `there`: only this or only the other checkout knows a command that it needs. `failed`: the benchmark could
   * not be measured; the note gives the reason
   */
  readonly verdict: "pass" | "slower" | "here" | "there" | "failed";
  readonly sets: readonly Comparison[];
  readonly note: string;
}

const findPeakMb = (runs: readonly ProcessRun[]): number | undefined => {
  const bytes = getHighestPeak(runs.map(({ peakBytes }) => peakBytes));
  return bytes === undefined ? undefined : bytes / 1e6;
};

const getMedianCpu = (runs: readonly ProcessRun[]): number => getMedian(runs.map(({ cpuSeconds }) => cpuSeconds));

/** Compares the alternating runs of two checkouts. */
export const compareRuns = (own: readonly ProcessRun[], other: readonly ProcessRun[]): Comparison => ({
  cpuSeconds: getMedianCpu(own),
  otherCpuSeconds: getMedianCpu(other),
  // both runs of a pair share the machine's other load, because that load lasts longer than two runs
  ratio: getMedian(own.map(({ cpuSeconds }, at) => cpuSeconds / (other[at]?.cpuSeconds ?? Number.NaN))),
  rssMb: findPeakMb(own),
  otherRssMb: findPeakMb(other),
});

/** Measures once, and a second time if the first set is slower. The verdict is "slower" only if both sets are. */
export async function compareTwice(
  kind: Benchmark["kind"],
  measure: () => Promise<Comparison>,
): Promise<Pick<ComparedBenchmark, "verdict" | "sets">> {
  const isSlower = ({ ratio }: Comparison): boolean => !(ratio <= MAX_RATIO[kind]);
  const first = await measure();
  if (!isSlower(first)) return { verdict: "pass", sets: [first] };
  const second = await measure();
  return { verdict: isSlower(second) ? "slower" : "pass", sets: [first, second] };
}

/** Rethrows a failure with a message that names the other checkout as its source. */
const throwOtherCheckoutError = (cause: unknown): never => {
  if (cause instanceof UnknownCommandError) throw cause;
  throw new Error(`the other checkout: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
};

/** Says why a benchmark could not be measured. */
export function explainFailure(error: unknown): Pick<ComparedBenchmark, "verdict" | "note"> {
  const note = error instanceof Error ? error.message : String(error);
  if (!(error instanceof UnknownCommandError)) return { verdict: "failed", note };
  return { verdict: error.folder === THIS_CHECKOUT.folder ? "there" : "here", note };
}

/** A benchmark that can be run with any checkout. */
export type ComparableBenchmark = Benchmark & { readonly ours: NonNullable<Benchmark["ours"]> };

/** Compares this checkout with another one in a benchmark. */
export async function compareBenchmark(
  { name: work, kind, ours: prepare }: ComparableBenchmark,
  bench: Bench,
  other: Checkout,
): Promise<ComparedBenchmark> {
  const measure = async (): Promise<Comparison> => {
    const ours = await prepare(bench, THIS_CHECKOUT);
    const theirs = await prepare(bench, other).catch(throwOtherCheckoutError);
    return compareRuns(
      ...(await runInTurn([ours, () => theirs().catch(throwOtherCheckoutError)], RUNS_PER_SIDE[kind])),
    );
  };
  try {
    return { work, kind, ...(await compareTwice(kind, measure)), note: `medians of ${RUNS_PER_SIDE[kind]}` };
  } catch (error) {
    return { work, kind, sets: [], ...explainFailure(error) };
  }
}

const HEADINGS = ["work", "cpu s", "other s", "ratio", "RSS MB", "other MB", "verdict", ""] as const;

const VERDICT_LABELS: Readonly<Record<ComparedBenchmark["verdict"], string>> = {
  pass: "pass",
  slower: "SLOWER",
  here: "only here",
  there: "only there",
  failed: "FAILED",
};

const formatComparisonRows = ({
  work,
  kind,
  verdict,
  sets,
  note,
}: ComparedBenchmark): readonly (readonly string[])[] => {
  const shown: readonly (Comparison | undefined)[] = sets.length === 0 ? [undefined] : sets;
  return shown.map((set, at) => [
    at === 0 ? work : `${work}, measured again`,
    formatFigure(set?.cpuSeconds, 3),
    formatFigure(set?.otherCpuSeconds, 3),
    formatFigure(set?.ratio, 3),
    formatFigure(set?.rssMb, 0),
    formatFigure(set?.otherRssMb, 0),
    at === shown.length - 1 ? VERDICT_LABELS[verdict] : `above ${MAX_RATIO[kind]}`,
    note,
  ]);
};

/** Formats the table as text, with one line for each set of runs. */
export const formatComparison = (lines: readonly ComparedBenchmark[]): string =>
  alignColumns(HEADINGS, lines.flatMap(formatComparisonRows), 5);
