import type { InputProblem, TenantClient } from "../../../lib/client/index.ts";
import { guardFormula } from "../../../lib/terminal/cells.ts";
import type { Language } from "../../../lib/text/index.ts";
import { reasonOf } from "./problem-list.ts";

/** Why a row is invalid. */
export interface RowReasons {
  readonly row: number;
  /** one line, in the language of the run, safe in a spreadsheet */
  readonly reason: string;
  /** the row has too few or too many cells */
  readonly uneven: boolean;
}

/** How many reasons one row is given; the problems of a whole header come to thousands. */
const MOST_REASONS = 20;

/** `メールアドレス: not a mail address`, one after the other. */
function joined(problems: readonly InputProblem[], language: Language): string {
  const reasons = problems.slice(0, MOST_REASONS).map((problem) => {
    const reason = reasonOf(problem)[language];
    return problem.header === "" ? reason : `${problem.header}: ${reason}`;
  });
  const rest = problems.length > MOST_REASONS ? ["…"] : [];
  return guardFormula([...reasons, ...rest].join("; ").replaceAll(/[\r\n]+/g, " "));
}

/**
 * The reasons of the invalid rows, in the file's order, taken one after the other while the rows are passed. What is
 * wrong with the header or the file as a whole is a reason of every row.
 */
export class Reasons {
  readonly #rows: AsyncGenerator<RowReasons>;
  #next: RowReasons | undefined;
  /** what is wrong with the whole file; undefined where nothing is */
  readonly whole: string | undefined;

  private constructor(rows: AsyncGenerator<RowReasons>, first: RowReasons | undefined, whole: string | undefined) {
    this.#rows = rows;
    this.#next = first;
    this.whole = whole;
  }

  static async open(client: TenantClient, id: string, language: Language): Promise<Reasons> {
    const rows = rowsOf(client.imports.problems(id), language);
    const first = await take(rows);
    return first?.row === WHOLE
      ? new Reasons(rows, await take(rows), first.reason)
      : new Reasons(rows, first, undefined);
  }

  /** The reasons of a row, later than any asked about before; undefined for a valid one. */
  async of(row: number): Promise<RowReasons | undefined> {
    while (this.#next !== undefined && this.#next.row < row) this.#next = await take(this.#rows);
    return this.#next?.row === row ? this.#next : undefined;
  }

  async close(): Promise<void> {
    await this.#rows.return(undefined);
  }
}

/** Stands for the header and the file as a whole. */
const WHOLE = 1;

const take = async (rows: AsyncGenerator<RowReasons>): Promise<RowReasons | undefined> => {
  const next = await rows.next();
  return next.done === true ? undefined : next.value;
};

async function* rowsOf(problems: AsyncIterable<InputProblem>, language: Language): AsyncGenerator<RowReasons> {
  let row = 0;
  let found: InputProblem[] = [];
  for await (const problem of problems) {
    if (problem.severity !== "error") continue;
    const place = Math.max(problem.row, WHOLE);
    if (found.length > 0 && place !== row) {
      yield reasonsOf(row, found, language);
      found = [];
    }
    row = place;
    if (found.length <= MOST_REASONS) found.push(problem);
  }
  if (found.length > 0) yield reasonsOf(row, found, language);
}

const reasonsOf = (row: number, found: readonly InputProblem[], language: Language): RowReasons => ({
  row,
  reason: joined(found, language),
  uneven: found.some(({ code }) => code === "cells-too-few" || code === "cells-too-many"),
});
