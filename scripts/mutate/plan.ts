import { posix } from "node:path";

/** A test file, as it ran with no mutant active. */
export interface TestFile {
  /** relative to the root */
  readonly file: string;
  readonly seconds: number;
  readonly passed: boolean;
  /** numbers of the mutants that it reaches */
  readonly reaches: readonly number[];
}

function nearness(source: string, { file }: TestFile): number {
  if (file === source.replace(/\.ts$/, ".test.ts")) return 0;
  return posix.dirname(file) === posix.dirname(source) ? 1 : 2;
}

/** The test beside the source first, then those of its folder, then the quickest. */
export function ordered(source: string, tests: readonly TestFile[]): readonly TestFile[] {
  return tests.toSorted((a, b) => nearness(source, a) - nearness(source, b) || a.seconds - b.seconds);
}

/** What is run against a mutant, and how much is left out for want of time. */
export interface Plan {
  readonly tests: readonly TestFile[];
  readonly left: number;
}

/** The first tests of those given that take no longer than `budget` together, by their recorded seconds; one at least. */
export function planned(tests: readonly TestFile[], budget: number): Plan {
  let spent = 0;
  const within = tests.filter(({ seconds }, at) => {
    if (at > 0 && spent + seconds > budget) return false;
    spent += seconds;
    return true;
  });
  return { tests: within, left: tests.length - within.length };
}

/** After how many seconds a test file is taken to hang. */
export const guardOf = (seconds: number): number => 5 * seconds + 30;
