import { createHash } from "node:crypto";

/** Ids that follow from a seed: the same words give the same id. */
export class Ids {
  readonly #seed: string;

  constructor(seed: string) {
    this.#seed = seed;
  }

  /** Digits of SHA-256, in small letters; 64 at most. */
  hex(length: number, ...words: readonly (string | number)[]): string {
    return createHash("sha256")
      .update(JSON.stringify([this.#seed, ...words]))
      .digest("hex")
      .slice(0, length);
  }

  /** As profiles and servers have them on the wire: 32 digits in capitals. @see apple 3 */
  wide(...words: readonly (string | number)[]): string {
    return this.hex(32, ...words).toUpperCase();
  }

  /** With hyphens, in small letters. */
  uuid(...words: readonly (string | number)[]): string {
    const digits = this.hex(32, ...words);
    return [0, 8, 12, 16, 20].map((at, n, all) => digits.slice(at, all[n + 1] ?? 32)).join("-");
  }

  /** A number of 32 bits. */
  number(...words: readonly (string | number)[]): number {
    return Number.parseInt(this.hex(8, ...words), 16);
  }
}
