import { getProblemSeverity, type Problem, type ProblemCode } from "../../model/problem.ts";

/** Maximum number of problems of a file that are listed. Further problems are only counted. */
const PROBLEM_LIMIT = 100_000;

export class ProblemList {
  readonly listed: Problem[] = [];
  readonly counts = new Map<ProblemCode, number>();
  readonly #limit: number;

  constructor(limit: number = PROBLEM_LIMIT) {
    this.#limit = limit;
  }

  add(problem: Problem): void {
    this.counts.set(problem.code, (this.counts.get(problem.code) ?? 0) + 1);
    if (this.listed.length < this.#limit) this.listed.push(problem);
  }

  count(severity: "error" | "warning"): number {
    let count = 0;
    for (const [code, found] of this.counts) if (getProblemSeverity(code) === severity) count += found;
    return count;
  }

  /** Returns the listed problems, sorted by row and column. */
  sorted(): readonly Problem[] {
    return this.listed.toSorted((a, b) => a.row - b.row || a.column - b.column);
  }
}
