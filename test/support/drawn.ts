import fc from "fast-check";
import { expect } from "vitest";

const { CLOMOCTL_HISTORIES, CLOMOCTL_SEED, CLOMOCTL_STEPS, CLOMOCTL_PATH } = process.env;

/** Whether nobody asked for other histories: those from the usual seed meet all that can happen. */
export const isUsual = CLOMOCTL_SEED === undefined;

/** Random histories of each model. */
const HISTORIES = 50;

/** The parameters of a random property: so many runs from a fixed seed, unless the torture run asks for others. */
export const drawn = (numRuns: number, seed: number) => ({
  numRuns: Number(CLOMOCTL_HISTORIES ?? numRuns),
  seed: Number(CLOMOCTL_SEED ?? seed),
  // the way to a shrunk failure, as it was reported
  ...(CLOMOCTL_PATH !== undefined && { path: CLOMOCTL_PATH, endOnFailure: true }),
});

/** The same for random histories. */
export const histories = (seed: number) => drawn(HISTORIES, seed);

/** The steps of a history: at most so many, unless the torture run asks for another number. */
export const stepsOf = <T>(step: fc.Arbitrary<T>, most: number) =>
  fc.array(step, { minLength: 2, maxLength: Number(CLOMOCTL_STEPS ?? most), size: "max" });

/** Expects that the usual histories have met all of these. */
export function expectSeen(seen: ReadonlySet<string>, wanted: readonly string[]): void {
  if (isUsual) expect(wanted.filter((one) => !seen.has(one))).toEqual([]);
}

/** Expects that the usual histories have met something more often than so many times. */
export function expectOften(times: number, least: number): void {
  if (isUsual) expect(times).toBeGreaterThan(least);
}

/** Options of a test of many cases, or of several programs; the torture run may ask it for as many as it wants. */
export const LONG = { timeout: isUsual ? 120_000 : 3_600_000 };
