import { createHash } from "node:crypto";

/** Generates IDs from a seed. The same words always result in the same ID. */
export class SeededIds {
  readonly #seed: string;

  constructor(seed: string) {
    this.#seed = seed;
  }

  /** Returns up to 64 lower-case hexadecimal digits of an SHA-256. */
  hex(length: number, ...words: readonly (string | number)[]): string {
    return createHash("sha256")
      .update(JSON.stringify([this.#seed, ...words]))
      .digest("hex")
      .slice(0, length);
  }

  /** Returns 32 upper-case hexadecimal digits, the form of Apple's profile and server IDs.  @see apple 3 */
  wide(...words: readonly (string | number)[]): string {
    return this.hex(32, ...words).toUpperCase();
  }

  /** Returns a UUID in lower case with hyphens. */
  uuid(...words: readonly (string | number)[]): string {
    const digits = this.hex(32, ...words);
    return [0, 8, 12, 16, 20].map((at, n, all) => digits.slice(at, all[n + 1] ?? 32)).join("-");
  }

  /** Returns a 32-bit number. */
  number(...words: readonly (string | number)[]): number {
    return Number.parseInt(this.hex(8, ...words), 16);
  }
}
