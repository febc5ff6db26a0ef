import { checkRecords } from "../../lib/csv/check.ts";
import { Failure } from "../../lib/errors/index.ts";
import type { FormatName } from "../../lib/model/console-files.ts";
import { FORMATS } from "../../lib/model/formats.ts";
import { BYTE_UNIT } from "../../lib/terminal/index.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { openInput } from "../../lib/files/index.ts";
import { examineFile } from "../imports/plan/send.ts";
import { FORMAT_OPTION, loadColumnMap, MAP_OPTION } from "./file/column-map.ts";
import { readRecords } from "../imports/plan/reading.ts";
import { HEADER_ROW_OPTION, INPUT_ENCODING_OPTION, SHEET_OPTION } from "./file/sheet.ts";
import { streamUntilAborted } from "./file/abortable-stream.ts";
import { listCheckProblems, createCheckFailure, buildReportColumns, type CheckedFile } from "./file/check-report.ts";

function resolveKeyField(format: FormatName, key: string | undefined): string | undefined {
  const { keys } = FORMATS[format].thing;
  const found = keys.length > 1 ? keys.find(({ name }) => name === key) : undefined;
  if (key === undefined || found !== undefined) return found?.field;
  const names = keys.length > 1 ? keys.map(({ name }) => name).join(", ") : "";
  throw new Failure("usage", {
    what: text(`--key ${key} cannot be used with --as ${format}`, `--key ${key} は --as ${format} では使えません`),
    hint: text(
      names === "" ? "omit --key" : `pass one of ${names}`,
      names === "" ? "--key を外してください" : `${names} のいずれかを指定してください`,
    ),
  });
}

export default defineCommand({
  summary: text("check a file against a format, without a tenant", "ファイルが形式どおりかを検査する(テナントは不要)"),
  details: [
    text(
      "Checks every row and column: bytes, quoting, headers, cells, and values that must be unique in the file. Ignores the column clomoctl:理由 of --errors files. Lists the first 20 problems; --format json lists all of them.",
      "バイト列、引用符、ヘッダー、セル、ファイル内の重複を全行・全列検査します。--errors で書き出した clomoctl:理由 列は無視します。問題は最初の 20 件を表示し、--format json では全件を出力します。",
    ),
  ],
  args: {
    file: { kind: "file", required: true, about: text("file to check (- for stdin)", "ファイル(- は標準入力)") },
  },
  options: {
    as: FORMAT_OPTION,
    encoding: INPUT_ENCODING_OPTION,
    sheet: SHEET_OPTION,
    headerRow: HEADER_ROW_OPTION,
    map: MAP_OPTION,
    key: {
      kind: "string",
      value: "KEY",
      about: text(
        "field that identifies a record, like --key of import commands (default for users: email)",
        "行を識別する項目(インポートの --key と同じ。ユーザーの既定は email)",
      ),
    },
    allow: {
      kind: "list",
      value: "CHECKS",
      choices: ["unknown-columns"],
      about: text("accept unknown columns (unknown-columns)", "不明な列を認める(unknown-columns)"),
    },
  },
  examples: [
    { line: "clomoctl csv check people.csv --as users" },
    { line: "clomoctl csv check broken/twenty-mistakes.csv --as users --format json" },
  ],
  exits: ["input-rejected", "not-found"],
  opensTenant: false,
  async run(tools, { file: name, as, encoding: asked, allow, ...typed }) {
    const { terminal, signal } = tools;
    const map = await loadColumnMap(tools, as, { option: typed.map });
    const sheet = typed.sheet ?? map?.options?.sheet;
    const headerRow = typed.headerRow ?? map?.options?.headerRow;
    const key = typed.key ?? map?.options?.key;
    const keyField = resolveKeyField(as, key);
    await using file = await openInput(tools, name);
    const choice = { encoding: asked, sheet, headerRow, map };
    const reading = await examineFile(tools, file, { ...choice, format: as });
    const step = terminal.progress.start({
      id: "check",
      name: text("Checking", "検査"),
      unit: BYTE_UNIT,
      total: file.bytes,
    });
    const options = {
      headerRow: reading.headerRow,
      allowUnknownColumns: allow?.includes("unknown-columns"),
      map,
      key: keyField,
    };
    const report = await checkRecords(as, options, (sink) => {
      const chunks = streamUntilAborted(file.chunks(), signal, (bytes) => step.advance(bytes));
      return readRecords(chunks, reading, file.label, sink);
    });
    step.finish();
    const checked: CheckedFile = { file: file.label, sheet, format: as, encoding: reading.encoding, report };
    await listCheckProblems(terminal, checked);
    await terminal.show(buildReportColumns(terminal), checked);
    if (report.errors > 0) throw createCheckFailure(checked);
  },
});
