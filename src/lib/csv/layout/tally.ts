import type { Problem } from "../../model/problem.ts";

/** A {@link Tally} of another thread. */
export type Tallied = readonly { readonly first: Problem; readonly count: number }[];

/** Problems that are told once for each column: the first one, and how many there are. */
export class Tally {
  readonly #found = new Map<string, { first: Problem; count: number }>();

  note(problem: Problem, count = 1): void {
    const key = `${problem.code} ${problem.column}`;
    const before = this.#found.get(key);
    if (before === undefined) this.#found.set(key, { first: problem, count });
    else before.count += count;
  }

  /** Adds the findings of a later part of the file, whose rows and lines were counted from 1. */
  addPart(part: Tallied, rowsBefore: number, linesBefore: number): void {
    for (const { first, count } of part) {
      this.note({ ...first, row: first.row + rowsBefore, line: first.line + linesBefore }, count);
    }
  }

  get found(): Tallied {
    return [...this.#found.values()];
  }

  /** Each with its count, as it is reported at the end of the file. */
  problems(): readonly Problem[] {
    return this.found.map(({ first, count }) => {
      const params = { ...first.params, count };
      // a column is wrong as a whole: its header is the place
      return first.code === "header-blank"
        ? { ...first, row: 1, line: 1, params: { ...params, row: first.row } }
        : { ...first, params };
    });
  }
}
