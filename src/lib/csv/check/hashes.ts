import type { Comparison } from "../../model/normalise.ts";
import { CharacterScan, lookAtText, NOT_ASCII } from "../layout/look.ts";
import { looseKey } from "./keys.ts";

/** Number of buckets that entries are spread over by hash, so that each can be searched within the CPU cache. */
const BUCKETS = 64;
const CHUNK_ENTRIES = 2048;
/**
 * Of a hash's 64 bits the first 6 are the bucket, and the next 44 are in the entry: its first word, and the top of its
 * second one. Below them is the row, counted from 0 again after each {@link ROW_PERIOD}.
 */
const ENTRY_WORDS = 2;
const ROW_BITS = 20;
export const ROW_PERIOD = 2 ** ROW_BITS;

/** A row as it is kept. */
export const keptRow = (row: number): number => row & (ROW_PERIOD - 1);

/** A 64-bit hash, as two words, of a value in a space; values that compare equal have equal hashes. */
export type ValueHash = (value: string, comparison: Comparison, space: number, into: Uint32Array) => void;

/** All bits of the hash depend on all of what was looked at, as in the end of MurmurHash3. */
const mixed = (word: number): number => {
  const a = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  const b = Math.imul(a ^ (a >>> 13), 0xc2b2ae35);
  return (b ^ (b >>> 16)) >>> 0;
};

/** The hash of what was looked at, in a space. */
const finish = ({ high, low }: CharacterScan, space: number, into: Uint32Array): void => {
  into[0] = mixed(high ^ Math.imul(space + 1, 0x9e3779b1));
  into[1] = mixed(low + space);
};

const seen = new CharacterScan();

/**
 * ASCII letter case is always ignored, so that ASCII text needs no comparison key. Equal hashes are candidates only:
 * each one is verified.
 */
export const hashValue: ValueHash = (value, comparison, space, into) => {
  lookAtText(value, seen);
  if ((seen.kinds & NOT_ASCII) !== 0) lookAtText(looseKey(comparison, value), seen);
  finish(seen, space, into);
};

/** The hashes of one part of a file, as passed between threads. */
export interface HashPart {
  readonly buckets: readonly (readonly Uint32Array[])[];
  /** number of entries in each bucket */
  readonly counts: readonly number[];
}

/** Collects the hash and row of every unique value of a file: 8 bytes per value. */
export class ValueHashes {
  readonly #buckets: Uint32Array<ArrayBuffer>[][] = Array.from({ length: BUCKETS }, () => []);
  /** the last chunk of each bucket */
  readonly #chunks: Uint32Array<ArrayBuffer>[] = Array.from({ length: BUCKETS }, () => new Uint32Array(0));
  readonly #counts = Array.from({ length: BUCKETS }, () => 0);
  readonly #hash: ValueHash;
  readonly #word = new Uint32Array(2);

  constructor(hash: ValueHash = hashValue) {
    this.#hash = hash;
  }

  /** @param look at the value, if there was one */
  add(value: string, comparison: Comparison, space: number, row: number, look?: CharacterScan): void {
    const word = this.#word;
    const isSeen = look !== undefined && this.#hash === hashValue && (look.kinds & NOT_ASCII) === 0;
    if (isSeen) finish(look, space, word);
    else this.#hash(value, comparison, space, word);
    const high = word[0] ?? 0;
    const low = word[1] ?? 0;
    const bucket = high >>> 26;
    const count = this.#counts[bucket] ?? 0;
    const at = (count & (CHUNK_ENTRIES - 1)) * ENTRY_WORDS;
    if (at === 0) this.#addChunk(bucket);
    const chunk = this.#chunks[bucket];
    if (chunk === undefined) return;
    chunk[at] = (high << 6) | (low >>> 26);
    chunk[at + 1] = ((low >>> 14) << ROW_BITS) | keptRow(row);
    this.#counts[bucket] = count + 1;
  }

  #addChunk(bucket: number): void {
    const chunk = new Uint32Array(CHUNK_ENTRIES * ENTRY_WORDS);
    this.#chunks[bucket] = chunk;
    this.#buckets[bucket]?.push(chunk);
  }

  get part(): HashPart {
    return { buckets: this.#buckets, counts: this.#counts };
  }

  /** The memory behind {@link part}, to be transferred to another thread rather than copied. */
  get transferable(): ArrayBuffer[] {
    return this.#buckets.flat().map((chunk) => chunk.buffer);
  }
}

