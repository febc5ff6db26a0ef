import type { InputProblem } from "../../../lib/client/index.ts";
import { describeProblemReason } from "../../../lib/plan/columns.ts";
import { guardFormula } from "../../../lib/terminal/output.ts";
import type { Terminal } from "../../../lib/terminal/index.ts";

const MAX_REASONS = 20;

interface RowReason {
  readonly row: number;
  readonly reason: string;
}

/**
 * Yields the reasons of the invalid rows, one by one, so that few are in memory: the problems of a row in one line, each
 * as `メールアドレス: not an email address`, safe in a spreadsheet. Those of the whole file belong to the header row.
 */
export async function* readRowReasons(
  problems: AsyncIterable<InputProblem>,
  headerRow: number,
  teller: Pick<Terminal, "language" | "plain">,
): AsyncGenerator<RowReason, undefined> {
  let row = headerRow;
  let reasons: string[] = [];
  const join = (): RowReason => ({ row, reason: guardFormula(reasons.join("; ").replaceAll(/[\r\n]+/g, " ")) });
  for await (const problem of problems) {
    if (problem.severity !== "error") continue;
    if (problem.row > row) {
      if (reasons.length > 0) yield join();
      ({ row } = problem);
      reasons = [];
    }
    const reason = teller.plain(describeProblemReason(problem)[teller.language]);
    if (reasons.length === MAX_REASONS) reasons.push("…");
    else if (reasons.length < MAX_REASONS)
      reasons.push(problem.header === "" ? reason : `${problem.header}: ${reason}`);
  }
  if (reasons.length > 0) yield join();
}
