import { openInput } from "../../lib/files/index.ts";
import { FORMATS } from "../../lib/derived/formats.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../kit/command.ts";
import { FORMAT_OPTION } from "../kit/files/column-map.ts";
import { keepAnswers } from "../kit/read-list/kept-answers.ts";
import { readList } from "../kit/read-list/reading.ts";
import { IMPORT_OPTIONS } from "../kit/read-list/options.ts";
import { LAYOUT_COLUMNS, renderMapFile } from "./columns.ts";

const { encoding, sheet, headerRow, map } = IMPORT_OPTIONS;

export default defineCommand({
  summary: text("save the layout of a list, without importing the list", "一覧の読み方をレイアウトとして登録する"),
  args: {
    file: { kind: "file", required: true, about: text("the list: CSV or .xlsx", "一覧のファイル(CSV か .xlsx)") },
  },
  options: {
    as: FORMAT_OPTION,
    encoding,
    sheet,
    headerRow,
    map,
    select: {
      kind: "boolean",
      about: text("learn the list for `users leave --file` and the like", "`users leave --file` などのために登録する"),
    },
    export: {
      kind: "boolean",
      about: text("learn a console export for `console sync`", "エクスポートとして、`console sync` 用に登録する"),
    },
    output: {
      kind: "output",
      short: "o",
      value: "FILE",
      isPublic: true,
      about: text("write a column map file, and store no layout", "記憶せず、対応表ファイルだけを書き出す"),
    },
  },
  excludes: [["select", "export"]],
  examples: [{ line: "clomoctl layouts learn people.csv --as users" }],
  exits: ["input-rejected", "not-permitted", "not-found", "locked"],
  shows: LAYOUT_COLUMNS,
  async run(tools, { file: name, as: kind, output, select, export: isExport, ...options }) {
    const { terminal, outputs } = tools;
    await using file = await openInput(tools, name);
    const use = isExport ? "export" : select ? "select" : "import";
    const read = await readList(tools, file, { use, kind, file: name, options }, true);
    const learnt = { columns: [], ...read.learnt };
    if (output !== undefined) {
      await outputs.write(output, renderMapFile(learnt, FORMATS[kind]));
      return;
    }
    const headers = read.headers.filter((header) => header !== "");
    const { client, requireChangePermission } = await tools.tenant("layouts");
    await requireChangePermission();
    await terminal.show(LAYOUT_COLUMNS, await client.layouts.learn({ use, kind, headers, map: learnt }));
    await keepAnswers(tools, { use, kind, headers: read.headers }, undefined);
  },
});
