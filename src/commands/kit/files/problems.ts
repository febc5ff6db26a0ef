import type { Import, InputProblem, Client } from "../../../lib/client/index.ts";
import { Failure, type FailureDetail } from "../../../lib/errors/index.ts";
import { describeProblemReason } from "../../../lib/plan/columns.ts";
import { getHeaderRow } from "../../../lib/plan/describe.ts";
import type { Terminal } from "../../../lib/terminal/index.ts";
import { ProblemDigest } from "./problem-lines.ts";
import { text, type Text } from "../../../lib/text/index.ts";

export class RejectedFileFailure extends Failure {
  readonly problems: readonly unknown[];

  constructor(detail: FailureDetail, problems: readonly ({ readonly severity?: string } | object)[]) {
    super("input-rejected", detail);
    this.problems = problems.filter((one) => !("severity" in one) || one.severity === "error");
  }
}

export interface ListedProblems {
  /** in JSON only */
  readonly all: readonly object[];
  /** code of the first error that concerns the whole file, so that skipping rows does not help */
  readonly whole: string | undefined;
  readonly codes: ReadonlySet<string>;
}

export const MAX_READ_PROBLEMS = 100_000;

/** Says what is wrong in a file. @param read returns at most `limit` problems */
export async function listFoundProblems(
  terminal: Terminal,
  file: string,
  found: Pick<Import, "errors" | "warnings"> & { readonly headerRow: number },
  read: (limit: number | undefined) => AsyncIterable<InputProblem> | Iterable<InputProblem>,
  how: Text = text("--errors FILE writes all of them", "--errors FILE で全件を出力"),
): Promise<ListedProblems> {
  const codes = new Set<string>();
  if (found.errors + found.warnings === 0) return { all: [], whole: undefined, codes };
  const all: object[] | undefined = /json/.test(terminal.output.format ?? "") ? [] : undefined;
  const digest = new ProblemDigest();
  let kept = 0;
  let whole: string | undefined;
  const most = all === undefined ? MAX_READ_PROBLEMS : undefined;
  for await (const problem of read(most)) {
    codes.add(problem.code);
    if (problem.params["kept"] === 1) kept += 1;
    else digest.take(problem);
    all?.push({ ...problem, reason: describeProblemReason(problem)[terminal.language] });
    if (problem.severity !== "error") continue;
    // an error in the header row, or without a row (0), concerns the whole file
    if (problem.row <= found.headerRow) whole ??= problem.code;
  }
  const rest = { errors: found.errors, warnings: found.warnings - kept, how };
  await digest.show(terminal, file, rest);
  return { all: all ?? [], whole, codes };
}

export const listProblems = (
  terminal: Terminal,
  client: Client<"imports">,
  plan: Import,
  file: string,
  how?: Text,
): Promise<ListedProblems> => {
  const found = { ...plan, headerRow: getHeaderRow(plan) };
  return listFoundProblems(terminal, file, found, (limit) => client.imports.problems(plan.id, { limit }), how);
};
