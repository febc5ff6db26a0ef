import type { Problem } from "../../model/problem.ts";
import { FIRST_ROW, type HeaderPlace } from "./layout.ts";

interface ValueForm {
  readonly length: number;
  /** the value consists only of digits */
  readonly isNumber: boolean;
  /** the value begins with 0 */
  readonly padded: boolean;
}

interface ColumnProblems {
  readonly first: Problem;
  readonly count: number;
  /** for problems that depend on the other values of the column */
  readonly form?: ValueForm | undefined;
}

interface ProblemCount extends ColumnProblems {
  count: number;
}

type FormProblemCode = "value-short" | "value-serial-date";

const formOf = (code: FormProblemCode, value: string): ValueForm => ({
  // the length of a date is irrelevant
  length: code === "value-short" ? value.length : 0,
  isNumber: code === "value-short" || /^\d+$/.test(value),
  padded: value.startsWith("0"),
});

const encodeForm = (column: number, { length, isNumber, padded }: ValueForm): number =>
  ((column * 0x1_0000 + length) * 2 + (padded ? 1 : 0)) * 2 + (isNumber ? 1 : 0);

const countValues = (problems: readonly ColumnProblems[]): number =>
  problems.reduce((sum, { count }) => sum + count, 0);

const VALUE_CODES: ReadonlySet<string> = new Set(["row-skipped"]);

export class Tally {
  readonly #found = new Map<string, ProblemCount>();
  /** problems that depend on the other values of the column, by {@link encodeForm} */
  readonly #forms = new Map<number, ProblemCount>();
  readonly #unnamed: number;
  readonly #place: HeaderPlace;

  /** @param unnamed number of columns without a header */
  constructor(unnamed = 0, { row, line }: HeaderPlace = FIRST_ROW) {
    this.#unnamed = unnamed;
    this.#place = { row, line };
  }

  note(problem: Problem, count = 1): void {
    this.#add({ first: problem, count });
  }

  /** Counts a value of a known form.  @returns false for the first value of its form; add it with `noteForm` */
  countsForm(code: FormProblemCode, column: number, value: string): boolean {
    const known = this.#forms.get(encodeForm(column, formOf(code, value)));
    if (known !== undefined) known.count += 1;
    return known !== undefined;
  }

  /** @param problem problem to report if the other values of the column show that the value is damaged */
  noteForm(code: FormProblemCode, problem: Problem, value: string): void {
    const form = formOf(code, value);
    this.#forms.set(encodeForm(problem.column, form), this.#add({ first: problem, count: 1, form }));
  }

  #add({ first, count, form }: ColumnProblems): ProblemCount {
    const value = VALUE_CODES.has(first.code) ? String(first.params["value"]) : "";
    const key = `${first.code} ${first.column} ${form === undefined ? "" : encodeForm(first.column, form)} ${value}`;
    const counted = this.#found.get(key) ?? { first, count: 0, form };
    counted.count += count;
    this.#found.set(key, counted);
    return counted;
  }

  get #problems(): readonly ColumnProblems[] {
    return [...this.#found.values()];
  }

  problems(): readonly Problem[] {
    const unnamed = this.#unnamed - this.#problems.filter(({ first }) => first.code === "header-blank").length;
    const blank: Problem = {
      code: "columns-blank",
      ...this.#place,
      column: 0,
      header: "",
      params: { count: unnamed },
    };
    const found = [
      ...this.#problems.filter(({ form }) => form === undefined),
      ...this.#shortCodes(),
      ...this.#serialDates(),
    ];
    const problems = found.map(({ first, count }) => {
      const params = { ...first.params, count };
      // the problem concerns the whole column, so it is reported at the header
      return first.code === "header-blank"
        ? { ...first, ...this.#place, params: { ...params, row: first.row } }
        : { ...first, params };
    });
    return unnamed > 0 ? [blank, ...problems] : problems;
  }

  /**
   * Returns the codes that are shorter than other codes of the same column that begin with 0. Such codes may have lost
   * leading zeros.
   */
  #shortCodes(): readonly ColumnProblems[] {
    return this.#compareForms("value-short", (all) => {
      const longest = Math.max(...all.map(({ form }) => (form?.padded === true ? form.length : 0)));
      return all.filter(({ form }) => form?.padded === false && form.length < longest);
    });
  }

  #serialDates(): readonly ColumnProblems[] {
    return this.#compareForms("value-serial-date", (all) => {
      const numbers = all.filter(({ form }) => form?.isNumber === true);
      return countValues(numbers) * 2 < countValues(all) ? numbers : [];
    });
  }

  /** Returns the damaged values of each column as one problem. */
  #compareForms(
    code: FormProblemCode,
    findDamaged: (all: readonly ColumnProblems[]) => readonly ColumnProblems[],
  ): readonly ColumnProblems[] {
    const all = this.#problems.filter(({ first }) => first.code === code);
    return [...Map.groupBy(all, ({ first }) => first.column).values()].flatMap((column) => {
      const damaged = findDamaged(column);
      const [first] = damaged.toSorted((a, b) => a.first.row - b.first.row);
      return first === undefined ? [] : [{ ...first, count: countValues(damaged) }];
    });
  }
}
