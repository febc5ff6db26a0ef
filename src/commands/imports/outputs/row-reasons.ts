import type { InputProblem, Client } from "../../../lib/client/index.ts";
import { guardFormula } from "../../../lib/terminal/table/cells.ts";
import type { Terminal } from "../../../lib/terminal/index.ts";
import { RowCursor } from "./row-cursor.ts";
import { reasonOf } from "../../../lib/plan/columns.ts";

/** Why a row is invalid. */
export interface RowReasons {
  readonly row: number;
  /** one line, in the language of the run, safe in a spreadsheet */
  readonly reason: string;
  /** the row has too few or too many cells */
  readonly uneven: boolean;
  /** number of cells it has fewer than the header */
  readonly lacking: number;
}

/** Maximum number of reasons per row; a header may have thousands of problems. */
const MAX_REASONS = 20;

/** What says reasons in the language of the run, with commands as they are to be typed. */
type ReasonTerminal = Pick<Terminal, "language" | "named">;

/** The text of a problem as a file has it. */
export const writtenReason = (teller: ReasonTerminal, problem: Pick<InputProblem, "code" | "params">): string =>
  teller.named(reasonOf(problem)[teller.language]);

/** `メールアドレス: not a mail address`, one after another. */
function joined(problems: readonly InputProblem[], teller: ReasonTerminal): string {
  const reasons = problems.slice(0, MAX_REASONS).map((problem) => {
    const reason = writtenReason(teller, problem);
    return problem.header === "" ? reason : `${problem.header}: ${reason}`;
  });
  const rest = problems.length > MAX_REASONS ? ["…"] : [];
  return guardFormula([...reasons, ...rest].join("; ").replaceAll(/[\r\n]+/g, " "));
}

/**
 * The reasons of the invalid rows, in the file's order, read in step with the rows. A problem of the header or the file
 * as a whole is a reason of every row.
 */
export class Reasons extends RowCursor<RowReasons> {
  /** problems of the whole file; undefined if there are none */
  whole: string | undefined;

  static async open(client: Client<"imports">, id: string, teller: ReasonTerminal): Promise<Reasons> {
    const reasons = new Reasons(rowsOf(client.imports.problems(id).batches(), teller));
    await reasons.advanceTo(WHOLE);
    reasons.whole = reasons.at(WHOLE)?.reason;
    return reasons;
  }
}

/** The row of problems of the header and of the file as a whole. */
const WHOLE = 1;

async function* rowsOf(
  problems: AsyncIterable<readonly InputProblem[]>,
  teller: ReasonTerminal,
): AsyncGenerator<readonly RowReasons[]> {
  let row = 0;
  let found: InputProblem[] = [];
  for await (const batch of problems) {
    const rows: RowReasons[] = [];
    for (const problem of batch) {
      if (problem.severity !== "error") continue;
      const place = Math.max(problem.row, WHOLE);
      if (found.length > 0 && place !== row) {
        rows.push(reasonsOf(row, found, teller));
        found = [];
      }
      row = place;
      if (found.length <= MAX_REASONS) found.push(problem);
    }
    yield rows;
  }
  if (found.length > 0) yield [reasonsOf(row, found, teller)];
}

const reasonsOf = (row: number, found: readonly InputProblem[], teller: ReasonTerminal): RowReasons => ({
  row,
  reason: joined(found, teller),
  uneven: found.some(({ code }) => code === "cells-too-few" || code === "cells-too-many"),
  lacking: Math.max(0, ...found.filter(({ code }) => code === "cells-too-few").map(cellsLacking)),
});

const cellsLacking = ({ params: { got, want } }: InputProblem): number => Number(want) - Number(got);
