import type { Comparison } from "../../model/normalise.ts";
import { CharacterScan, scanText, NON_ASCII } from "../layout/look.ts";
import { toLooseKey } from "./keys.ts";

/**
 * Number of buckets for entries. Entries are distributed by hash, so that the bucket that is being searched fits into
 * the CPU cache.
 */
const BUCKETS = 64;
const CHUNK_ENTRIES = 2048;
/**
 * The number of 32-bit words per entry. A hash has 64 bits: the first 6 select the bucket, and the next 44 are stored
 * in the first word and at the top of the second word. The rest of the second word contains the row, modulo
 * {@link ROW_PERIOD}.
 */
const ENTRY_WORDS = 2;
const ROW_BITS = 20;
const ROW_PERIOD = 2 ** ROW_BITS;

/** Returns the part of a row number that is stored: the row modulo {@link ROW_PERIOD}. */
export const toStoredRow = (row: number): number => row & (ROW_PERIOD - 1);

/**
 * Writes the 64-bit hash of a value in a key space to `into`, as two words. Values that compare as equal have equal
 * hashes.
 */
export type ValueHash = (value: string, comparison: Comparison, space: number, into: Uint32Array) => void;

const mixBits = (word: number): number => {
  const a = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  const b = Math.imul(a ^ (a >>> 13), 0xc2b2ae35);
  return (b ^ (b >>> 16)) >>> 0;
};

const finishHash = ({ high, low }: CharacterScan, space: number, into: Uint32Array): void => {
  into[0] = mixBits(high ^ Math.imul(space + 1, 0x9e3779b1));
  into[1] = mixBits(low + space);
};

const reusedScan = new CharacterScan();

/**
 * Hashes a value. The case of ASCII letters is always ignored, so that ASCII text needs no comparison key. Equal hashes
 * are only candidates: each is verified.
 */
export const hashValue: ValueHash = (value, comparison, space, into) => {
  scanText(value, reusedScan);
  if ((reusedScan.kinds & NON_ASCII) !== 0) scanText(toLooseKey(comparison, value), reusedScan);
  finishHash(reusedScan, space, into);
};

export interface HashPart {
  readonly buckets: readonly (readonly Uint32Array[])[];
  /** number of entries in each bucket */
  readonly counts: readonly number[];
}

/** Collects the hash and row of every value of a file that should be unique, in 8 bytes per value. */
export class ValueHashes {
  readonly #buckets: Uint32Array<ArrayBuffer>[][] = Array.from({ length: BUCKETS }, () => []);
  /** the last, partly filled chunk of each bucket */
  readonly #chunks: Uint32Array<ArrayBuffer>[] = Array.from({ length: BUCKETS }, () => new Uint32Array(0));
  readonly #counts = Array.from({ length: BUCKETS }, () => 0);
  readonly #hash: ValueHash;
  readonly #word = new Uint32Array(2);

  constructor(hash: ValueHash = hashValue) {
    this.#hash = hash;
  }

  add(value: string, comparison: Comparison, space: number, row: number, look?: CharacterScan): void {
    const word = this.#word;
    const isSeen = look !== undefined && this.#hash === hashValue && (look.kinds & NON_ASCII) === 0;
    if (isSeen) finishHash(look, space, word);
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
    chunk[at + 1] = ((low >>> 14) << ROW_BITS) | toStoredRow(row);
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
}

export interface SharedHashes {
  /** the IDs of the hashes, as {@link toHashId} returns them */
  readonly ids: readonly number[];
  /** the rows of the entries, as {@link toStoredRow} returns them */
  readonly rows: readonly number[];
}

export const toHashId = (high: number, low: number): number => high * 0x4_0000 + (low >>> 14);

/** Searches one bucket after another for shared hashes, reusing the same memory. */
class HashSearch {
  readonly #hashes: HashPart;
  /** the entries of the current bucket */
  readonly #flat: Uint32Array;
  /** hash table with open addressing; contains the numbers of entries, counted from 1 */
  readonly #slots: Uint32Array;

  constructor(hashes: HashPart) {
    this.#hashes = hashes;
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
      const id = toHashId(high, (word << 26) | ((flat[at + 1] ?? 0) >>> 6));
      if (!ids.has(id)) rows.push(toStoredRow(flat[other + 1] ?? 0));
      ids.add(id);
      rows.push(toStoredRow(flat[at + 1] ?? 0));
    }
    return { ids: [...ids], rows };
  }

  #countOf(bucket: number): number {
    return this.#hashes.counts[bucket] ?? 0;
  }

  #fill(bucket: number): void {
    this.#slots.fill(0);
    let at = 0;
    let left = this.#countOf(bucket) * ENTRY_WORDS;
    for (const chunk of this.#hashes.buckets[bucket] ?? []) {
      const used = chunk.subarray(0, Math.min(left, chunk.length));
      this.#flat.set(used, at);
      at += used.length;
      left -= used.length;
    }
  }

  /** Inserts the entry into the hash table. Returns the earlier entry with the same hash, or -1 if there is none. */
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

export function* findSharedHashes(hashes: HashPart): Generator<SharedHashes> {
  const search = new HashSearch(hashes);
  for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
    const repeats = search.sharedIn(bucket);
    if (repeats.ids.length > 0) yield repeats;
  }
}
