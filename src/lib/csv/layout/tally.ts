import type { Problem } from "../../model/problem.ts";

/** Problems of one kind in a column: the first problem and their number. */
interface ColumnProblems {
  readonly first: Problem;
  readonly count: number;
  /** for codes that consist only of digits: the number of digits, and whether the codes begin with 0 */
  readonly digits?: { readonly length: number; readonly padded: boolean } | undefined;
}

interface ProblemCount extends ColumnProblems {
  count: number;
}

/** Encodes a column, the number of digits of a code, and whether the code begins with 0, as one number. */
const encodeDigitForm = (column: number, { length, 0: first }: string): number =>
  (column * 0x1_0000 + length) * 2 + (first === "0" ? 1 : 0);

/** The content of a {@link Tally}, which can be passed between threads. */
export type ColumnTally = readonly ColumnProblems[];

/** Collects problems that are reported once per column, with the first problem and the number of problems. */
export class Tally {
  readonly #found = new Map<string, ProblemCount>();
  /** problems of codes that consist only of digits, by {@link encodeDigitForm} */
  readonly #digits = new Map<number, ProblemCount>();
  readonly #unnamed: number;

  /** @param unnamed number of columns without a header */
  constructor(unnamed = 0) {
    this.#unnamed = unnamed;
  }

  note(problem: Problem, count = 1): void {
    this.#add({ first: problem, count });
  }

  /** Counts a code of digits only.  @returns false for the first code of its form; add it with `noteDigits` */
  countsDigits(column: number, value: string): boolean {
    const known = this.#digits.get(encodeDigitForm(column, value));
    if (known !== undefined) known.count += 1;
    return known !== undefined;
  }

  /** @param problem problem to report if zeros have been removed from the code */
  noteDigits(problem: Problem, value: string): void {
    const digits = { length: value.length, padded: value.startsWith("0") };
    this.#digits.set(encodeDigitForm(problem.column, value), this.#add({ first: problem, count: 1, digits }));
  }

  #add({ first, count, digits }: ColumnProblems): ProblemCount {
    const { length = 0, padded = false } = digits ?? {};
    const key = `${first.code} ${first.column} ${length} ${padded}`;
    const counted = this.#found.get(key) ?? { first, count: 0, digits };
    counted.count += count;
    this.#found.set(key, counted);
    return counted;
  }

  /** Adds the findings of a later part of the file, in which rows and lines are counted from 1. */
  addPart(part: ColumnTally, rowsBefore: number, linesBefore: number): void {
    for (const { first, count, digits } of part) {
      this.#add({ first: { ...first, row: first.row + rowsBefore, line: first.line + linesBefore }, count, digits });
    }
  }

  get found(): ColumnTally {
    return [...this.#found.values()];
  }

  /** Returns the problems with their counts, as they are reported at the end of the file. */
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
      // the problem concerns the whole column, so it is reported at the header
      return first.code === "header-blank"
        ? { ...first, row: 1, line: 1, params: { ...params, row: first.row } }
        : { ...first, params };
    });
    return unnamed > 0 ? [blank, ...problems] : problems;
  }

  /** Returns codes that are shorter than codes of their column that begin with 0: leading zeros may be lost. */
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
