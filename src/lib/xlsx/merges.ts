import { cellPlace, type CellPlace } from "./cell-name.ts";
import { damaged, tooLarge } from "./refusals.ts";
import { attribute, type XmlHandler } from "./xml.ts";

/** Merged cells: the value is in the first one. */
export interface Merge {
  /** `B2:D4` */
  readonly range: string;
  readonly from: CellPlace;
  readonly to: CellPlace;
}

const MAX_MERGES = 100_000;
/** In one row; a sheet has this many columns. */
const MAX_SIDE_BY_SIDE = 2 ** 14 / 2;

const reference = attribute("ref");

/** The merged cells of a sheet; gathers them from its XML, where they come after the rows. */
export class Merges implements Pick<XmlHandler, "open"> {
  readonly #all: Merge[] = [];
  #isSorted = true;
  #next = 0;
  #open: Merge[] = [];

  open(name: string, attributes: string): void {
    if (name !== "mergeCell") return;
    const range = reference(attributes) ?? "";
    const [first = "", last = first] = range.split(":");
    const [from, to] = [cellPlace(first), cellPlace(last)];
    if (from === undefined || to === undefined || to.row < from.row || to.column < from.column) throw damaged();
    this.#all.push({ range, from, to });
    this.#isSorted = false;
    if (this.#all.length > MAX_MERGES) throw tooLarge();
  }

  /** Those that reach over a row. @param row not before that of the last call */
  covering(row: number): readonly Merge[] {
    if (!this.#isSorted) this.#all.sort((a, b) => a.from.row - b.from.row);
    this.#isSorted = true;
    if (this.#open.some(({ to }) => to.row < row)) this.#open = this.#open.filter(({ to }) => to.row >= row);
    for (let next = this.#all[this.#next]; next !== undefined && next.from.row <= row; next = this.#all[this.#next]) {
      if (next.to.row >= row) this.#open.push(next);
      this.#next += 1;
    }
    if (this.#open.length > MAX_SIDE_BY_SIDE) throw damaged();
    return this.#open;
  }
}
