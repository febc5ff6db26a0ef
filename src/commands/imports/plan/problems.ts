import { line } from "../../../lib/advice/index.ts";
import type { Import, InputProblem, Client } from "../../../lib/client/index.ts";
import { Failure, type FailureDetail } from "../../../lib/errors/index.ts";
import { reasonOf } from "../../../lib/plan/columns.ts";
import type { Terminal } from "../../../lib/terminal/index.ts";
import { Remedies, type Remedy } from "../refusal/remedies.ts";
import { ProblemDigest, problemLine } from "../../csv/file/check-report.ts";
import { joined, same, text, type Language, type Text } from "../../../lib/text/index.ts";

/** The failure for a rejected file; carries every problem for programs. */
export class RejectedFile extends Failure {
  readonly problems: readonly unknown[];

  constructor(detail: FailureDetail, problems: readonly unknown[]) {
    super("input-rejected", detail);
    this.problems = problems;
  }
}

/** The names that the tenant has, of the records that an import of the file would have to create. */
export type KnownNames = (needs: Remedy) => Promise<readonly string[]>;

/** The result of {@link listProblems}. */
export interface ListedProblems {
  /** every error, for programs, if JSON is written; otherwise empty */
  readonly all: readonly unknown[];
  /** the first problem of the header or the file as a whole, which skipping rows cannot solve */
  readonly whole: string | undefined;
  /** what options can do about them */
  readonly remedies: Remedies;
}

/** Maximum number of problems that are read to count what has one cause. */
const MAX_READ = 100_000;

/** Rows are counted from the header, 1; problems of the file as a whole have row 0. */
const HEADER_ROW = 1;

/** What an export of the console names and the mirror lacks: another export brings it, and nothing is made of a name. */
const LACKING: Readonly<Record<string, (params: InputProblem["params"]) => Text>> = {
  "org-unknown": ({ code }) => noOrg(code),
  "owner-org-unknown": ({ code }) => noOrg(code),
  "user-unknown": ({ value }) =>
    text(
      `the mirror has no user with the mail address "${value}"`,
      `ミラーにメールアドレスが「${value}」のユーザーがいません`,
    ),
};

const noOrg = (code: string | number | undefined): Text =>
  text(`the mirror has no organisation with the code ${code}`, `ミラーに組織コード「${code}」の組織がありません`);

/** The text of a problem of a file, or of an export of the console. */
const reasonIn = (problem: InputProblem, isExport: boolean): Text =>
  (isExport ? LACKING[problem.code]?.(problem.params) : undefined) ?? reasonOf(problem);

/** The reason of a problem, and the name that was probably meant. */
const doubted = (problem: InputProblem, remedies: Remedies, isExport: boolean): Text => {
  const [{ en, ja }, near] = [reasonIn(problem, isExport), remedies.nearOf(problem)];
  return near === undefined
    ? text(en, ja)
    : text(`${en}; did you mean ${near}?`, `${ja}。「${near}」ではありませんか?`);
};

/** A problem in the form for programs. */
const problemForPrograms = (problem: InputProblem, language: Language, isExport: boolean) => ({
  ...problem,
  reason: reasonIn(problem, isExport)[language],
});

/** Whether a problem tells of a record that is kept as it cannot be deleted: all of these are listed. */
const isKept = ({ params }: InputProblem): boolean => params["kept"] === 1;

/** Whether the run before kept it, too. */
const isKnownToBeKept = ({ params }: InputProblem): boolean => params["known"] === 1;

/** Maximum number of records that are named on one line. */
const MAX_KNOWN = 10;

/** Records that are kept, on one line. @param rejected all of them, of a file that is refused for something else */
const keptShortly = (kept: readonly InputProblem[], rejected: boolean): Text => {
  const names = kept.slice(0, MAX_KNOWN).map(({ params }) => same(String(params["name"] ?? params["org"])));
  const more = kept.length > names.length ? [same("…")] : [];
  const { en, ja } = joined([...names, ...more], text(", ", "、"));
  return rejected
    ? text(`kept though not in the file: ${kept.length} (${en})`, `ファイルになく、残すもの: ${kept.length} 件(${ja})`)
    : text(`kept, as in the run before: ${kept.length} (${en})`, `前回に続いて残すもの: ${kept.length} 件(${ja})`);
};

/** Where to find the problems that {@link listProblems} omits: for a file being imported, and for a kept plan. */
const IN_ERRORS = text("--errors FILE writes them all", "--errors FILE で全件を出力");
const inPlan = (number: string): Text =>
  text(
    `see them: ${line("imports show", [number], { problems: true })}`,
    `一覧: ${line("imports show", [number], { problems: true })}`,
  );

/**
 * Lists the problems of an input: the first errors and warnings, those of one cause once, and how many there are in all.
 *
 * @param typed the file's name for people; for a kept plan, the name it was sent with is used
 * @param knownNames what the tenant has of what cells name
 * @param isExport the file is the console's own
 */
export async function listProblems(
  terminal: Terminal,
  client: Client<"imports">,
  plan: Import,
  {
    typed,
    knownNames,
    isExport = false,
  }: { readonly typed?: string; readonly knownNames?: KnownNames; readonly isExport?: boolean } = {},
): Promise<ListedProblems> {
  const remedies = new Remedies(plan.kind);
  if (plan.errors + plan.warnings === 0) return { all: [], whole: undefined, remedies };
  const all = terminal.output.format === "json" ? [] : undefined;
  const digest = new ProblemDigest<InputProblem>();
  const kept: InputProblem[] = [];
  let read = 0;
  let whole: string | undefined;
  for await (const problem of client.imports.problems(plan.id)) {
    if (problem.severity === "error") {
      all?.push(problemForPrograms(problem, terminal.language, isExport) as never);
      if (problem.row <= HEADER_ROW) whole ??= problem.code;
    }
    remedies.take(problem);
    read += 1;
    // a refused file keeps nobody yet: what it is refused for must not drown
    if (isKnownToBeKept(problem) || (plan.rejected && isKept(problem))) kept.push(problem);
    else digest.take(problem, problem.severity, isKept(problem));
    // of a file that is refused, all of them tell what it needs
    if (all === undefined && ((digest.isFull && !plan.rejected) || read === MAX_READ)) break;
  }
  // what an export names is spelt as the console has it
  if (plan.rejected && knownNames !== undefined && !isExport) remedies.compare(await knownNames(remedies));
  if (kept.length > 0) await terminal.note(keptShortly(kept, plan.rejected));
  await digest.show(terminal, (problem) =>
    problemLine(typed ?? plan.fileName, problem, doubted(problem, remedies, isExport)),
  );
  const { error, warning } = digest.told;
  const told = { error, warning: warning + kept.length };
  await noteRest(terminal, plan, told, typed === undefined ? inPlan(plan.number) : IN_ERRORS);
  return { all: all ?? [], whole, remedies };
}

/** @param told number of those that were listed, or are of a cause that was */
async function noteRest(
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
