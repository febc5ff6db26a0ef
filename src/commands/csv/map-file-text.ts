/** A header of another program's file, and our header for it; null: its column is not read. */
export interface MappedHeader {
  readonly header: string;
  readonly to: string | null;
}

/** A string in YAML: double-quoted as in JSON. */
const quoted = (value: string): string => JSON.stringify(value);

/** The text of a `--map` file. */
export function mapFileText(columns: readonly MappedHeader[], delimiter: string): string {
  const lines = columns.map(({ header, to }) => `  ${quoted(header)}: ${to === null ? "ignore" : quoted(to)}`);
  const dialect = delimiter === "," ? [] : ["dialect:", `  delimiter: ${quoted(delimiter)}`];
  return [columns.length === 0 ? "columns: {}" : "columns:", ...lines, ...dialect, ""].join("\n");
}
