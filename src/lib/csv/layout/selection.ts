import type { Problem } from "../../model/problem.ts";
import { toLooseValue } from "./columns.ts";
import type { Layout, SkipRule } from "./layout.ts";

/** Words in place of a key that mark a row of totals, as {@link toLooseValue} returns them, without blanks. */
const TOTAL = /^(?:合計|総計|小計|計):?$/;

/** Why a row is left out: its values need no check. */
export type RowOmission = Pick<Problem, "code" | "params" | "column" | "header">;

/** Decides which rows of a file are left out: rows that its map skips, and rows of totals. */
export class RowSelection {
  readonly #rules: readonly SkipRule[];
  readonly #headers: readonly string[];
  /** positions of the cells that identify a record; undefined if the map gives every row a key */
  readonly #keys: readonly number[] | undefined;

  constructor({ skip, headers, columns, format, key }: Layout) {
    this.#rules = skip;
    this.#headers = headers;
    const fields = key === format.key ? [key, ...(format.fallbackKey ?? [])] : [key];
    const keys = columns.filter(({ column }) => fields.includes(column.field));
    const isGiven = keys.some(({ constant, fallback }) => constant !== null || fallback !== null);
    this.#keys = isGiven ? undefined : keys.flatMap(({ positions }) => positions);
  }

  /** Returns why a row that is not blank is left out; undefined if it is read. */
  find(cells: readonly string[], count: number): RowOmission | undefined {
    for (const { position, values } of this.#rules) {
      if (position >= count) continue;
      const value = toLooseValue(cells[position] ?? "");
      if (!values.has(value)) continue;
      const header = this.#headers[position] ?? "";
      return { code: "row-skipped", column: position + 1, header, params: { header, value } };
    }
    return this.#isTotal(cells, count) ? { code: "row-total", column: 0, header: "", params: {} } : undefined;
  }

  #isTotal(cells: readonly string[], count: number): boolean {
    const isFilled = (position: number): boolean => position < count && (cells[position] ?? "").trim() !== "";
    if (this.#keys === undefined || this.#keys.some(isFilled)) return false;
    for (let at = 0; at < count; at += 1)
      if (isFilled(at)) return TOTAL.test(toLooseValue(cells[at] ?? "").replaceAll(/\s/g, ""));
    return false;
  }
}
