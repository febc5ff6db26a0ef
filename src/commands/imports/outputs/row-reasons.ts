import type { InputProblem, Client, Import } from "../../../lib/client/index.ts";
import { guardFormula } from "../../../lib/terminal/table/cells.ts";
import type { Terminal } from "../../../lib/terminal/index.ts";
import type { Tools } from "../../tools.ts";
import { RowCursor } from "./row-cursor.ts";
import { headerRowOf } from "../../../lib/plan/describe.ts";
import { describeProblemReason } from "../../../lib/plan/columns.ts";

/** The reasons why a row is invalid. */
export interface RowReasons {
  readonly row: number;
  /** all reasons in one line, in the language of the run, safe in a spreadsheet */
  readonly reason: string;
  /** true if the row has too few or too many cells */
  readonly uneven: boolean;
  /** number of cells that the row is shorter than the header */
  readonly lacking: number;
}

/** Maximum number of reasons per row; a header may have thousands of problems. */
const MAX_REASONS = 20;

/** The part of a terminal that writes reasons in the language of the run, with commands as people have to type them. */
type ReasonTerminal = Pick<Terminal, "language" | "named">;

/** Returns the text of a problem as it is written to a file. */
const formatReason = (teller: ReasonTerminal, problem: Pick<InputProblem, "code" | "params">): string =>
  teller.named(describeProblemReason(problem)[teller.language]);

/** Returns the names of the records that a plan keeps although its file lacks them, each with the reason. */
export async function readKeptRecords(
  { tenant, terminal }: Pick<Tools, "tenant" | "terminal">,
  { id }: Pick<Import, "id">,
): Promise<readonly (readonly [name: string, reason: string])[]> {
  const { client } = await tenant("imports");
  const records: (readonly [string, string])[] = [];
  for await (const { row, code, params } of client.imports.problems(id)) {
    // problems of the file as a whole come first
    if (row > 0) break;
    if (params["kept"] === 1 || code === "export-lacks")
      records.push([String(params["name"] ?? params["org"]), formatReason(terminal, { code, params })]);
  }
  return records;
}

/** Returns problems in one line, each as `メールアドレス: not an email address`. */
function formatReasons(problems: readonly InputProblem[], teller: ReasonTerminal): string {
  const reasons = problems.slice(0, MAX_REASONS).map((problem) => {
    const reason = formatReason(teller, problem);
    return problem.header === "" ? reason : `${problem.header}: ${reason}`;
  });
  const rest = problems.length > MAX_REASONS ? ["…"] : [];
  return guardFormula([...reasons, ...rest].join("; ").replaceAll(/[\r\n]+/g, " "));
}

/**
 * Reads the reasons of the invalid rows in step with the rows of the file. A problem of the header or of the whole file
 * is
 * a reason of every row.
 */
export class ReasonCursor extends RowCursor<RowReasons> {
  /** the problems of the whole file, in one line; undefined if there are none */
  whole: string | undefined;

  static async open(
    client: Client<"imports">,
    plan: Pick<Import, "id" | "request">,
    teller: ReasonTerminal,
  ): Promise<ReasonCursor> {
    const headerRow = headerRowOf(plan);
    const reasons = new ReasonCursor(groupByRow(client.imports.problems(plan.id).batches(), headerRow, teller));
    await reasons.advanceTo(headerRow);
    reasons.whole = reasons.at(headerRow)?.reason;
    return reasons;
  }
}

/** @param headerRow row of the problems of the header and of the file as a whole */
async function* groupByRow(
  problems: AsyncIterable<readonly InputProblem[]>,
  headerRow: number,
  teller: ReasonTerminal,
): AsyncGenerator<readonly RowReasons[]> {
  let row = 0;
  let found: InputProblem[] = [];
  for await (const batch of problems) {
    const rows: RowReasons[] = [];
    for (const problem of batch) {
      if (problem.severity !== "error") continue;
      const place = Math.max(problem.row, headerRow);
      if (found.length > 0 && place !== row) {
        rows.push(buildRowReasons(row, found, teller));
        found = [];
      }
      row = place;
      if (found.length <= MAX_REASONS) found.push(problem);
    }
    yield rows;
  }
  if (found.length > 0) yield [buildRowReasons(row, found, teller)];
}

const buildRowReasons = (row: number, found: readonly InputProblem[], teller: ReasonTerminal): RowReasons => ({
  row,
  reason: formatReasons(found, teller),
  uneven: found.some(({ code }) => code === "cells-too-few" || code === "cells-too-many"),
  lacking: Math.max(0, ...found.filter(({ code }) => code === "cells-too-few").map(countMissingCells)),
});

const countMissingCells = ({ params: { got, want } }: InputProblem): number => Number(want) - Number(got);
