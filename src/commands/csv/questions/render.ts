import type { MapFileSchema, MapOptions } from "../../../lib/csv/layout/map-parse.ts";
import type { ColumnMap, SkippedCells } from "../../../lib/csv/layout/map.ts";
import { findColumn } from "../../../lib/csv/layout/columns.ts";
import type { Format } from "../../../lib/model/format.ts";
import { quoteYamlString } from "../../../lib/text/yaml-text.ts";

const OPTION_NAMES: readonly (readonly [name: string, option: keyof MapOptions])[] = [
  ["sheet", "sheet"],
  ["header-row", "headerRow"],
  ["org-by", "orgBy"],
  ["blank", "blank"],
  ["key", "key"],
  ["fix", "fix"],
];

const renderList = (values: readonly string[]): string => `[${values.map(quoteYamlString).join(", ")}]`;

const renderSection = (name: string, entries: readonly string[], indent = "  "): readonly string[] =>
  entries.length === 0 ? [] : [`${name}:`, ...entries.map((entry) => indent + entry)];

export function renderMapFile(
  { columns, joins = [], values = [], skip = [], dialect, options = {} }: MapFileSchema,
  format: Format,
): string {
  const nameOf = (field: string): string => quoteYamlString(findColumn(format.columns, field)?.header ?? field);
  const entries = columns.map(({ header, to }) => `${quoteYamlString(header)}: ${to === null ? "ignore" : nameOf(to)}`);
  const renderRules = (name: string, rules: readonly SkippedCells[]): readonly string[] =>
    renderSection(
      name,
      rules.map(({ header, values }) => `${quoteYamlString(header)}: ${renderList(values)}`),
    );
  const lines = [
    ...(columns.length === 0 ? ["columns: {}"] : renderSection("columns", entries)),
    ...renderSection(
      "join",
      joins.map(({ field, headers }) => `${nameOf(field)}: ${renderList(headers)}`),
    ),
    ...renderSection(
      "values",
      [...Map.groupBy(values, ({ field }) => field)].flatMap(([field, all]) =>
        renderSection(
          nameOf(field),
          all.map(({ from, to }) => `${quoteYamlString(from)}: ${quoteYamlString(to)}`),
        ),
      ),
    ),
    ...renderSection("rows", renderRules("skip", skip)),
    ...renderSection(
      "options",
      OPTION_NAMES.flatMap(([name, option]) => {
        const value = options[option];
        if (value === undefined) return [];
        return [`${name}: ${typeof value === "object" ? renderList(value) : quoteYamlString(String(value))}`];
      }),
    ),
    ...renderDialect(dialect),
  ];
  return [...lines, ""].join("\n");
}

const renderDialect = (dialect: ColumnMap["dialect"]): readonly string[] =>
  renderSection("dialect", [
    ...(dialect === undefined || dialect.delimiter === "," ? [] : [`delimiter: ${quoteYamlString(dialect.delimiter)}`]),
    ...(dialect?.quote === undefined || dialect.quote === '"' ? [] : [`quote: ${quoteYamlString(dialect.quote)}`]),
  ]);
