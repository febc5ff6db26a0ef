import { comparisonKey, isCodeComparison, type Comparison } from "../../model/normalise.ts";
import { CharacterScan, NON_ASCII, scanText } from "./character-scan.ts";
import type { Layout } from "./layout.ts";
import type { RowChecker } from "./rows.ts";

/** Defines the columns whose values must be unique, as indexes in {@link Layout.columns}. */
export interface UniqueValue {
  readonly column: number;
  readonly others?: readonly number[] | undefined;
  readonly comparison: Comparison;
  readonly isKey: boolean;
}

const listUniqueValues = ({ columns, format, key }: Layout): readonly UniqueValue[] => {
  const single = columns.flatMap(({ column: { field, comparison = "exact" } }, column) =>
    field === key || format.unique.includes(field) ? [{ column, comparison, isKey: field === key }] : [],
  );
  if (key !== format.key || format.fallbackKey === undefined) return single;
  const together = format.fallbackKey.map((field) => columns.findIndex(({ column }) => column.field === field));
  const column = together.at(-1) ?? -1;
  return column < 0 ? single : [...single, { column, others: together.slice(0, -1), comparison: "name", isKey: true }];
};

export class UniqueValues {
  readonly all: readonly UniqueValue[];
  readonly #key: number;

  constructor(layout: Layout) {
    this.all = listUniqueValues(layout);
    this.#key = layout.columns.findIndex(({ column }) => column.field === layout.key);
  }

  forEach(
    { values, looks }: RowChecker,
    take: (at: number, value: string, look: CharacterScan | undefined) => void,
  ): void {
    for (let at = 0; at < this.all.length; at += 1) {
      const unique = this.all[at];
      if (unique === undefined) break;
      const { column, others } = unique;
      const value = values[column] ?? null;
      if (value === null) continue;
      const seen = looks[column];
      if (others !== undefined) {
        // U+0000 separates the values, because a valid cell never contains this character.
        if ((values[this.#key] ?? null) === null)
          take(at, [...others.map((other) => values[other] ?? ""), value].join("\0"), undefined);
      } else if (typeof value === "string") take(at, value, seen?.[0]);
      else for (let i = 0; i < value.length; i += 1) take(at, value[i] ?? "", seen?.[i]);
    }
  }
}

const valueScan = new CharacterScan();

/** Returns a hash of 53 bits. Values that compare as equal have the same hash. */
export const hashValue = (value: string, comparison: Comparison, look?: CharacterScan): number => {
  let seen = look;
  if (seen === undefined || (seen.kinds & NON_ASCII) !== 0) {
    const key = comparisonKey(comparison, value);
    scanText(isCodeComparison(comparison) ? key : key.toLowerCase(), valueScan);
    seen = valueScan;
  }
  return (mixBits(seen.high) >>> 11) * 2 ** 32 + mixBits(seen.low);
};

const mixBits = (word: number): number => {
  const a = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  const b = Math.imul(a ^ (a >>> 13), 0xc2b2ae35);
  return (b ^ (b >>> 16)) >>> 0;
};

const PARTS = 256;

/** Hashes of {@link hashValue}, in parts that fit in the processor's cache, so that comparing them is fast. */
export class ValueHashes {
  readonly #parts = Array.from({ length: PARTS }, () => new Float64Array(64));
  readonly #sizes = new Uint32Array(PARTS);

  add(hash: number): void {
    const which = hash & (PARTS - 1);
    const size = this.#sizes[which] ?? 0;
    let part = this.#parts[which] ?? new Float64Array(64);
    if (size === part.length) {
      const held = part;
      part = new Float64Array(size * 2);
      part.set(held);
      this.#parts[which] = part;
    }
    part[size] = hash;
    this.#sizes[which] = size + 1;
  }

  /** @returns the number of hashes that were already there when they were added */
  countRepeated(): number {
    const slots = new Float64Array(2 ** Math.ceil(Math.log2(Math.max(...this.#sizes) * 1.5 + 1)));
    let repeated = 0;
    for (const [which, part] of this.#parts.entries()) {
      slots.fill(0);
      for (const hash of part.subarray(0, this.#sizes[which])) if (!placeSlot(slots, hash + 1)) repeated += 1;
    }
    return repeated;
  }
}

/** Places a number other than 0 in a hash table with open addressing, unless it is there. */
const placeSlot = (slots: Float64Array, slot: number): boolean => {
  const last = slots.length - 1;
  for (let at = (slot / PARTS) & last; ; at = (at + 1) & last) {
    if (slots[at] === slot) return false;
    if (slots[at] !== 0) continue;
    slots[at] = slot;
    return true;
  }
};
