import { Buffer } from "node:buffer";

const UUID_LENGTH = 36;

/** Returns true if a text sorts before another text in the order of their UTF-8 bytes. */
export const isBefore = (one: string, other: string): boolean =>
  // the order in UTF-16 differs only if a text has surrogates
  SURROGATES_AND_ABOVE.test(one) || SURROGATES_AND_ABOVE.test(other)
    ? Buffer.compare(Buffer.from(one), Buffer.from(other)) < 0
    : one < other;

const SURROGATES_AND_ABOVE = /[\uD800-\uFFFF]/;

/** A list of the IDs of a resource in ascending order, 36 bytes per ID: a million IDs use 36 MB. */
export class IdList {
  #bytes = Buffer.alloc(UUID_LENGTH * 1024);
  #count = 0;
  #last = "";

  /** Adds an ID. Ignores text that is not as long as a UUID, and an ID that is not greater than the last ID. */
  add(id: string): void {
    if (id.length !== UUID_LENGTH || id <= this.#last) return;
    this.#last = id;
    if ((this.#count + 1) * UUID_LENGTH > this.#bytes.length) {
      const larger = Buffer.alloc(this.#bytes.length * 2);
      this.#bytes.copy(larger);
      this.#bytes = larger;
    }
    this.#bytes.write(id, this.#count * UUID_LENGTH, UUID_LENGTH, "latin1");
    this.#count += 1;
  }

  has(id: string): boolean {
    if (id.length !== UUID_LENGTH) return false;
    SEARCH_BUFFER.write(id, 0, UUID_LENGTH, "latin1");
    let low = 0;
    let high = this.#count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const at = middle * UUID_LENGTH;
      const order = this.#bytes.compare(SEARCH_BUFFER, 0, UUID_LENGTH, at, at + UUID_LENGTH);
      if (order === 0) return true;
      if (order < 0) low = middle + 1;
      else high = middle;
    }
    return false;
  }
}

const SEARCH_BUFFER = Buffer.alloc(UUID_LENGTH);
