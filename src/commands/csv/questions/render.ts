import { stringify } from "yaml";
import type { ParsedMapFile } from "../../../lib/csv/layout/map-parse.ts";
import type { RowColumn } from "../../../lib/model/leaving.ts";
import { findColumn, type Format } from "../../../lib/model/format.ts";
import { toFlagName } from "../../field.ts";

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
