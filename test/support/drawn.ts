import fc from "fast-check";
import { expect } from "vitest";

const { CLOMOCTL_HISTORIES, CLOMOCTL_SEED, CLOMOCTL_STEPS, CLOMOCTL_PATH } = process.env;

/** True if the run uses the default seed. Only the histories of this seed are known to cover all events. */
export const isUsual = CLOMOCTL_SEED === undefined;

/** The number of random histories per model. */
const HISTORIES = 50;

/**
 * Returns the parameters of a random property: `numRuns` runs with a fixed seed, unless the torture run sets other
 * values.
 */
export const toPropertyParameters = (numRuns: number, seed: number) => ({
  numRuns: Number(CLOMOCTL_HISTORIES ?? numRuns),
  seed: Number(CLOMOCTL_SEED ?? seed),
  // the path to a shrunk failure, as fast-check reported it
  ...(CLOMOCTL_PATH !== undefined && { path: CLOMOCTL_PATH, endOnFailure: true }),
});

/** Returns the parameters of a property of random histories. */
export const toHistoryParameters = (seed: number) => toPropertyParameters(HISTORIES, seed);

/** Returns random steps of a history: at most `most`, unless the torture run sets another number. */
export const stepsOf = <T>(step: fc.Arbitrary<T>, most: number) =>
  fc.array(step, { minLength: 2, maxLength: Number(CLOMOCTL_STEPS ?? most), size: "max" });

/** Expects that the histories of the default seed have met all of the wanted events. */
export function expectSeen(seen: ReadonlySet<string>, wanted: readonly string[]): void {
  if (isUsual) expect(wanted.filter((one) => !seen.has(one))).toEqual([]);
}

/** Expects that the histories of the default seed have met an event more than `least` times. */
export function expectOften(times: number, least: number): void {
  if (isUsual) expect(times).toBeGreaterThan(least);
}

/**
 * Options for a test with many cases or several programs. The torture run has a longer timeout, because it may request
 * any number of cases.
 */
export const LONG_TIMEOUT = { timeout: isUsual ? 120_000 : 3_600_000 };
