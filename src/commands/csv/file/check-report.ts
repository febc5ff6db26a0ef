import { line, step } from "../../../lib/advice/index.ts";
import type { CheckReport } from "../../../lib/csv/check/index.ts";
import type { FormatName } from "../../../lib/model/console-files.ts";
import type { FileForm } from "../../../lib/csv/records/record.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { describeProblem, severityOf, type Problem } from "../../../lib/model/problem.ts";
import type { Column, Terminal } from "../../../lib/terminal/index.ts";
import { counted, text, type Language, type Text } from "../../../lib/text/index.ts";
import { cellName } from "../../../lib/xlsx/cell-name.ts";
import { mapNameOf } from "./column-map.ts";

/** A checked file. */
export interface CheckedFile {
  /** its name in messages */
  readonly file: string;
  readonly format: FormatName;
  readonly encoding: FileForm;
  readonly report: CheckReport;
}

/** Maximum number of problems of each severity shown to people. */
const FIRST = 20;

/**
 * `people.csv:4812:3: メールアドレス: not a mail address (C4812)`, with the physical line if it differs from the row, which
 * has cells of several lines above it. A reason that names the cell itself, as that of a workbook's cell, is left as it is.
 */
export function problemLine(
  file: string,
  { row, line, column, header, params }: Omit<Problem, "code">,
  reason: Text,
): Text {
  const place = [file, ...(row > 0 ? [row, ...(column > 0 ? [column] : [])] : [])].join(":");
  const name = header === "" ? "" : `${header}: `;
  const cell = row > 0 && column > 0 ? cellName(column, row) : undefined;
  const where = [
    ...(cell === undefined || params["cell"] === cell ? [] : [text(cell, `セル ${cell}`)]),
    ...(line > 0 && line !== row ? [text(`line ${line}`, `テキストの ${line} 行目`)] : []),
  ];
  const [en, ja] = [where.map((one) => one.en).join(", "), where.map((one) => one.ja).join("、")];
  return where.length === 0
    ? text(`${place}: ${name}${reason.en}`, `${place}: ${name}${reason.ja}`)
    : text(`${place}: ${name}${reason.en} (${en})`, `${place}: ${name}${reason.ja}(${ja})`);
}

/** {@link problemLine} of a problem that was found here. */
export const foundLine = (file: string, problem: Problem): Text => problemLine(file, problem, describeProblem(problem));

/** What tells the cause of a problem. */
type WithCause = Pick<Problem, "column" | "params"> & { readonly code: string };

type Severity = "error" | "warning";

/** Cells of a workbook that are not shown as what they have: nearly always those of a whole column. */
const OF_COLUMNS: readonly string[] = ["cell-exponent", "cell-digits", "cell-format"];

/**
 * What rows may have in common: a name that the tenant lacks, a column that the file lacks, cells that Excel left out, or
 * does not show.
 */
const causeOf = ({ code, column, params }: WithCause): string | undefined => {
  if (code === "cells-too-few") return code;
  if (OF_COLUMNS.includes(code)) return `${code} ${column}`;
  const isCommon = code.endsWith("-unknown") || code === "org-beyond" || (code === "required-new" && column === 0);
  return isCommon ? `${code} ${JSON.stringify(params)}` : undefined;
};

/** The first problems of each severity, those of one cause once, with the number of the others. */
export class ProblemDigest<P extends WithCause> {
  readonly #shown: { readonly problem: P; readonly severity: Severity; more: number }[] = [];
  readonly #causes = new Map<string, { more: number }>();
  readonly #left: Record<Severity, number> = { error: FIRST, warning: FIRST };

  /** Adds a problem. @param isListed it is shown however many there are */
  take(problem: P, severity: Severity, isListed = false): void {
    const cause = causeOf(problem);
    const same = cause === undefined ? undefined : this.#causes.get(cause);
    if (same !== undefined) same.more += 1;
    else if (isListed || this.#left[severity] > 0) {
      if (!isListed) this.#left[severity] -= 1;
      const one = { problem, severity, more: 0 };
      this.#shown.push(one);
      if (cause !== undefined) this.#causes.set(cause, one);
    }
  }

