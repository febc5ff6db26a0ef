import type { CustomField, Import } from "../../../../lib/client/index.ts";
import { FORMATS } from "../../../../lib/model/formats.ts";
import { readHeader } from "../../../../lib/csv/layout/header.ts";
import type { Layout } from "../../../../lib/csv/layout/layout.ts";
import type { ColumnMap } from "../../../../lib/csv/layout/map.ts";
import { RecordReader } from "../../../../lib/csv/records/reader.ts";
import { RowChecker } from "../../../../lib/csv/layout/rows.ts";
import type { InputFile } from "../../../../lib/files/index.ts";
import type { Reading } from "../../plan/reading.ts";
import { reread } from "../reread.ts";

/** The part of a row that only the input file has. */
export interface SecretRow {
  readonly row: number;
  /** by field, without blank ones */
  readonly secrets: ReadonlyMap<string, string>;
  /** the cells of the unknown columns, in their order */
  readonly unknown: readonly string[];
}

/** A plan's file and how to read it again. */
export interface SecretSource {
  readonly plan: Import;
  readonly file: InputFile;
  readonly reading: Reading;
  readonly map: ColumnMap | undefined;
  readonly customFields: readonly CustomField[];
}

/** Whether a file has any data that the plan's rows lack. */
const hasSecrets = ({ columns, unknown }: Layout): boolean =>
  unknown.length > 0 || columns.some(({ column }) => column.secret === true);

/**
 * Reads a plan's file again for the secrets and the unknown columns of its rows, in the file's order, in batches. If it
 * has none, only its header is read.
 *
 * @throws `input-rejected` at the end, when the file is no longer the plan's
 */
export async function* secretRows(source: SecretSource): AsyncGenerator<readonly SecretRow[]> {
  const { plan, file, reading } = source;
  let found: SecretRow[] = [];
  const rows = new RowReading(source, (row) => void found.push(row));
  const reader = new RecordReader(reading, {
    record: (cells, count, row, line) => rows.take(cells, count, row, line),
    problem: () => undefined,
  });
  for await (const chunk of reread(file, plan)) {
    reader.write(chunk);
    yield found;
    found = [];
    if (rows.isOver) return;
  }
  reader.end();
  yield found;
}

class RowReading {
  readonly #source: SecretSource;
  readonly #give: (row: SecretRow) => void;
  #layout: Layout | undefined;
  #checker: RowChecker | undefined;
  /** true once the header shows that there is nothing to read */
  isOver = false;

  constructor(source: SecretSource, give: (row: SecretRow) => void) {
    this.#source = source;
    this.#give = give;
  }

  take(cells: readonly string[], count: number, row: number, line: number): void {
    if (this.isOver) return;
    if (this.#layout === undefined || this.#checker === undefined) this.#readHeader(cells.slice(0, count));
    else if (count === this.#checker.width) {
      this.#checker.check(cells, count, row, line);
      this.#give({
        row,
        secrets: this.#secrets(this.#layout, this.#checker),
        unknown: this.#layout.unknown.map((at) => cells[at] ?? ""),
      });
    }
  }

  #readHeader(headers: readonly string[]): void {
    const { plan, map, customFields } = this.#source;
    const { layout } = readHeader(headers, FORMATS[plan.kind], {
      customFields,
      allowUnknownColumns: plan.request?.allowUnknownColumns === true,
      map,
    });
    this.#layout = layout;
    this.#checker = new RowChecker(layout, () => undefined);
    this.isOver = !hasSecrets(layout);
  }

  #secrets({ columns }: Layout, { values }: RowChecker): ReadonlyMap<string, string> {
    const secrets = new Map<string, string>();
    for (const [at, { column }] of columns.entries()) {
      const value = values[at];
      if (column.secret === true && typeof value === "string" && value !== "") secrets.set(column.field, value);
    }
    return secrets;
  }
}
