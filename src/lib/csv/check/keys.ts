import { comparisonKey, isCode, type Comparison } from "../../model/normalise.ts";
import type { Layout } from "../layout/layout.ts";
import type { CharacterScan } from "../layout/look.ts";
import type { CellValue, RowChecker } from "../layout/rows.ts";

/** A set of values each of which should occur in only one row of a file. */
export interface KeySpace {
  /** index in {@link Layout.columns} of the column at which a repetition is reported */
  readonly column: number;
  readonly comparison: Comparison;
  /** the row's (first) value here is its key */
  readonly key: boolean;
  /** a repetition is only a warning: records may share the value, though it could name them */
  readonly shared: boolean;
  /** values that differ only in letter case, or of codes in width, are two, and cause a warning */
  readonly caseMatters: boolean;
  /** columns that form the value together, in rows whose key is blank */
  readonly together: readonly number[] | undefined;
}

/** The spaces of a layout: its unique fields, its key, and the fallback for a blank key. */
const keySpacesOf = ({ columns, format, key }: Layout): readonly KeySpace[] => {
  const spaces: KeySpace[] = [];
  const names = format.thing.keys.map(({ field }) => field);
  for (const [index, { column }] of columns.entries()) {
    const once = column.field === key || format.unique.includes(column.field);
    if (!once && !names.includes(column.field)) continue;
    const comparison = column.comparison ?? "exact";
    spaces.push({
      column: index,
      comparison,
      key: column.field === key,
      shared: !once,
      caseMatters: comparison === "exact" || isCode(comparison),
      together: undefined,
    });
  }
  if (key === format.key && format.fallbackKey !== undefined) {
    const together = format.fallbackKey.map((field) => columns.findIndex(({ column }) => column.field === field));
    const column = together.at(-1) ?? -1;
    if (column >= 0)
      spaces.push({ column, comparison: "name", key: true, shared: false, caseMatters: false, together });
  }
  return spaces;
};

/** Collects the unique values of one row after another, without allocating. */
export class RowKeys {
  readonly spaces: readonly KeySpace[];
  /** the row's values as they are in the file; valid up to {@link count} until the next row */
  readonly values: string[] = [];
  /** index of each value's space in {@link spaces} */
  readonly spaceOf: number[] = [];
  /** a look at each value, if there was one */
  readonly looks: (CharacterScan | undefined)[] = [];
  count = 0;
  readonly #keyColumn: number;

  constructor(layout: Layout) {
    this.spaces = keySpacesOf(layout);
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
    // U+0000 occurs in no cell that was read without a problem
    if (parts.at(-1) !== "") this.#add(parts.join("\u0000"), s, undefined);
  }

  #add(value: string, s: number, look: CharacterScan | undefined): void {
    this.values[this.count] = value;
    this.spaceOf[this.count] = s;
    this.looks[this.count] = look;
    this.count += 1;
  }
}

/** The text by which values that are equal, or differ only in letter case or width, are found. */
export const looseKey = (comparison: Comparison, value: string): string => {
  if (comparison === "exact") return value.toLowerCase();
  const key = comparisonKey(comparison, value);
  return isCode(comparison) ? key.normalize("NFKC").toLowerCase() : key;
};
