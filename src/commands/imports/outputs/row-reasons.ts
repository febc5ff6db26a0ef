import type { InputProblem, Client, Import } from "../../../lib/client/index.ts";
import { guardFormula } from "../../../lib/terminal/output.ts";
import type { Terminal } from "../../../lib/terminal/index.ts";
import type { Tools } from "../../tools.ts";
import { RowCursor } from "./row-cursor.ts";
import { headerRowOf } from "../../../lib/plan/describe.ts";
import { describeProblemReason } from "../../../lib/plan/columns.ts";

export interface RowReasons {
  readonly row: number;
  /** all reasons in one line, in the language of the run, safe in a spreadsheet */
  readonly reason: string;
}

/** Maximum number of reasons per row; a header may have thousands of problems. */
const MAX_REASONS = 20;

type ReasonTerminal = Pick<Terminal, "language" | "plain">;

const isKeptRecord = ({ code, params }: Pick<InputProblem, "code" | "params">): boolean =>
  params["kept"] === 1 || code === "export-lacks";

/** Yields the warnings about the rows of a plan's file, in batches. Records that the plan keeps are not among them. */
export async function* readWarnings(
  client: Client<"imports">,
  { id }: Pick<Import, "id">,
): AsyncGenerator<readonly InputProblem[]> {
  for await (const batch of client.imports.problems(id).batches())
    yield batch.filter((problem) => problem.severity === "warning" && !isKeptRecord(problem));
}

const formatReason = (teller: ReasonTerminal, problem: Pick<InputProblem, "code" | "params">): string =>
  teller.plain(describeProblemReason(problem)[teller.language]);

export async function readKeptRecords(
  { tenant, terminal }: Pick<Tools, "tenant" | "terminal">,
  { id }: Pick<Import, "id">,
): Promise<readonly (readonly [name: string, reason: string])[]> {
  const { client } = await tenant("imports");
  const records: (readonly [string, string])[] = [];
  for await (const { row, code, params } of client.imports.problems(id)) {
    // problems of the file as a whole come first
    if (row > 0) break;
    if (isKeptRecord({ code, params }))
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
 * Reads the reasons of the invalid rows, or the warnings, in step with the rows of the file. A problem of the header or
 * of the whole file is a reason of every row.
 */
export class ReasonCursor extends RowCursor<RowReasons> {
  /** the problems of the whole file, in one line; undefined if there are none */
  whole: string | undefined;

  static async open(
    client: Client<"imports">,
    plan: Pick<Import, "id" | "request">,
    teller: ReasonTerminal,
    read: typeof readErrors = readErrors,
  ): Promise<ReasonCursor> {
    const problems = read(client, plan);
    const headerRow = headerRowOf(plan);
    const reasons = new ReasonCursor(groupByRow(problems, headerRow, teller));
    await reasons.advanceTo(headerRow);
    reasons.whole = reasons.at(headerRow)?.reason;
    return reasons;
  }
}

async function* readErrors(
  client: Client<"imports">,
  { id }: Pick<Import, "id">,
): AsyncGenerator<readonly InputProblem[]> {
  for await (const batch of client.imports.problems(id).batches())
    yield batch.filter(({ severity }) => severity === "error");
}

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
});
