import { posix } from "node:path";

/** A test file and the result of its run with no mutant active. */
export interface RecordedTestFile {
  /** relative to the root */
  readonly file: string;
  readonly seconds: number;
  readonly passed: boolean;
  /** numbers of the mutants that the test file reaches */
  readonly reaches: readonly number[];
}

function getDistance(source: string, { file }: RecordedTestFile): number {
  if (file === source.replace(/\.ts$/, ".test.ts")) return 0;
  return posix.dirname(file) === posix.dirname(source) ? 1 : 2;
}

/**
 * Sorts test files: first the test next to the source, then the other tests in its folder, then all others. Within a
 * group, the fastest comes first.
 */
export function sortTests(source: string, tests: readonly RecordedTestFile[]): readonly RecordedTestFile[] {
  return tests.toSorted((a, b) => getDistance(source, a) - getDistance(source, b) || a.seconds - b.seconds);
}

/** The tests to run against a mutant, and the number of tests that are left out because of the time budget. */
export interface TestPlan {
  readonly tests: readonly RecordedTestFile[];
  readonly left: number;
}

/**
 * Selects the first tests that together take no longer than `budget` seconds, according to their recorded times; at
 * least one test.
 */
export function planTests(tests: readonly RecordedTestFile[], budget: number): TestPlan {
  let spent = 0;
  const within = tests.filter(({ seconds }, at) => {
    if (at > 0 && spent + seconds > budget) return false;
    spent += seconds;
    return true;
  });
  return { tests: within, left: tests.length - within.length };
}

/** Returns the time limit in seconds after which a test file counts as hanging. */
export const getTimeLimit = (seconds: number): number => 5 * seconds + 30;
