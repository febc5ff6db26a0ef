import { expect, it } from "vitest";
import { sortTests, planTests, type RecordedTestFile } from "./plan.ts";

const test = (file: string, seconds: number): RecordedTestFile => ({ file, seconds, passed: true, reaches: [] });

const names = (tests: readonly RecordedTestFile[]): readonly string[] => tests.map(({ file }) => file);

it("the test next to the source comes first, then its folder, then the fastest tests", () => {
  const tests = [
    test("test/slow.test.ts", 9),
    test("src/lib/csv/b.test.ts", 5),
    test("src/lib/csv/check/c.test.ts", 1),
    test("src/lib/csv/rows.test.ts", 7),
    test("src/lib/csv/a.test.ts", 4),
    test("test/quick.test.ts", 0.5),
  ];
  expect(names(sortTests("src/lib/csv/rows.ts", tests))).toEqual([
    "src/lib/csv/rows.test.ts",
    "src/lib/csv/a.test.ts",
    "src/lib/csv/b.test.ts",
    "test/quick.test.ts",
    "src/lib/csv/check/c.test.ts",
    "test/slow.test.ts",
  ]);
});

it.each([
  [[1, 2, 3], 6, [1, 2, 3], 0],
  [[1, 2, 3], 5, [1, 2], 1],
  [[4, 3, 1], 5, [4, 1], 1],
  [[50, 1], 40, [50], 1],
  [[], 40, [], 0],
])("from tests of %j seconds, a budget of %d seconds selects %j", (seconds, budget, expected, left) => {
  const plan = planTests(
    seconds.map((each) => test("a.test.ts", each)),
    budget,
  );
  expect(plan.tests.map(({ seconds }) => seconds)).toEqual(expected);
  expect(plan.left).toBe(left);
});
