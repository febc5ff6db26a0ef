import type { Problem } from "../../model/problem.ts";
import { FIRST_ROW, type HeaderPlace } from "./layout.ts";

interface ProblemCount {
  readonly first: Problem;
  count: number;
}

interface CodeCount extends ProblemCount {
  readonly length: number;
  readonly padded: boolean;
}

const toCodeForm = (column: number, code: string): number =>
  (column * 0x1_0000 + code.length) * 2 + (code.startsWith("0") ? 1 : 0);

export class Tally {
  readonly #found = new Map<string, ProblemCount>();
  /** the codes that consist only of digits, by their column and form */
  readonly #codes = new Map<number, CodeCount>();
  readonly #unnamed: number;
  readonly #place: HeaderPlace;

  constructor(unnamed = 0, { row, line }: HeaderPlace = FIRST_ROW) {
    this.#unnamed = unnamed;
    this.#place = { row, line };
  }

  note(problem: Problem, count = 1): void {
    const value = problem.code === "row-skipped" ? String(problem.params["value"]) : "";
    // corrections are reported together
    const key = problem.code === "value-mended" ? problem.code : `${problem.code} ${problem.column} ${value}`;
    const counted = this.#found.get(key);
    if (counted === undefined) this.#found.set(key, { first: problem, count });
    else counted.count += count;
  }

  /** Counts a code of a known form.  @returns false for the first code of its form; add it with `noteCode` */
  countsCode(column: number, code: string): boolean {
    const known = this.#codes.get(toCodeForm(column, code));
    if (known !== undefined) known.count += 1;
    return known !== undefined;
  }

  /** @param problem problem to report if the other codes of the column show that the code lost zeros */
  noteCode(problem: Problem, code: string): void {
    const form = { length: code.length, padded: code.startsWith("0") };
    this.#codes.set(toCodeForm(problem.column, code), { first: problem, count: 1, ...form });
  }

  problems(): readonly Problem[] {
    const found = [...this.#found.values()];
    const unnamed = this.#unnamed - found.filter(({ first }) => first.code === "header-blank").length;
    const blank: Problem = {
      code: "columns-blank",
      ...this.#place,
      column: 0,
      header: "",
      params: { count: unnamed },
    };
    const problems = [...found, ...this.#shortCodes()].map(({ first, count }) => {
      const params = { ...first.params, count };
      // the problem concerns the whole column, so it is reported at the header
      return first.code === "header-blank"
        ? { ...first, ...this.#place, params: { ...params, row: first.row } }
        : { ...first, params };
    });
    return unnamed > 0 ? [blank, ...problems] : problems;
  }

  /** Returns the codes that are shorter than others that begin with 0, and may have lost zeros. */
  #shortCodes(): readonly ProblemCount[] {
    return [...Map.groupBy(this.#codes.values(), ({ first }) => first.column).values()].flatMap((column) => {
      const longest = Math.max(...column.map(({ padded, length }) => (padded ? length : 0)));
      const short = column.filter(({ padded, length }) => !padded && length < longest);
      const [first] = short.toSorted((a, b) => a.first.row - b.first.row);
      return first === undefined ? [] : [{ ...first, count: short.reduce((sum, { count }) => sum + count, 0) }];
    });
  }
}
