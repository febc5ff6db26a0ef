import { line } from "../../../lib/advice/index.ts";
import type { Import, InputProblem, Client } from "../../../lib/client/index.ts";
import { Failure, type FailureDetail } from "../../../lib/errors/index.ts";
import { describeProblemReason } from "../../../lib/plan/columns.ts";
import { headerRowOf } from "../../../lib/plan/describe.ts";
import type { Terminal } from "../../../lib/terminal/index.ts";
import { ProblemDigest, renderProblemLine } from "../../csv/file/check-report.ts";
import { text, type Text } from "../../../lib/text/index.ts";

export class RejectedFileFailure extends Failure {
  readonly problems: readonly unknown[];

  constructor(detail: FailureDetail, problems: readonly unknown[]) {
    super("input-rejected", detail);
    this.problems = problems;
  }
}

/** The result of {@link listProblems}. */
export interface ListedProblems {
  /** every error, if the output is JSON; otherwise empty */
  readonly all: readonly unknown[];
  /** code of the first problem of the header or of the whole file, which skipping rows cannot solve */
  readonly whole: string | undefined;
  readonly codes: ReadonlySet<string>;
}

/** Maximum number of problems that are read to count those with the same cause. */
const MAX_READ_PROBLEMS = 100_000;

/** Returns true if a problem reports a record that is kept because it cannot be deleted, which the plan tells. */
const isKeptRecord = ({ params }: InputProblem): boolean => params["kept"] === 1;

/** Where to find problems that {@link listProblems} omits: during an import, and for a kept plan. */
const ERRORS_FILE_HINT = text("--errors FILE writes all of them", "--errors FILE で全件を出力");
const describeProblemList = (number: string): Text => {
  const list = line("imports show", [number], { problems: true });
  return text(`to list them: ${list}`, `一覧: ${list}`);
};

/**
 * Lists the problems of an input: the first errors and warnings, only one for each cause, and their total number.
 *
 * @param typed the file's name for people; for a kept plan, the name with which the file was sent is used
 */
export async function listProblems(
  terminal: Terminal,
  client: Client<"imports">,
  plan: Import,
  { typed }: { readonly typed?: string } = {},
): Promise<ListedProblems> {
  const codes = new Set<string>();
  if (plan.errors + plan.warnings === 0) return { all: [], whole: undefined, codes };
  const all: object[] | undefined = terminal.output.format === "json" ? [] : undefined;
  const digest = new ProblemDigest<InputProblem>();
  let kept = 0;
  let read = 0;
  let whole: string | undefined;
  for await (const problem of client.imports.problems(plan.id)) {
    if (problem.severity === "error") {
      all?.push({ ...problem, reason: describeProblemReason(problem)[terminal.language] });
      // problems of the file as a whole have row 0
      if (problem.row <= headerRowOf(plan)) whole ??= problem.code;
    }
    codes.add(problem.code);
    read += 1;
    if (isKeptRecord(problem)) kept += 1;
    else digest.take(problem, problem.severity);
    // only all problems together show what a refused file needs
    if (all === undefined && ((digest.isFull && !plan.rejected) || read === MAX_READ_PROBLEMS)) break;
  }
  await digest.show(terminal, (problem) =>
    renderProblemLine(typed ?? plan.fileName, problem, describeProblemReason(problem)),
  );
  const { error, warning } = digest.told;
  const told = { error, warning: warning + kept };
  await reportTotals(terminal, plan, told, typed === undefined ? describeProblemList(plan.number) : ERRORS_FILE_HINT);
  return { all: all ?? [], whole, codes };
}

/**
 * Reports the number of problems if not all are listed. @param told number of problems that are listed, or that have
 * the same cause as a listed problem
 */
async function reportTotals(
  terminal: Terminal,
  { errors, warnings }: Import,
  told: { readonly error: number; readonly warning: number },
  place: Text,
): Promise<void> {
  if (errors > told.error) {
    await terminal.problem(
      text(`… ${errors} problems in all; ${place.en}`, `… 問題は全部で ${errors} 件(${place.ja})`),
    );
  }
  if (warnings > told.warning) {
    await terminal.problem(text(`… ${warnings} warnings in all`, `… 警告は全部で ${warnings} 件`));
  }
}
