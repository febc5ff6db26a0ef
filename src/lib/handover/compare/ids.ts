import { Buffer } from "node:buffer";

/** Of a UUID in its text form. */
const WIDTH = 36;

/** Whether one text stands before another in the order of the bytes of their UTF-8. */
export const isBefore = (one: string, other: string): boolean =>
  // UTF-16 has another order only where it takes two units for a character
  SURROGATES.test(one) || SURROGATES.test(other)
    ? Buffer.compare(Buffer.from(one), Buffer.from(other)) < 0
    : one < other;

const SURROGATES = /[\uD800-\uFFFF]/;

/** Ids of a resource, each 36 bytes, in ascending order: a million of them take 36 MB. */
export class IdList {
  #bytes = Buffer.alloc(WIDTH * 1024);
  #count = 0;
  #last = "";

  /** @param id after all before; what is no UUID is left out, and so is one that is out of order */
  add(id: string): void {
    if (id.length !== WIDTH || id <= this.#last) return;
    this.#last = id;
    if ((this.#count + 1) * WIDTH > this.#bytes.length) {
      const larger = Buffer.alloc(this.#bytes.length * 2);
      this.#bytes.copy(larger);
      this.#bytes = larger;
    }
    this.#bytes.write(id, this.#count * WIDTH, WIDTH, "latin1");
    this.#count += 1;
  }

  has(id: string): boolean {
    if (id.length !== WIDTH) return false;
    SOUGHT.write(id, 0, WIDTH, "latin1");
    let low = 0;
    let high = this.#count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const at = middle * WIDTH;
      const order = this.#bytes.compare(SOUGHT, 0, WIDTH, at, at + WIDTH);
      if (order === 0) return true;
      if (order < 0) low = middle + 1;
      else high = middle;
    }
    return false;
  }
}

const SOUGHT = Buffer.alloc(WIDTH);
