import type { CustomField, Import, PlanRow } from "../../../../lib/client/index.ts";
import type { Column } from "../../../../lib/model/format.ts";
import { FORMATS } from "../../../../lib/model/formats.ts";
import { headersFor, type ColumnMap } from "../../../../lib/csv/layout/map.ts";
import type { SecretColumn } from "./blank-secrets.ts";
import type { SecretRow } from "./secrets.ts";

/** A column of a file for the console; a repeated one occurs as often as the fullest row needs. */
interface ConsoleColumn {
  readonly column: Column;
  /** headers of its first, second … occurrence; the last one serves all further occurrences */
  readonly headers: readonly string[];
  times: number;
  /** its index in the previous row: rows of a plan are alike */
  at: number;
}

/** Converts rows of a plan to a file for the console: every column of the format, then the unknown ones. */
export class ConsoleColumns {
  readonly #columns: readonly ConsoleColumn[];
  readonly #unknown: readonly string[];
  readonly #key: string;

  /** @param map the headers of the context's console, if they differ from the format's */
  constructor(plan: Import, customFields: readonly CustomField[], map: ColumnMap | undefined) {
    const format = FORMATS[plan.kind];
    const named = customFields.map(({ name }) => ({ id: name, name }));
    this.#columns = headersFor(format, map, named).map(({ column, headers }) => ({ column, headers, times: 1, at: 0 }));
    this.#unknown = plan.unknownColumns;
    this.#key = format.key;
  }

  /** The columns that only the input file has values for. */
  secrets(): readonly SecretColumn[] {
    return this.#columns
      .filter(({ column }) => column.secret === true)
      .map(({ column: { field, header, onlyWith }, headers }) => ({ field, header: headers[0] ?? header, onlyWith }));
  }

  /** Makes room for a row's lists; call it before {@link header}. */
  fit(row: PlanRow): void {
    for (const place of this.#columns) {
      if (place.column.repeated !== true) continue;
      const values = this.#valuesOf(place, row, undefined);
      if (typeof values !== "string") place.times = Math.max(place.times, values.length);
    }
  }

  header(): readonly string[] {
    const known = this.#columns.flatMap(({ headers, times }) =>
      Array.from({ length: times }, (_, at) => headers[at] ?? headers.at(-1) ?? ""),
    );
    return [...known, ...this.#unknown];
  }

  /** A row's values, each with the header under which it is written. */
  *named(row: PlanRow, secrets: SecretRow | undefined): Generator<readonly [header: string, value: string]> {
    for (const place of this.#columns) {
      const values = this.#valuesOf(place, row, secrets);
      const header = place.headers[0] ?? place.column.header;
      for (const value of typeof values === "string" ? [values] : values) yield [header, value];
    }
    for (const [at, header] of this.#unknown.entries()) yield [header, secrets?.unknown[at] ?? ""];
  }

  /** A row's cells, in the order of {@link header}; undefined if there is no room for its lists. */
  cells(row: PlanRow, secrets: SecretRow | undefined): readonly string[] | undefined {
    const cells: string[] = [];
    for (const place of this.#columns) {
      const values = this.#valuesOf(place, row, secrets);
      if (typeof values === "string") {
        cells.push(values);
        for (let more = 1; more < place.times; more += 1) cells.push("");
        continue;
      }
      if (values.length > place.times) return undefined;
      for (let at = 0; at < place.times; at += 1) cells.push(values[at] ?? "");
    }
    for (let at = 0; at < this.#unknown.length; at += 1) cells.push(secrets?.unknown[at] ?? "");
    return cells;
  }

  /** The resulting values of a row; a key that no import changes is not among them. */
  #valuesOf(place: ConsoleColumn, { after, key }: PlanRow, secrets: SecretRow | undefined): string | readonly string[] {
    const { field, secret } = place.column;
    if (secret === true) return secrets?.secrets.get(field) ?? "";
    let entry = after[place.at];
    if (entry?.field !== field) {
      place.at = after.findIndex((candidate) => candidate.field === field);
      entry = after[place.at];
    }
    return entry === undefined && field === this.#key ? key : (entry?.value ?? "");
  }
}
