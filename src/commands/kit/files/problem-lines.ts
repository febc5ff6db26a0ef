import type { InputProblem } from "../../../lib/client/index.ts";
import { describeProblem, type Problem } from "../../../lib/model/problem.ts";
import { describeProblemReason } from "../../../lib/plan/columns.ts";
import { getThingNoun } from "../../../lib/nouns/index.ts";
import type { Terminal } from "../../../lib/terminal/index.ts";
import { formatCount, shortenText, text, type Text } from "../../../lib/text/index.ts";
import { toCellName } from "../../../lib/xlsx/cell-name.ts";

const MAX_LISTED_PROBLEMS = 20;

/** Adds the line number if it differs from the row number. */
function renderProblemLine(file: string, { row, line, column, header, params }: Omit<Problem, "code">, reason: Text) {
  const place = [file, ...(row > 0 ? [row, ...(column > 0 ? [column] : [])] : [])].join(":");
  const name = header === "" ? "" : `${shortenText(header)}: `;
  const cell = row > 0 && column > 0 ? toCellName(column, row) : undefined;
  const where = [
    ...(cell === undefined || params["cell"] === cell ? [] : [text(cell, `セル ${cell}`)]),
    ...(line > 0 && line !== row ? [text(`line ${line}`, `ファイルの ${line} 行目`)] : []),
  ];
  const [en, ja] = [where.map((one) => one.en).join(", "), where.map((one) => one.ja).join("、")];
  return where.length === 0
    ? text(`${place}: ${name}${reason.en}`, `${place}: ${name}${reason.ja}`)
    : text(`${place}: ${name}${reason.en} (${en})`, `${place}: ${name}${reason.ja}(${ja})`);
}

export const renderProblem = (file: string, problem: Problem): Text =>
  renderProblemLine(file, problem, describeProblem(problem, getThingNoun));

const COLUMN_PROBLEM_CODES: readonly string[] = ["cell-exponent", "cell-digits", "cell-format"];

const findCommonCause = ({ code, column, params }: InputProblem): string | undefined => {
  if (code === "cells-too-few") return code;
  if (COLUMN_PROBLEM_CODES.includes(code)) return `${code} ${column}`;
  const isCommon =
    code.endsWith("-unknown") || code === "org-name-ambiguous" || (code === "required-new" && column === 0);
  return isCommon ? `${code} ${JSON.stringify(params)}` : undefined;
};

const MAX_UNCUT_PROBLEMS = 8;

export class ProblemDigest {
  readonly #shown: { readonly problem: InputProblem; more: number }[] = [];
  readonly #causes = new Map<string, { more: number }>();
  readonly #left: Record<InputProblem["severity"], number> = {
    error: MAX_LISTED_PROBLEMS,
    warning: MAX_LISTED_PROBLEMS,
  };

  take(problem: InputProblem): void {
    const cause = findCommonCause(problem);
    const same = cause === undefined ? undefined : this.#causes.get(cause);
    if (same !== undefined) same.more += 1;
    else if (this.#left[problem.severity] > 0) {
      this.#left[problem.severity] -= 1;
      const one = { problem, more: 0 };
      this.#shown.push(one);
      if (cause !== undefined) this.#causes.set(cause, one);
    }
  }

  async show(
    terminal: Terminal,
    file: string,
    { errors, warnings, how }: { readonly errors: number; readonly warnings: number; readonly how: Text },
  ): Promise<void> {
    const { warning = [], error = [] } = Object.groupBy(this.#shown, ({ problem }) => problem.severity);
    for (const { problem, more } of [...warning, ...error]) {
      const { en, ja } = renderProblemLine(file, problem, describeProblemReason(problem));
      const line =
        more === 0 ? text(en, ja) : text(`${en} (and ${formatCount(more, "more row")})`, `${ja}(ほか ${more} 行)`);
      await (problem.severity === "error"
        ? terminal.problem(line, error.length > MAX_UNCUT_PROBLEMS)
        : terminal.warn(line));
    }
    const count = (of: readonly { readonly more: number }[]): number => of.reduce((sum, { more }) => sum + 1 + more, 0);
    if (errors > count(error))
      await terminal.problem(text(`… ${errors} errors in all; ${how.en}`, `… エラーは全部で ${errors} 件(${how.ja})`));
    if (warnings > count(warning))
      await terminal.problem(text(`… ${warnings} warnings in all`, `… 警告は全部で ${warnings} 件`));
  }
}
