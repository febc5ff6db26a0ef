import { checkFile } from "../../lib/csv/check/index.ts";
import { diskFailureOf } from "../../lib/errors/disk.ts";
import { Failure } from "../../lib/errors/index.ts";
import type { FormatName } from "../../lib/model/console-files.ts";
import { FORMATS } from "../../lib/model/formats.ts";
import { FIXES } from "../../lib/model/import.ts";
import { severityOf } from "../../lib/model/problem.ts";
import { BYTES } from "../../lib/terminal/index.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { openInput } from "../../lib/files/index.ts";
import { examineFile } from "../imports/plan/send.ts";
import { csvCommand } from "../imports/refusal/command.ts";
import { Remedies } from "../imports/refusal/remedies.ts";
import { loadColumnMap, MAP } from "./file/column-map.ts";
import { INPUT_ENCODING } from "./file/encoding.ts";
import { FIX, refuseFixes } from "./file/fix.ts";
import { FORMAT } from "./file/format.ts";
import { recordsOf } from "../imports/plan/reading.ts";
import { SHEET } from "./file/sheet.ts";
import { listFound, rejection, reportColumns, type CheckedFile } from "./file/check-report.ts";

/** The field that `--key` names; undefined for the format's own. @throws `usage` if the format has no such key */
function fieldOfKey(format: FormatName, key: string | undefined): string | undefined {
  if (key === undefined) return undefined;
  const { keys } = FORMATS[format].thing;
  const found = keys.find(({ name }) => name === key);
  if (keys.length > 1 && found !== undefined) return found.field;
  const names = keys.length > 1 ? keys.map(({ name }) => name).join(", ") : undefined;
  throw new Failure("usage", {
    what: text(`--key ${key} does not go with --as ${format}`, `--key ${key} は --as ${format} では使えません`),
    hint:
      names === undefined
        ? text(
            `${format} have one key only: leave out --key`,
            `${format} のキーは 1 つだけです。--key を外してください`,
          )
        : text(`one of ${names}`, `${names} のいずれかを指定してください`),
  });
}

export default defineCommand({
  summary: text("check a file against a format, without a tenant", "テナントなしでファイルを形式に照らして検査する"),
  details: [
    text(
      "Checks every row and column: bytes, quoting, headers, cells, and values that must be unique in the file. The column clomoctl:reason is ignored. The first 20 problems are listed; --format json has them all.",
      "バイト列、引用符、ヘッダー、セル、ファイル内の重複を全行・全列検査します。clomoctl:reason 列は無視します。問題は最初の 20 件を表示し、--format json では全件を出力します。",
    ),
  ],
  args: {
    file: { kind: "file", required: true, about: text("the file; - is stdin", "ファイル(- は標準入力)") },
  },
  options: {
    as: FORMAT,
    encoding: INPUT_ENCODING,
    sheet: SHEET,
    map: MAP,
    key: {
      kind: "string",
      value: "KEY",
      about: text(
        "field that identifies a record, as --key of the import (users: email by default)",
        "行を識別する項目(インポートの --key と同じ。ユーザーの既定は email)",
      ),
    },
    fix: FIX,
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
  async run(tools, { file: name, as, encoding: asked, sheet, map: mapFile, key, fix, allow }) {
    const { terminal, signal } = tools;
    tools.describeState(() =>
      text("nothing was changed: a check only reads", "検査は読み込みだけなので、何も変更していません"),
    );
    refuseFixes(fix, as);
    const keyField = fieldOfKey(as, key);
    const map = await loadColumnMap(tools, as, { option: mapFile });
    await using file = await openInput(tools, name);
    const given = { as, sheet, map: mapFile, key, allow };
    const again = (chosen: string): string => csvCommand("check", name, { ...given, sheet: chosen, fix });
    const reading = await examineFile(tools, file, { encoding: asked, newline: "auto", sheet, map, format: as, again });
    const { encoding, dialect } = reading;
    const step = terminal.progress.start({ id: "check", name: text("Checking", "検査"), unit: BYTES });
    const report = await checkFile(file.path, as, {
      ...(encoding === "xlsx"
        ? { reading: { encoding: "utf-8" }, records: (sink) => recordsOf(file.chunks(), reading, file.label, sink) }
        : { reading: { encoding, dialect } }),
      allowUnknownColumns: allow?.includes("unknown-columns"),
      map,
      fix,
      key: keyField,
      signal,
      onProgress: (done, total) => {
        step.expect(total);
        step.reach(done);
      },
    }).catch((cause: unknown) => Promise.reject(diskFailureOf(cause, file.label) ?? cause));
    step.finish();
    const checked: CheckedFile = { file: file.label, format: as, encoding, report };
    await listFound(terminal, checked);
    await terminal.show(reportColumns(terminal), checked);
    if (report.errors === 0) return;
    const remedies = new Remedies(as);
    for (const problem of report.problems) remedies.take({ ...problem, severity: severityOf(problem.code) });
    const mending = FIXES.filter((one) => fix?.includes(one) === true || remedies.fix.includes(one));
    throw rejection(checked, csvCommand("check", name, { ...given, fix: mending }));
  },
});
