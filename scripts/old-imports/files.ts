import { parse } from "csv-parse/sync";
import { createEncoder } from "../../src/lib/csv/encoding/encode.ts";
import type { Encoding } from "../../src/lib/csv/records/record.ts";
import { formatRecord } from "../../src/lib/csv/records/writer.ts";

/** A row's cells by header; of a header that is repeated, all of them. */
export type Cells = Readonly<Record<string, string | readonly string[]>>;

/** A file as it differs from what the tenant holds. */
export interface Edit {
  /** cells that change, by the row's name */
  readonly change?: Readonly<Record<string, Cells>>;
  /** rows that the file lacks, by name */
  readonly drop?: readonly string[];
  readonly add?: readonly Cells[];
}

/** An export's rows. */
export function readRows(csv: string): readonly Cells[] {
  const [header = [], ...records] = parse(csv);
  return records.map((record) => {
    const row = new Map<string, string[]>();
    for (const [at, name] of header.entries()) row.set(name, [...(row.get(name) ?? []), record[at] ?? ""]);
    return Object.fromEntries(row);
  });
}

const listOf = (cell: Cells[string] | undefined): readonly string[] =>
  typeof cell === "string" ? [cell] : (cell ?? []);

/**
 * The rows of a file that makes an edit.
 *
 * @param named the header of the cell that names a row
 * @param whole the file holds unchanged rows too
 */
export function editedRows(rows: readonly Cells[], named: string, edit: Edit, whole: boolean): readonly Cells[] {
  const { change = {}, drop = [], add = [] } = edit;
  const nameOf = (row: Cells): string => String(listOf(row[named])[0]);
  const names = new Set(rows.map(nameOf));
  for (const name of [...Object.keys(change), ...drop]) if (!names.has(name)) throw new Error(`there is no ${name}`);
  const kept = rows
    .filter((row) => (whole ? !drop.includes(nameOf(row)) : Object.hasOwn(change, nameOf(row))))
    .map((row) => ({ ...row, ...change[nameOf(row)] }));
  return [...kept, ...add];
}

/** A file of rows: the columns in the order in which rows name them. @throws where the encoding lacks a character */
export function fileOf(rows: readonly Cells[], encoding: Encoding): Buffer {
  const widths = new Map<string, number>();
  for (const row of rows) {
    for (const [name, cell] of Object.entries(row)) {
      widths.set(name, Math.max(widths.get(name) ?? 1, listOf(cell).length));
    }
  }
  const columns = [...widths].flatMap(([name, width]) => Array.from({ length: width }, (_, at) => ({ name, at })));
  const records = [
    columns.map(({ name }) => name),
    ...rows.map((row) => columns.map(({ name, at }) => listOf(row[name])[at] ?? "")),
  ];
  const encoder = createEncoder(encoding, {
    onUnmappable: "error",
    report: ({ codePoint }) => {
      throw new RangeError(`${encoding} lacks U+${codePoint.toString(16)}`);
    },
  });
  const text = records.map((record) => formatRecord(record, "\r\n")).join("");
  return Buffer.concat([encoder.write(text), encoder.end()]);
}
