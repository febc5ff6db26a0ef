import type { CheckReport } from "../../../lib/csv/check/index.ts";
import type { FormatName } from "../../../lib/model/console-files.ts";
import type { FileForm } from "../../../lib/csv/records/record.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { describeProblem, severityOf, type Problem } from "../../../lib/model/problem.ts";
import type { Column, Terminal } from "../../../lib/terminal/index.ts";
import { counted, text, type Language, type Text } from "../../../lib/text/index.ts";
import { shownWord } from "../../../lib/text/shell-word.ts";
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

/** Lists the first errors and warnings of a file on stderr, and how many there are in all. */
export async function listFound(terminal: Terminal, { file, report }: CheckedFile): Promise<void> {
  const left = { error: FIRST, warning: FIRST };
  for (const problem of report.problems) {
    const severity = severityOf(problem.code);
    if (left[severity] === 0) continue;
    left[severity] -= 1;
    const line = foundLine(file, problem);
    await (severity === "error" ? terminal.problem(line) : terminal.warn(line));
  }
  const { errors, warnings } = report;
  if (errors > FIRST) {
    const en = `… ${errors} errors in all; --format json lists them all`;
    await terminal.problem(text(en, `… エラーは全部で ${errors} 件(--format json で全件を出力)`));
  }
  if (warnings > FIRST) {
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
  const map = `clomoctl csv map ${shownWord(file)} --as ${format} -o ${shownWord(mapNameOf(file))}`;
  return new Failure("input-rejected", {
    what: text(
      `${counted(errors, "error")} in the file, which has ${counted(rows, "row")}`,
      `ファイル(全 ${rows} 行)にエラーが ${errors} 件あります`,
    ),
    where: file,
    hint: counts.has("header-unknown")
      ? text(`map the columns with --map, made by: ${map}`, `--map で列の意味を指定できます。対応表の作成: ${map}`)
      : text(`fix them and check again: ${again}`, `直して再度検査してください: ${again}`),
  });
};
