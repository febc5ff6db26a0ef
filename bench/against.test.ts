import { expect, test } from "vitest";
import { MAX_TIME_RATIO, compareRuns, compareTwice, formatComparison, type Comparison } from "./against.ts";
import type { ProcessRun } from "./process.ts";

const ran = (seconds: number, peakBytes?: number): ProcessRun => ({ seconds, peakBytes, stdout: "" });

const set = (ratio: number): Comparison => ({
  seconds: ratio,
  otherSeconds: 1,
  ratio,
  rssMb: 120.4,
  otherRssMb: undefined,
});

/** Measures what is in line. */
const measuring = (...ratios: readonly number[]): (() => Promise<Comparison>) => {
  const left = ratios.map(set);
  return async () => left.shift() ?? expect.fail("measured too often");
};

test("the ratio is the middle one of the turns, so that neither a slow hour nor a disturbed run counts", () => {
  const own = [ran(3, 100e6), ran(9, 130e6), ran(20, 110e6)];
  const other = [ran(2), ran(1), ran(16)];
  expect(compareRuns(own, other)).toEqual({
    seconds: 9,
    otherSeconds: 2,
    ratio: 1.5,
    rssMb: 130,
    otherRssMb: undefined,
  });
});

test("what keeps the bound is measured once", async () => {
  expect(await compareTwice(measuring(MAX_TIME_RATIO))).toEqual({ verdict: "pass", sets: [set(MAX_TIME_RATIO)] });
});

test("what is above the bound only once is not slower", async () => {
  const { verdict, sets } = await compareTwice(measuring(1.081, 1.079));
  expect(verdict).toBe("pass");
  expect(sets.map(({ ratio }) => ratio)).toEqual([1.081, 1.079]);
});

test.each([
  [1.081, 1.2],
  [Number.NaN, Number.NaN],
])("what is above the bound twice is slower: %s, %s", async (first, second) => {
  expect(await compareTwice(measuring(first, second))).toMatchObject({ verdict: "slower" });
});

test("each set of runs is a line, and the last of a work has the verdict", () => {
  const note = "medians of 11";
  expect(
    formatComparison([
      { work: "import", verdict: "slower", sets: [set(1.0811), set(1.2)], note },
      { work: "help", verdict: "pass", sets: [set(0.5)], note },
      { work: "orgs list", verdict: "failed", sets: [], note: "ended with 1" },
    ]),
  ).toBe(
    [
      "work                    seconds  other s  ratio  RSS MB  other MB  verdict",
      "import                    1.081    1.000  1.081     120         –  above 1.08  medians of 11",
      "import, measured again    1.200    1.000  1.200     120         –  SLOWER      medians of 11",
      "help                      0.500    1.000  0.500     120         –  pass        medians of 11",
      "orgs list                     –        –      –       –         –  FAILED      ended with 1",
      "",
    ].join("\n"),
  );
});
