import { comparisonKey, isCodeComparison, type Comparison } from "../../model/normalise.ts";
import type { Layout } from "../layout/layout.ts";
import type { CharacterScan } from "../layout/look.ts";
import type { CellValue, RowChecker } from "../layout/rows.ts";

export interface KeySpace {
  /** index in {@link Layout.columns} of the column for which a repetition is reported */
  readonly column: number;
  readonly comparison: Comparison;
  /** true if the value, or the first of several values, is the key of its row */
  readonly key: boolean;
  /** true if values that differ only in case (or, for codes, in width) are different */
  readonly caseMatters: boolean;
  /** columns whose cells together form the value, in rows without a key */
  readonly together: readonly number[] | undefined;
}

const buildKeySpaces = ({ columns, format, key }: Layout): readonly KeySpace[] => {
  const spaces: KeySpace[] = [];
  for (const [index, { column }] of columns.entries()) {
    const once = column.field === key || format.unique.includes(column.field);
    if (!once) continue;
    const comparison = column.comparison ?? "exact";
    spaces.push({
      column: index,
      comparison,
      key: column.field === key,
      caseMatters: comparison === "exact" || isCodeComparison(comparison),
      together: undefined,
    });
  }
  if (key === format.key && format.fallbackKey !== undefined) {
    const together = format.fallbackKey.map((field) => columns.findIndex(({ column }) => column.field === field));
    const column = together.at(-1) ?? -1;
    if (column >= 0) spaces.push({ column, comparison: "name", key: true, caseMatters: false, together });
  }
  return spaces;
};

/** Collects the values of each row that should be unique. Reuses its memory from row to row. */
export class RowKeys {
  readonly spaces: readonly KeySpace[];
  /** the values of the current row as they are in the file; only the first {@link count} are valid */
  readonly values: string[] = [];
  /** index in {@link spaces} of the space of each value */
  readonly spaceOf: number[] = [];
  readonly looks: (CharacterScan | undefined)[] = [];
  count = 0;
  readonly #keyColumn: number;

  constructor(layout: Layout) {
    this.spaces = buildKeySpaces(layout);
    this.#keyColumn = layout.columns.findIndex(({ column }) => column.field === layout.key);
  }

  gather({ values: row, looks }: Pick<RowChecker, "values" | "looks">): void {
    this.count = 0;
    for (let s = 0; s < this.spaces.length; s += 1) {
      const space = this.spaces[s];
      if (space === undefined) break;
      if (space.together !== undefined) {
        this.#gatherTogether(space.together, s, row);
        continue;
      }
      const value = row[space.column];
      const seen = looks[space.column];
      if (typeof value === "string") this.#add(value, s, seen?.[0]);
      else if (value !== null && value !== undefined) {
        for (let i = 0; i < value.length; i += 1) this.#add(value[i] ?? "", s, seen?.[i]);
      }
    }
  }

  #gatherTogether(together: readonly number[], s: number, row: readonly CellValue[]): void {
    const key = row[this.#keyColumn];
    if (key !== undefined && key !== null) return;
    const parts = together.map((column) => String(row[column] ?? ""));
    // a cell that was read without a problem never contains U+0000
    if (parts.at(-1) !== "") this.#add(parts.join("\u0000"), s, undefined);
  }

  #add(value: string, s: number, look: CharacterScan | undefined): void {
    this.values[this.count] = value;
    this.spaceOf[this.count] = s;
    this.looks[this.count] = look;
    this.count += 1;
  }
}

export const toLooseKey = (comparison: Comparison, value: string): string => {
  if (comparison === "exact") return value.toLowerCase();
  const key = comparisonKey(comparison, value);
  return isCodeComparison(comparison) ? key.normalize("NFKC").toLowerCase() : key;
};
