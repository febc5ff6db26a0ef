import { Failure } from "../../lib/errors/index.ts";
import { getProblemSeverity } from "../../lib/model/problem.ts";
import { formatCount, text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { openInput } from "../../lib/files/index.ts";
import { addSheetHint, type RetypedCommand } from "../imports/plan/reading.ts";
import { buildCsvCommand } from "../imports/refusal/command.ts";
import { renderProblem } from "./file/check-report.ts";
import { INPUT_ENCODING_OPTION } from "./file/encoding.ts";
import { inspectFile } from "./file/inspect-file.ts";
import { buildInspectionColumns } from "./file/inspection.ts";
import { SHEET_OPTION } from "./file/sheet.ts";

export default defineCommand({
  summary: text(
    "show the encoding and layout of a CSV file or workbook",
    "CSV ファイルやブックの文字コードや形式を調べる",
  ),
  details: [
    text(
      "Shows encoding, newline, byte order mark, delimiter, columns, number of rows, and anything unusual.",
      "文字コード、改行、BOM、区切り文字、列、行数、注意すべき点を表示します。",
    ),
  ],
  args: {
    file: { kind: "file", required: true, about: text("file to inspect (- for stdin)", "ファイル(- は標準入力)") },
  },
  options: { encoding: INPUT_ENCODING_OPTION, sheet: SHEET_OPTION },
  examples: [
    { line: "clomoctl csv inspect people.csv" },
    { line: "clomoctl csv inspect users/mixed-newlines.shift_jis.csv --format json" },
  ],
  exits: ["input-rejected", "not-found"],
  opensTenant: false,
  async run(tools, { file: name, encoding, sheet }) {
    const { terminal, signal } = tools;
    tools.describeState(() =>
      text("nothing was changed (the file is only read)", "読み込みだけなので、何も変更していません"),
    );
    await using file = await openInput(tools, name);
    const again: RetypedCommand = ({ sheet: chosen }) => buildCsvCommand("inspect", name, { sheet: chosen });
    const inspection = await inspectFile(file, { encoding, sheet, signal }).catch((error: unknown) =>
      Promise.reject(addSheetHint(error, { asked: sheet, again })),
    );
    const { label } = file;
    for (const problem of inspection.problems) {
      const header = inspection.header[problem.column - 1] ?? "";
      await terminal.problem(renderProblem(label, { ...problem, header }));
    }
    const { ambiguity, problemCount, problems } = inspection;
    if (problemCount > problems.length) {
      await terminal.problem(text(`… ${problemCount} problems in all`, `… 問題は全部で ${problemCount} 件`));
    }
    if (ambiguity !== undefined) {
      const { row, utf8, cp932 } = ambiguity;
      await terminal.warn(
        text(
          `the encoding is not certain: row ${row} reads "${utf8}" as UTF-8 and "${cp932}" as Shift_JIS`,
          `文字コードは確実ではありません: ${row} 行目は UTF-8 なら「${utf8}」、Shift_JIS なら「${cp932}」です`,
        ),
      );
    }
    await terminal.show(buildInspectionColumns(terminal), { file: label, inspection });
    if (problems.some(({ code }) => getProblemSeverity(code) === "error"))
      throw createProblemsFailure(label, problemCount);
  },
});

const createProblemsFailure = (where: string, count: number): Failure =>
  new Failure("input-rejected", {
    what: text(`the file has ${formatCount(count, "problem")}`, `ファイルに問題が ${count} 件あります`),
    where,
  });
