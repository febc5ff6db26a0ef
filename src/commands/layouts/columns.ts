import { stringify } from "yaml";
import { line, step } from "../../lib/advice/index.ts";
import type { Client, Layout } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import type { ParsedMapFile } from "../../lib/csv/layout/map-parse.ts";
import { formatLayoutAuthor } from "../../lib/model/actor.ts";
import { findColumn, type Format } from "../../lib/derived/format.ts";
import { FORMATS } from "../../lib/derived/formats.ts";
import type { RowColumn } from "../../lib/model/leaving.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { text } from "../../lib/text/index.ts";
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

export const LAYOUT_COLUMNS: readonly Column<Layout>[] = [
  { key: "id", header: text("ID", "ID"), value: ({ id }) => id },
  { key: "use", header: text("use", "用途"), value: ({ use }) => use },
  { key: "kind", header: text("kind", "種類"), value: ({ kind }) => kind },
  { key: "headers", header: text("headers", "ヘッダー"), value: ({ headers }) => headers },
  { key: "at", header: text("learnt at", "登録した日時"), instant: true, value: ({ at }) => at },
  {
    key: "actor",
    header: text("learnt by", "登録した人"),
    value: ({ actor }) => actor,
    name: ({ actor }) => formatLayoutAuthor(actor),
  },
  { key: "map", header: text("column map", "対応表"), value: ({ kind, map }) => renderMapFile(map, FORMATS[kind]) },
];

export const LAYOUT_ARGUMENT = {
  kind: "string",
  value: "ID",
  required: true,
  about: text("ID of the layout, as `layouts list` shows it", "レイアウトの ID(layouts list で表示)"),
} as const;

export async function findLayout(client: Client<"layouts">, typed: string): Promise<Layout> {
  const found = (await client.layouts.list()).find(({ id }) => id === typed.toLowerCase());
  if (found !== undefined) return found;
  throw new Failure("not-found", {
    what: text(`no layout has the ID "${typed}"`, `ID が「${typed}」のレイアウトはありません`),
    hint: step("to list the layouts", "レイアウトの一覧", line("layouts list", [])),
  });
}
