import { expect, test } from "vitest";
import { compareBenchmark, compareRuns, compareTwice, type Comparison } from "./against.ts";
import type { Bench } from "./bench.ts";
import { THIS_CHECKOUT, type Checkout } from "./checkout.ts";
import type { ProcessRun } from "./process.ts";
import { UnknownCommandError, Words } from "./words.ts";

/** A run that waited much longer than it worked. */
const ran = (cpuSeconds: number, peakBytes?: number): ProcessRun => ({
  seconds: 100 / cpuSeconds,
  cpuSeconds,
  peakBytes,
  stdout: "",
});

const set = (ratio: number): Comparison => ({
  cpuSeconds: ratio,
  otherCpuSeconds: 1,
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
    cpuSeconds: 9,
    otherCpuSeconds: 2,
    ratio: 1.5,
    rssMb: 130,
    otherRssMb: undefined,
  });
});

test.each([
  ["import", 1.05],
  ["long", 1.08],
  ["start-up", 1.08],
] as const)("what keeps the bound of its kind is measured once: %s, %s", async (kind, ratio) => {
  expect(await compareTwice(kind, measuring(ratio))).toEqual({ verdict: "pass", sets: [set(ratio)] });
});

test.each([
  ["long", 1.081, 1.2],
  ["import", 1.051, 1.06],
  ["start-up", Number.NaN, Number.NaN],
] as const)("what is above the bound twice is slower: %s, %s, %s", async (kind, first, second) => {
  expect(await compareTwice(kind, measuring(first, second))).toMatchObject({ verdict: "slower" });
});

const OTHER: Checkout = { folder: "/other", words: new Words("/other") };

/** Compares a benchmark that does something with a checkout when it is prepared. */
const comparing = (prepare: (checkout: Checkout) => void) =>
  compareBenchmark(
    {
      name: "import",
      kind: "import",
      ours: async (_, checkout) => {
        prepare(checkout);
        return async () => ran(1);
      },
    },
    // no benchmark of these tests uses it
    {} as Bench,
    OTHER,
  );

test.each([
  [THIS_CHECKOUT.folder, "there"],
  ["/other", "here"],
])("a work that %s does not know is only %s", async (folder, verdict) => {
  const compared = await comparing((checkout) => {
    if (checkout.folder === folder) throw new UnknownCommandError(folder, "import users");
  });
  expect(compared).toMatchObject({ verdict, sets: [] });
});

test("any other failure is one, and says whose", async () => {
  const compared = await comparing((checkout) => {
    if (checkout === OTHER) throw new Error("ended with 1");
  });
  expect(compared).toMatchObject({ verdict: "failed", note: "the other checkout: ended with 1" });
});
