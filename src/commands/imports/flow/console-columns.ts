import type { CustomField, Import, PlanRow } from "../../../lib/client/index.ts";
import { FORMATS, type Column } from "../../../lib/csv/formats/index.ts";
import { headersFor, type ColumnMap } from "../../../lib/csv/map-file.ts";
import type { SecretRow } from "./secret-rows.ts";

/** A column of a file for the console; a repeated one stands for as many as the fullest row needs. */
interface ConsoleColumn {
  readonly column: Column;
  /** of its first, second … appearance; the last serves all further */
  readonly headers: readonly string[];
  times: number;
}

/** What a row of a plan becomes in a file for the console: every column of the format, then those nobody knows. */
export class ConsoleColumns {
  readonly #columns: readonly ConsoleColumn[];
  readonly #unknown: readonly string[];
  readonly #key: string;

  /** @param map the headers under which the context's console has the format, where they are others */
  constructor(plan: Import, customFields: readonly CustomField[], map: ColumnMap | undefined) {
    const format = FORMATS[plan.kind];
    const named = customFields.map(({ name }) => ({ id: name, name }));
    this.#columns = headersFor(format, map, named).map(({ column, headers }) => ({ column, headers, times: 1 }));
    this.#unknown = plan.unknownColumns;
    this.#key = format.key;
  }

  /** Makes room for a row's lists; before the header is asked for. */
  fit(row: PlanRow): void {
    for (const place of this.#columns) {
      if (place.column.repeated !== true) continue;
      place.times = Math.max(place.times, valuesOf(row, place.column.field).length);
    }
  }

  header(): readonly string[] {
    const known = this.#columns.flatMap(({ headers, times }) =>
      Array.from({ length: times }, (_, at) => headers[at] ?? headers.at(-1) ?? ""),
    );
    return [...known, ...this.#unknown];
  }

  /** A row's values beside the headers they are written under. */
  *named(row: PlanRow, secrets: SecretRow | undefined): Generator<readonly [header: string, value: string]> {
    for (const { column, headers } of this.#columns) {
      for (const value of this.#valuesOf(column, row, secrets)) yield [headers[0] ?? column.header, value];
    }
    for (const [at, header] of this.#unknown.entries()) yield [header, secrets?.unknown[at] ?? ""];
  }

  /** A row's cells, in the order of {@link header}. */
  cells(row: PlanRow, secrets: SecretRow | undefined): readonly string[] {
    const known = this.#columns.flatMap(({ column, times }) => {
      const values = this.#valuesOf(column, row, secrets);
      return Array.from({ length: times }, (_, at) => values[at] ?? "");
    });
    return [...known, ...this.#unknown.map((_, at) => secrets?.unknown[at] ?? "")];
  }

  #valuesOf(column: Column, row: PlanRow, secrets: SecretRow | undefined): readonly string[] {
    if (column.secret === true) return [secrets?.secrets.get(column.field) ?? ""];
    return valuesOf(row, column.field, this.#key);
  }
}

/** The values a row arrives at; a key that no import changes is not among them. */
const valuesOf = ({ after, key: name }: PlanRow, field: string, key?: string): readonly string[] => {
  const entry = after.find((candidate) => candidate.field === field);
  const value = entry === undefined && field === key ? name : (entry?.value ?? "");
  return typeof value === "string" ? [value] : value;
};
