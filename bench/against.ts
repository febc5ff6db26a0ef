import { inTurn } from "./alternate.ts";
import type { Bench } from "./bench.ts";
import { THIS, type Checkout } from "./checkout.ts";
import type { Ran } from "./process.ts";
import { highest, median } from "./statistics.ts";
import { alignColumns, number } from "./table.ts";
import type { Work } from "./works.ts";

/** A work that takes longer than this, as a multiple of the other checkout's time, is slower: beyond what is noise. */
export const BOUND = 1.08;

/** Runs of each side. */
const TIMES: Readonly<Record<Work["kind"], number>> = { long: 11, "start-up": 41 };

/** What a set of runs of two checkouts took: medians. */
export interface Comparison {
  readonly seconds: number;
  readonly otherSeconds: number;
  /** the median of the ratios of each run to the other checkout's run right after it */
  readonly ratio: number;
  /** the highest peak, in MB of 1,000,000 bytes; undefined where it cannot be read */
  readonly rssMb: number | undefined;
  readonly otherRssMb: number | undefined;
}

/** A work and its sets of runs: one, or two when it was slower in the first. */
export interface Compared {
  readonly work: string;
  /** `failed`: it could not be measured, and the note says why */
  readonly verdict: "pass" | "slower" | "failed";
  readonly sets: readonly Comparison[];
  readonly note: string;
}

const peak = (runs: readonly Ran[]): number | undefined => {
  const bytes = highest(runs.map(({ peakBytes }) => peakBytes));
  return bytes === undefined ? undefined : bytes / 1e6;
};

const medianSeconds = (runs: readonly Ran[]): number => median(runs.map(({ seconds }) => seconds));

/** Compares runs that took turns. */
export const comparisonOf = (own: readonly Ran[], other: readonly Ran[]): Comparison => ({
  seconds: medianSeconds(own),
  otherSeconds: medianSeconds(other),
  // what the machine does besides lasts longer than two runs, so that the two of a turn share it
  ratio: median(own.map(({ seconds }, at) => seconds / (other[at]?.seconds ?? Number.NaN))),
  rssMb: peak(own),
  otherRssMb: peak(other),
});

const isSlower = ({ ratio }: Comparison): boolean => !(ratio <= BOUND);

/** Measures once, and once more when the first set is slower: only what is slower twice is. */
export async function compareTwice(measure: () => Promise<Comparison>): Promise<Pick<Compared, "verdict" | "sets">> {
  const first = await measure();
  if (!isSlower(first)) return { verdict: "pass", sets: [first] };
  const second = await measure();
  return { verdict: isSlower(second) ? "slower" : "pass", sets: [first, second] };
}

/** Says of a failure that it is not this checkout's. */
const blameOther = (cause: unknown): never => {
  throw new Error(`the other checkout: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
};

/**
 * Compares this checkout with another one in a work.
 *
 * @throws when it fails in one of them, or its outcome is not what it must be
 */
export async function compareWork(work: Work, bench: Bench, other: Checkout): Promise<Compared> {
  const measure = async (): Promise<Comparison> => {
    const ours = await work.ours(bench, THIS);
    const theirs = await work.ours(bench, other).catch(blameOther);
    return comparisonOf(...(await inTurn([ours, () => theirs().catch(blameOther)], TIMES[work.kind])));
  };
  return { work: work.name, ...(await compareTwice(measure)), note: `medians of ${TIMES[work.kind]}` };
}

const HEADINGS = ["work", "seconds", "other s", "ratio", "RSS MB", "other MB", "verdict", ""] as const;

const WORDS: Readonly<Record<Compared["verdict"], string>> = { pass: "pass", slower: "SLOWER", failed: "FAILED" };

const rowsOf = ({ work, verdict, sets, note }: Compared): readonly (readonly string[])[] => {
  const shown: readonly (Comparison | undefined)[] = sets.length === 0 ? [undefined] : sets;
  return shown.map((set, at) => [
    at === 0 ? work : `${work}, measured again`,
    number(set?.seconds, 3),
    number(set?.otherSeconds, 3),
    number(set?.ratio, 3),
    number(set?.rssMb, 0),
    number(set?.otherRssMb, 0),
    at === shown.length - 1 ? WORDS[verdict] : `above ${BOUND}`,
    note,
  ]);
};

/** The table as text: a line a set of runs. */
export const formatComparison = (lines: readonly Compared[]): string =>
  alignColumns(HEADINGS, lines.flatMap(rowsOf), 5);
