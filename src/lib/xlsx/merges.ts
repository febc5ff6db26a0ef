import { parseCellName, type CellPosition } from "./cell-name.ts";
import { createDamagedWorkbookFailure, createWorkbookTooLargeFailure } from "./workbook-failures.ts";
import { createAttributeReader, type XmlHandler } from "./xml.ts";

export interface MergedRange {
  readonly range: string;
  readonly from: CellPosition;
  readonly to: CellPosition;
  /** value of the first cell, which all merged cells share; undefined until that cell is read */
  value?: string | undefined;
}

export const isVertical = ({ from, to }: MergedRange): boolean => from.column === to.column;

const MAX_MERGED_RANGES = 100_000;
const MAX_RANGES_PER_ROW = 2 ** 14 / 2;

const getRangeReference = createAttributeReader("ref");

export class MergedRanges implements Pick<XmlHandler, "open"> {
  readonly #all: MergedRange[] = [];
  #isSorted = true;
  #next = 0;
  #open: MergedRange[] = [];

  open(name: string, attributes: string): void {
    if (name !== "mergeCell") return;
    const range = getRangeReference(attributes) ?? "";
    const [first = "", last = first] = range.split(":");
    const [from, to] = [parseCellName(first), parseCellName(last)];
    if (from === undefined || to === undefined || to.row < from.row || to.column < from.column)
      throw createDamagedWorkbookFailure();
    this.#all.push({ range, from, to });
    this.#isSorted = false;
    if (this.#all.length > MAX_MERGED_RANGES) throw createWorkbookTooLargeFailure();
  }

  /** @param row must not be above the row of the previous call */
  covering(row: number): readonly MergedRange[] {
    if (!this.#isSorted) this.#all.sort((a, b) => a.from.row - b.from.row);
    this.#isSorted = true;
    if (this.#open.some(({ to }) => to.row < row)) this.#open = this.#open.filter(({ to }) => to.row >= row);
    for (let next = this.#all[this.#next]; next !== undefined && next.from.row <= row; next = this.#all[this.#next]) {
      if (next.to.row >= row) this.#open.push(next);
      this.#next += 1;
    }
    if (this.#open.length > MAX_RANGES_PER_ROW) throw createDamagedWorkbookFailure();
    return this.#open;
  }
}