/** Hashes shared by several entries. */
export interface SharedHashes {
  /** see {@link hashId} */
  readonly ids: readonly number[];
  /** of the entries, each as {@link keptRow} has it */
  readonly rows: readonly number[];
}

/** The 50 bits of a hash that are kept, as one number. */
export const hashId = (high: number, low: number): number => high * 0x4_0000 + (low >>> 14);

/** A part of a file as input of {@link findSharedHashes}. */
export interface PlacedPart {
  readonly hashes: HashPart;
  readonly rowsBefore: number;
}

/** Searches one bucket after another, reusing the same memory. */
class HashSearch {
  readonly #parts: readonly PlacedPart[];
  /** the entries of a bucket, from all parts */
  readonly #flat: Uint32Array;
  /** hash table with open addressing: the entry's number, counted from 1 */
  readonly #slots: Uint32Array;

  constructor(parts: readonly PlacedPart[]) {
    this.#parts = parts;
    const largest = Math.max(...Array.from({ length: BUCKETS }, (_, bucket) => this.#countOf(bucket)));
    this.#flat = new Uint32Array(largest * ENTRY_WORDS);
    this.#slots = new Uint32Array(2 ** Math.ceil(Math.log2(Math.max(2, largest * 2))));
  }

  sharedIn(bucket: number): SharedHashes {
    this.#fill(bucket);
    const flat = this.#flat;
    const ids = new Set<number>();
    const rows: number[] = [];
    const end = this.#countOf(bucket) * ENTRY_WORDS;
    for (let at = 0; at < end; at += ENTRY_WORDS) {
      const other = this.#place(at);
      if (other < 0) continue;
      const word = flat[at] ?? 0;
      const high = bucket * 2 ** 26 + (word >>> 6);
      const id = hashId(high, (word << 26) | ((flat[at + 1] ?? 0) >>> 6));
      if (!ids.has(id)) rows.push(keptRow(flat[other + 1] ?? 0));
      ids.add(id);
      rows.push(keptRow(flat[at + 1] ?? 0));
    }
    return { ids: [...ids], rows };
  }

  #countOf(bucket: number): number {
    return this.#parts.reduce((sum, { hashes }) => sum + (hashes.counts[bucket] ?? 0), 0);
  }

  #fill(bucket: number): void {
    this.#slots.fill(0);
    let at = 0;
    for (const { hashes, rowsBefore } of this.#parts) {
      let left = (hashes.counts[bucket] ?? 0) * ENTRY_WORDS;
      for (const chunk of hashes.buckets[bucket] ?? []) {
        const used = chunk.subarray(0, Math.min(left, chunk.length));
        this.#flat.set(used, at);
        if (rowsBefore > 0) this.#shift(at, at + used.length, rowsBefore);
        at += used.length;
        left -= used.length;
      }
    }
  }

  #shift(from: number, to: number, rowsBefore: number): void {
    const flat = this.#flat;
    for (let at = from + 1; at < to; at += ENTRY_WORDS) {
      const word = flat[at] ?? 0;
      flat[at] = ((word >>> ROW_BITS) << ROW_BITS) | keptRow(keptRow(word) + rowsBefore);
    }
  }

  /** Finds the entry's slot; returns the earlier entry with the same hash, or -1 if this is the first. */
  #place(at: number): number {
    const flat = this.#flat;
    const slots = this.#slots;
    const word = flat[at] ?? 0;
    const rest = (flat[at + 1] ?? 0) >>> ROW_BITS;
    const mask = slots.length - 1;
    for (let slot = (word ^ (word >>> 15)) & mask; ; slot = (slot + 1) & mask) {
      const taken = slots[slot] ?? 0;
      if (taken === 0) {
        slots[slot] = at / ENTRY_WORDS + 1;
        return -1;
      }
      const other = (taken - 1) * ENTRY_WORDS;
      if (flat[other] === word && (flat[other + 1] ?? 0) >>> ROW_BITS === rest) return other;
    }
  }
}

/** Yields, bucket by bucket, the hashes that several entries of a file's parts share. */
export function* findSharedHashes(parts: readonly PlacedPart[]): Generator<SharedHashes> {
  const search = new HashSearch(parts);
  for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
    const repeats = search.sharedIn(bucket);
    if (repeats.ids.length > 0) yield repeats;
  }
}
