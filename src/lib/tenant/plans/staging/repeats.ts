/** Returns a well-mixed whole number from 1 to 2^53 that depends only on the text. */
const hashText = (text: string): number => {
  let [high, low] = [0x811c9dc5, 0xc9dc5118];
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    high = Math.imul(high ^ unit, 0x01000193);
    low = Math.imul(low ^ unit, 0x85ebca6b);
  }
  low = Math.imul(low ^ (low >>> 16), 0x7feb352d);
  low ^= low >>> 15;
  return ((high ^ (high >>> 15)) & 0x1fffff) * 0x1_0000_0000 + (low >>> 0) + 1;
};

/** Tells whether any of many keys occurs twice, with 10 to 20 bytes a key: a hash table of the keys' hashes. */
export class Repeats {
  /** true if a key was added twice, or if two keys have the same hash, which is rare */
  found = false;
  #slots = new Float64Array(4096);
  #used = 0;

  add(key: string): void {
    if (this.found) return;
    if (this.#used * 1.25 > this.#slots.length) {
      const held = this.#slots;
      this.#slots = new Float64Array(held.length * 2);
      for (const hash of held) if (hash !== 0) this.#place(hash);
    }
    this.found = this.#place(hashText(key));
    this.#used += 1;
  }

  /** Stores a hash in the first free slot from its own on.  @returns true if it is already stored */
  #place(hash: number): boolean {
    const last = this.#slots.length - 1;
    for (let at = hash & last; ; at = (at + 1) & last) {
      const held = this.#slots[at];
      if (held === hash) return true;
      if (held === 0) {
        this.#slots[at] = hash;
        return false;
      }
    }
  }
}
