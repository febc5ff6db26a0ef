import type { Problem } from "../../model/problem.ts";

/** What was found in a column. */
interface ColumnProblems {
  readonly first: Problem;
  readonly count: number;
  /** of codes of digits only: how many digits, and whether they begin with 0 */
  readonly digits?: { readonly length: number; readonly padded: boolean } | undefined;
}

interface ProblemCount extends ColumnProblems {
  count: number;
}

/** A column, and the number of digits of a code in it and whether it begins with 0, as one number. */
const formOf = (column: number, { length, 0: first }: string): number =>
  (column * 0x1_0000 + length) * 2 + (first === "0" ? 1 : 0);

/** A {@link Tally} of another thread. */
export type ColumnTally = readonly ColumnProblems[];

/** Problems that are told once for each column: the first one, and how many there are. */
export class Tally {
  readonly #found = new Map<string, ProblemCount>();
  /** those of codes of digits only, by {@link formOf} */
  readonly #digits = new Map<number, ProblemCount>();
  readonly #unnamed: number;

  /** @param unnamed number of columns without a header */
  constructor(unnamed = 0) {
    this.#unnamed = unnamed;
  }

  note(problem: Problem, count = 1): void {
    this.#add({ first: problem, count });
  }

  /** Counts a code of digits only. @returns false for the first one of its form, which is then noted with `noteDigits` */
  countsDigits(column: number, value: string): boolean {
    const known = this.#digits.get(formOf(column, value));
    if (known !== undefined) known.count += 1;
    return known !== undefined;
  }

  /** @param problem the one that the code has if zeros were removed from it */
  noteDigits(problem: Problem, value: string): void {
    const digits = { length: value.length, padded: value.startsWith("0") };
    this.#digits.set(formOf(problem.column, value), this.#add({ first: problem, count: 1, digits }));
  }

  #add({ first, count, digits }: ColumnProblems): ProblemCount {
    const { length = 0, padded = false } = digits ?? {};
    const key = `${first.code} ${first.column} ${length} ${padded}`;
    const counted = this.#found.get(key) ?? { first, count: 0, digits };
    counted.count += count;
    this.#found.set(key, counted);
    return counted;
  }

  /** Adds the findings of a later part of the file, whose rows and lines were counted from 1. */
  addPart(part: ColumnTally, rowsBefore: number, linesBefore: number): void {
    for (const { first, count, digits } of part) {
      this.#add({ first: { ...first, row: first.row + rowsBefore, line: first.line + linesBefore }, count, digits });
    }
  }

  get found(): ColumnTally {
    return [...this.#found.values()];
  }

  /** Each with its count, as it is reported at the end of the file. */
  problems(): readonly Problem[] {
    const unnamed = this.#unnamed - this.found.filter(({ first }) => first.code === "header-blank").length;
    const blank: Problem = {
      code: "columns-blank",
      row: 1,
      line: 1,
      column: 0,
      header: "",
      params: { count: unnamed },
    };
    const found = [...this.found.filter(({ digits }) => digits === undefined), ...this.#shortCodes()];
    const problems = found.map(({ first, count }) => {
      const params = { ...first.params, count };
      // a column is wrong as a whole: its header is the place
      return first.code === "header-blank"
        ? { ...first, row: 1, line: 1, params: { ...params, row: first.row } }
        : { ...first, params };
    });
    return unnamed > 0 ? [blank, ...problems] : problems;
  }

  /** Codes of fewer digits than those of their column that begin with 0: zeros at the start may have been removed. */
  #shortCodes(): readonly ColumnProblems[] {
    const byColumn = Map.groupBy(this.found, ({ first, digits }) => (digits === undefined ? 0 : first.column));
    byColumn.delete(0);
    return [...byColumn.values()].flatMap((all) => {
      const longest = Math.max(...all.map(({ digits }) => (digits?.padded === true ? digits.length : 0)));
      const short = all.filter(({ digits }) => digits?.padded === false && digits.length < longest);
      const [first] = short.toSorted((a, b) => a.first.row - b.first.row);
      return first === undefined ? [] : [{ ...first, count: short.reduce((sum, { count }) => sum + count, 0) }];
    });
  }
}
