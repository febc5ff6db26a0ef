import type { Import, InputProblem, TenantClient } from "../../../lib/client/index.ts";
import { Failure, type FailureDetail } from "../../../lib/errors/index.ts";
import { describeProblem, PROBLEMS, type ProblemCode } from "../../../lib/model/problem.ts";
import type { Terminal } from "../../../lib/terminal/index.ts";
import { same, text, type Language, type Text } from "../../../lib/text/index.ts";

/** A file that was rejected; carries every problem for programs. */
export class RejectedFile extends Failure {
  readonly problems: readonly unknown[];

  constructor(detail: FailureDetail, problems: readonly unknown[]) {
    super("input-rejected", detail);
    this.problems = problems;
  }
}

/** What {@link listProblems} found. */
export interface ListedProblems {
  /** every error for programs, where JSON is written; else nothing */
  readonly all: readonly unknown[];
  /** the first problem of the header or the file as a whole, which no row can be spared from */
  readonly whole: string | undefined;
}

/** How many problems people are shown. */
const FIRST = 20;

/** Records are counted, and the header is the first; what is wrong with the file as a whole has no row. */
const HEADER_ROW = 1;

const isKnown = (code: string): code is ProblemCode => code in PROBLEMS;

/** Why something of the input is wrong; the code where a newer tenant knows more than this program. */
export const reasonOf = ({ code, params }: Pick<InputProblem, "code" | "params">): Text =>
  isKnown(code) ? describeProblem({ code, params }) : same(code);

/** `people.csv:4812:3: メールアドレス: reason`, the physical line added where it is another number. */
function problemText(label: string, problem: InputProblem): Text {
  const { row, line, column, header } = problem;
  const place = [label, ...(row > 0 ? [row] : []), ...(row > 0 && column > 0 ? [column] : [])].join(":");
  const reason = reasonOf(problem);
  const where = line > 0 && line !== row ? text(` (line ${line})`, `(${line} 行目)`) : same("");
  const name = header === "" ? "" : `${header}: `;
  return text(`${place}: ${name}${reason.en}${where.en}`, `${place}: ${name}${reason.ja}${where.ja}`);
}

/** A problem as programs read it. */
const problemForPrograms = (problem: InputProblem, language: Language) => ({
  ...problem,
  reason: reasonOf(problem)[language],
});

/** Where the problems are that {@link listProblems} leaves out: of a file that is imported, and of a plan that was kept. */
const IN_ERRORS = text("--errors FILE writes them all", "--errors FILE で全件を出力");
const inPlan = (id: string): Text =>
  text(`see them: clomoctl imports show ${id} --problems`, `一覧: clomoctl imports show ${id} --problems`);

/**
 * Lists what is wrong with the input: the first errors and warnings, and how many there are in all.
 *
 * @param typed the file's name for people; of a plan that was kept the name it was sent with is told
 */
export async function listProblems(
  terminal: Terminal,
  client: TenantClient,
  plan: Import,
  typed?: string,
): Promise<ListedProblems> {
  if (plan.errors + plan.warnings === 0) return { all: [], whole: undefined };
  const all = terminal.output.format === "json" ? [] : undefined;
  const left = { error: FIRST, warning: FIRST };
  let whole: string | undefined;
  for await (const problem of client.imports.problems(plan.id)) {
    if (problem.severity === "error") {
      all?.push(problemForPrograms(problem, terminal.language) as never);
      if (problem.row <= HEADER_ROW) whole ??= problem.code;
    }
    if (left[problem.severity] > 0) {
      left[problem.severity] -= 1;
      const line = problemText(typed ?? plan.fileName, problem);
      await (problem.severity === "error" ? terminal.problem(line) : terminal.warn(line));
    }
    if (all === undefined && left.error === 0 && left.warning === 0) break;
  }
  await tellRest(terminal, plan, typed === undefined ? inPlan(plan.id) : IN_ERRORS);
  return { all: all ?? [], whole };
}

async function tellRest(terminal: Terminal, { errors, warnings }: Import, place: Text): Promise<void> {
  if (errors > FIRST) {
    await terminal.problem(
      text(`… ${errors} problems in all; ${place.en}`, `… 問題は全部で ${errors} 件(${place.ja})`),
    );
  }
  if (warnings > FIRST) {
    await terminal.problem(text(`… ${warnings} warnings in all`, `… 警告は全部で ${warnings} 件`));
  }
}
