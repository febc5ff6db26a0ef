import { getProblemSeverity, type Problem, type ProblemCode } from "../../model/problem.ts";

/** Maximum number of problems of a file that are listed. Further problems are only counted. */
const PROBLEM_LIMIT = 100_000;

/** Collects the problems of a file in bounded memory: lists the first problems, and counts all of them by code. */
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

  /** Returns the number of problems of a severity, including those that are not listed. */
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
