import type { CustomField, Import, PlanRow } from "../../../../lib/client/index.ts";
import { FORMATS, type Column } from "../../../../lib/csv/formats/index.ts";
import { headersFor, type ColumnMap } from "../../../../lib/csv/layout/map.ts";
import type { SecretColumn } from "./blank-secrets.ts";
import type { SecretRow } from "./secrets.ts";

/** A column of a file for the console; a repeated one stands for as many as the fullest row needs. */
interface ConsoleColumn {
  readonly column: Column;
  /** of its first, second … appearance; the last serves all further */
  readonly headers: readonly string[];
  times: number;
  /** where the row before had it: rows of a plan are alike */
  at: number;
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
    this.#columns = headersFor(format, map, named).map(({ column, headers }) => ({ column, headers, times: 1, at: 0 }));
    this.#unknown = plan.unknownColumns;
    this.#key = format.key;
  }

  /** The columns that only the input file has values for. */
  secrets(): readonly SecretColumn[] {
    return this.#columns
      .filter(({ column }) => column.secret === true)
      .map(({ column, headers }) => ({ field: column.field, header: headers[0] ?? column.header }));
  }

  /** Makes room for a row's lists; before the header is asked for. */
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

  /** A row's values beside the headers they are written under. */
  *named(row: PlanRow, secrets: SecretRow | undefined): Generator<readonly [header: string, value: string]> {
    for (const place of this.#columns) {
      const values = this.#valuesOf(place, row, secrets);
      const header = place.headers[0] ?? place.column.header;
      for (const value of typeof values === "string" ? [values] : values) yield [header, value];
    }
    for (const [at, header] of this.#unknown.entries()) yield [header, secrets?.unknown[at] ?? ""];
  }

  /** A row's cells, in the order of {@link header}; undefined where there is no room for its lists. */
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

  /** The values a row arrives at; a key that no import changes is not among them. */
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
