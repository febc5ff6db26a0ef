import { expect, test } from "vitest";
import { judgeFigures, type MeasuredFigures } from "./judge.ts";

const target = { must: 3, mustRssMb: 150 };
const figures = (ratio: number | undefined, rssMb: number | undefined): MeasuredFigures => ({
  seconds: 1,
  peerSeconds: ratio,
  ratio,
  rssMb,
});

test.each([
  [3, 150, "must"],
  [3.001, 100, "missed"],
  [1, 150.1, "missed"],
  [undefined, 151, "missed"],
  [undefined, 100, "unknown"],
  [1, undefined, "unknown"],
  [4, undefined, "missed"],
  [Number.NaN, 100, "missed"],
] as const)("ratio %s and %s MB: %s", (ratio, rssMb, verdict) => {
  expect(judgeFigures(figures(ratio, rssMb), target)).toBe(verdict);
});
