import fc from "fast-check";
import { expect } from "vitest";

const { CLOMOCTL_HISTORIES, CLOMOCTL_SEED, CLOMOCTL_STEPS, CLOMOCTL_PATH } = process.env;

const isDefaultSeed = CLOMOCTL_SEED === undefined;

const HISTORY_COUNT = 50;

/** A quarter of the runs finds most faults. Only all runs (`CLOMOCTL_HISTORIES=all`) are known to cover all events. */
const isWhole = CLOMOCTL_HISTORIES === "all";
const SHARE_OF_RUNS = isWhole ? 1 : 0.25;

/**
 * Returns the parameters of a random property: a fixed seed, and a quarter of `numRuns`. The torture run can replace
 * both.
 */
export const toPropertyParameters = (numRuns: number, seed: number) => ({
  numRuns:
    CLOMOCTL_HISTORIES === undefined || isWhole ? Math.ceil(SHARE_OF_RUNS * numRuns) : Number(CLOMOCTL_HISTORIES),
  seed: Number(CLOMOCTL_SEED ?? seed),
  // the path to a shrunk failure, as fast-check reported it
  ...(CLOMOCTL_PATH !== undefined && { path: CLOMOCTL_PATH, endOnFailure: true }),
});

/** Returns the parameters of a property of random histories. The default count covers all events of most models. */
export const toHistoryParameters = (seed: number, count = HISTORY_COUNT) => toPropertyParameters(count, seed);

/** Returns random steps of a history: at most `most`, unless the torture run sets another maximum. */
export const someSteps = <T>(step: fc.Arbitrary<T>, most: number) =>
  fc.array(step, { minLength: 2, maxLength: Number(CLOMOCTL_STEPS ?? most), size: "max" });

/** Expects that the wanted events occurred in the histories of the default seed: all of them, or at least half. */
export function expectAllEvents(seen: ReadonlySet<string>, wanted: readonly string[]): void {
  const missing = wanted.filter((one) => !seen.has(one));
  if (isDefaultSeed && missing.length > (isWhole ? 0 : wanted.length / 2)) expect(missing).toEqual([]);
}

/** Expects that an event occurred more than `least` times in all histories of the default seed. */
export function expectMoreThan(times: number, least: number): void {
  if (isDefaultSeed) expect(times).toBeGreaterThan(Math.floor(SHARE_OF_RUNS * least));
}

/**
 * Options for a test with many cases or programs. The timeout is longer in the torture run, which can run more cases.
 */
export const LONG_TIMEOUT = { timeout: isDefaultSeed ? 300_000 : 3_600_000 };