  /** True if no further problem can change what is shown. */
  get isFull(): boolean {
    return this.#left.error === 0 && this.#left.warning === 0 && this.#causes.size === 0;
  }

  /** The numbers of problems that are shown, or have the cause of one. */
  get told(): Readonly<Record<Severity, number>> {
    const told = { error: 0, warning: 0 };
    for (const { severity, more } of this.#shown) told[severity] += 1 + more;
    return told;
  }

  /** Lists the problems on stderr. */
  async show(terminal: Terminal, lineOf: (problem: P) => Text): Promise<void> {
    for (const { problem, severity, more } of this.#shown) {
      const { en, ja } = lineOf(problem);
      const line = more === 0 ? text(en, ja) : text(`${en}; ${counted(more, "more row")}`, `${ja} ほか ${more} 行`);
      await (severity === "error" ? terminal.problem(line) : terminal.warn(line));
    }
  }
}

/** Lists the first errors and warnings of a file on stderr, and how many there are in all. */
export async function listFound(terminal: Terminal, { file, report }: CheckedFile): Promise<void> {
  const digest = new ProblemDigest<Problem>();
  for (const problem of report.problems) digest.take(problem, severityOf(problem.code));
  await digest.show(terminal, (problem) => foundLine(file, problem));
  const { errors, warnings } = report;
  const { told } = digest;
  if (errors > told.error) {
    const en = `… ${errors} errors in all; --format json lists them all`;
    await terminal.problem(text(en, `… エラーは全部で ${errors} 件(--format json で全件を出力)`));
  }
  if (warnings > told.warning) {
    await terminal.problem(text(`… ${warnings} warnings in all`, `… 警告は全部で ${warnings} 件`));
  }
}

/** A problem in the form for programs. */
const forPrograms = (problem: Problem, language: Language) => ({
  code: problem.code,
  severity: severityOf(problem.code),
  row: problem.row,
  line: problem.line,
  column: problem.column,
  header: problem.header,
  params: problem.params,
  reason: describeProblem(problem)[language],
});

const SUMMARY: readonly Column<CheckedFile>[] = [
  { key: "file", header: text("file", "ファイル"), value: ({ file }) => file },
  { key: "format", header: text("format", "形式"), value: ({ format }) => format },
  { key: "encoding", header: text("encoding", "文字コード"), value: ({ encoding }) => encoding },
  { key: "rows", header: text("rows", "行数"), align: "end", value: ({ report }) => report.rows },
  { key: "errors", header: text("errors", "エラー"), align: "end", value: ({ report }) => report.errors },
  { key: "warnings", header: text("warnings", "警告"), align: "end", value: ({ report }) => report.warnings },
];

/** The columns of a checked file; in JSON, every problem too. */
export function reportColumns({ language, output }: Terminal): readonly Column<CheckedFile>[] {
  const structured = output.format === "json" || output.format === "ndjson" || output.fields?.includes("problems");
  if (structured !== true) return SUMMARY;
  const problems: Column<CheckedFile> = {
    key: "problems",
    header: text("problems", "問題"),
    value: ({ report }) => report.problems.map((problem) => forPrograms(problem, language)),
  };
  return [...SUMMARY, problems];
}

/** The failure of a file with errors. @param again the same check, once the file is mended or with what mends it */
export const rejection = ({ file, format, report: { errors, rows, counts } }: CheckedFile, again: string): Failure => {
  const map = line("csv map", [file], { as: format, output: mapNameOf(file) });
  return new Failure("input-rejected", {
    what: text(
      `${counted(errors, "error")} in the file, which has ${counted(rows, "row")}`,
      `ファイル(全 ${rows} 行)にエラーが ${errors} 件あります`,
    ),
    where: file,
    hint: counts.has("header-unknown")
      ? step("map the columns with --map, made by", "--map で列の意味を指定できます。対応表の作成", map)
      : text(`fix them and check again: ${again}`, `直して再度検査してください: ${again}`),
  });
};
