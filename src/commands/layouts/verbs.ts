import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../kit/command.ts";
import { limitRecords, LIMIT_OPTION, listColumns } from "../kit/list/list.ts";
import { confirmChange } from "../kit/permission.ts";
import { openInput } from "../../lib/files/index.ts";
import { FORMATS } from "../../lib/derived/formats.ts";
import { FORMAT_OPTION } from "../kit/files/column-map.ts";
import { keepAnswers } from "../kit/read-list/kept-answers.ts";
import { readList } from "../kit/read-list/reading.ts";
import { IMPORT_OPTIONS } from "../kit/read-list/options.ts";
import { stringify } from "yaml";
import { line, step } from "../../lib/advice/index.ts";
import type { Client, Layout } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import type { ParsedMapFile } from "../../lib/csv/layout/map-parse.ts";
import { formatLayoutAuthor } from "../../lib/model/actor.ts";
import { findColumn, type Format } from "../../lib/derived/format.ts";
import type { RowColumn } from "../../lib/model/leaving.ts";
import { createColumn, type Column } from "../../lib/terminal/output-choice.ts";
import { toFlagName } from "../kit/field.ts";

export function renderMapFile(
  { columns, joins = [], values = [], rows = [], options = {} }: ParsedMapFile,
  format: Format,
): string {
  const nameOf = (field: string): string => findColumn(format.columns, field)?.header ?? field;
  const toWords = ({ says, words = [] }: RowColumn) =>
    says === "skip" ? words.map(({ word }) => word) : new Map(words.map(({ word, means }) => [word, means]));
  const sections = {
    columns: new Map(columns.map(({ header, to }) => [header, to === null ? "ignore" : nameOf(to)])),
    join: new Map(joins.map(({ field, headers }) => [nameOf(field), headers])),
    values: new Map(
      [...Map.groupBy(values, ({ field }) => field)].map(([field, all]) => [
        nameOf(field),
        new Map(all.map(({ from, to }) => [from, to])),
      ]),
    ),
    rows: new Map(
      [...Map.groupBy(rows, ({ says }) => says)].map(([says, all]) => [
        says,
        new Map(all.map((row) => [row.header, toWords(row)])),
      ]),
    ),
    options: new Map(
      Object.entries(options).flatMap(([name, own]) => (own === undefined ? [] : [[toFlagName(name), own]])),
    ),
  };
  return stringify(new Map(Object.entries(sections).filter(([name, { size }]) => size > 0 || name === "columns")));
}

const LAYOUT_COLUMNS: readonly Column<Layout>[] = [
  createColumn("id", "ID", "ID"),
  createColumn("use", "use", "用途"),
  createColumn("kind", "kind", "種類"),
  createColumn("headers", "headers", "ヘッダー"),
  createColumn("at", "learnt at", "登録した日時", { instant: true }),
  createColumn("actor", "learnt by", "登録した人", { name: ({ actor }) => formatLayoutAuthor(actor) }),
  { key: "map", header: text("column map", "対応表"), value: ({ kind, map }) => renderMapFile(map, FORMATS[kind]) },
];

const LAYOUT_ARGUMENT = {
  kind: "string",
  value: "ID",
  required: true,
  about: text("ID of the layout, as `layouts list` shows it", "レイアウトの ID(layouts list で表示)"),
} as const;

async function findLayout(client: Client<"layouts">, typed: string): Promise<Layout> {
  const found = (await client.layouts.list()).find(({ id }) => id === typed.toLowerCase());
  if (found !== undefined) return found;
  throw new Failure("not-found", {
    what: text(`no layout has the ID "${typed}"`, `ID が「${typed}」のレイアウトはありません`),
    hint: step("to list the layouts", "レイアウトの一覧", line("layouts list", [])),
  });
}

const { encoding, sheet, headerRow, map } = IMPORT_OPTIONS;

const learn = defineCommand({
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

const list = defineCommand({
  summary: text("list layouts, newest first", "レイアウトを新しい順に一覧する"),
  args: {},
  options: { limit: LIMIT_OPTION },
  examples: [{ line: "clomoctl layouts list" }],
  exits: ["locked"],
  async run({ terminal, ...tools }, { limit }) {
    const layouts = await (await tools.tenant("layouts")).client.layouts.list();
    const columns = listColumns(terminal, LAYOUT_COLUMNS, ["id", "use", "kind", "headers", "at", "actor"]);
    await terminal.list(columns, limitRecords(layouts, limit));
  },
});

const remove = defineCommand({
  summary: text("remove a layout (cannot be undone)", "レイアウトを削除する(元に戻せない)"),
  args: { id: LAYOUT_ARGUMENT },
  options: {},
  examples: [{ line: "clomoctl layouts remove 3f2a91bc --yes" }],
  exits: ["not-permitted", "not-found", "locked"],
  shows: LAYOUT_COLUMNS,
  async run(tools, { id: typed }) {
    const { terminal } = tools;
    const { client } = await tools.tenant("layouts");
    const { id } = await findLayout(client, typed);
    const message = text(`Remove layout ${id} (cannot be undone)?`, `レイアウト ${id} を削除しますか? 戻せません。`);
    if (!(await confirmChange(tools, message))) return;
    await terminal.show(LAYOUT_COLUMNS, await client.layouts.remove(id));
  },
});

const show = defineCommand({
  summary: text("show a layout with its column map", "レイアウトと、その対応表を表示する"),
  args: { id: LAYOUT_ARGUMENT },
  options: {},
  examples: [{ line: "clomoctl layouts show 3f2a91bc" }],
  exits: ["not-found", "locked"],
  async run({ terminal, ...tools }, { id }) {
    await terminal.show(LAYOUT_COLUMNS, await findLayout((await tools.tenant("layouts")).client, id));
  },
});

export default { learn, list, remove, show };
