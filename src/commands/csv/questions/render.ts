import { stringify } from "yaml";
import type { ParsedMapFile } from "../../../lib/csv/layout/map-parse.ts";
import type { SkippedCells } from "../../../lib/csv/layout/map.ts";
import { findColumn, type Format } from "../../../lib/model/format.ts";
import { toFlagName } from "../../field.ts";

export function renderMapFile(
  { columns, joins = [], values = [], skip = [], options = {} }: ParsedMapFile,
  format: Format,
): string {
  const nameOf = (field: string): string => findColumn(format.columns, field)?.header ?? field;
  const toEntries = (all: readonly SkippedCells[]) => all.map((one) => [one.header, one.values] as const);
  const sections = {
    columns: new Map(columns.map(({ header, to }) => [header, to === null ? "ignore" : nameOf(to)])),
    join: new Map(joins.map(({ field, headers }) => [nameOf(field), headers])),
    values: new Map(
      [...Map.groupBy(values, ({ field }) => field)].map(([field, all]) => [
        nameOf(field),
        new Map(all.map(({ from, to }) => [from, to])),
      ]),
    ),
    rows: new Map(skip.length === 0 ? [] : [["skip", new Map(toEntries(skip))]]),
    options: new Map(
      Object.entries(options).flatMap(([name, own]) => (own === undefined ? [] : [[toFlagName(name), own]])),
    ),
  };
  return stringify(new Map(Object.entries(sections).filter(([name, { size }]) => size > 0 || name === "columns")));
}
