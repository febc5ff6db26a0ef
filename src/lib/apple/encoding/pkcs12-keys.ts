import { hash as digestOf, pbkdf2Sync } from "node:crypto";
import { childrenOf, TAG, type Element } from "./ber.ts";
import { hex, present } from "./cms.ts";

/** The content of object identifiers, in hexadecimal digits. @see RFC 8018 appendix B.1.2 */
export const HMACS: ReadonlyMap<string, string> = new Map([
  ["2a864886f70d0207", "sha1"],
  ["2a864886f70d0209", "sha256"],
  ["2a864886f70d020a", "sha384"],
  ["2a864886f70d020b", "sha512"],
]);

/** Bounds of the work a hostile store can ask for; programs write some thousands. */
const MAX_ITERATIONS = 1_000_000;
const MAX_OLD_ITERATIONS = 200_000;

function countOf(element: Element | undefined, most: number): number {
  const count = Number.parseInt(hex(element), 16);
  if (count >= 1 && count <= most) return count;
  throw new RangeError("too many iterations");
}

/** Returns the number of iterations for {@link derive}. @throws RangeError if it is missing or exceeds the limit */
export const oldIterations = (element: Element | undefined): number => countOf(element, MAX_OLD_ITERATIONS);

/** What PBKDF2 is asked for, beside the password. @see RFC 8018 appendix A.2 */
export interface Pbkdf2 {
  readonly salt: Uint8Array;
  readonly iterations: number;
  /** as node:crypto calls it; "" for an unknown one */
  readonly hash: string;
}

/** @throws RangeError if a parameter is missing or exceeds its limit */
export function pbkdf2Of(derivation: Element): Pbkdf2 {
  const [, parameters] = childrenOf(derivation);
  const [salt, iterations, ...rest] = childrenOf(present(parameters));
  const [algorithm] = rest.flatMap((one) => (one.tag === TAG.sequence ? childrenOf(one) : []));
  return {
    salt: present(salt).content,
    iterations: countOf(iterations, MAX_ITERATIONS),
    hash: algorithm === undefined ? "sha1" : (HMACS.get(hex(algorithm)) ?? ""),
  };
}

export const deriveByPbkdf2 = (password: string | null, length: number, { salt, iterations, hash }: Pbkdf2): Buffer =>
  pbkdf2Sync(password ?? "", salt, iterations, length, hash);

/** Hashes of {@link derive}, with the bytes of a block. */
const BLOCK_BYTES = { sha1: 64, sha256: 64, sha384: 128, sha512: 128 } as const;
export type Hash = keyof typeof BLOCK_BYTES;

/** What {@link derive} is asked for, beside the purpose. */
export interface Derivation {
  readonly hash: Hash;
  /** null if there is no password; some programs treat that differently from an empty one */
  readonly password: string | null;
  readonly salt: Uint8Array;
  readonly iterations: number;
}

/** The bytes of a password for a purpose: 1 a key, 2 an initialisation vector, 3 a MAC. @see RFC 7292 appendix B.2 */
export function derive(id: number, length: number, { hash, password, salt, iterations }: Derivation): Buffer {
  const block = BLOCK_BYTES[hash];
  const spelt = Buffer.from(password === null ? "" : `${password}\0`, "utf16le").swap16();
  const mixed = Buffer.concat([repeated(salt, block), repeated(spelt, block)]);
  const derived: Buffer[] = [];
  for (let have = 0; have < length;) {
    let bytes = digestOf(hash, Buffer.concat([Buffer.alloc(block, id), mixed]), "buffer");
    for (let round = 1; round < iterations; round += 1) bytes = digestOf(hash, bytes, "buffer");
    derived.push(bytes);
    have += bytes.length;
    addOneMore(mixed, Buffer.alloc(block, bytes));
  }
  return Buffer.concat(derived).subarray(0, length);
}

/** As often as fills whole blocks. */
const repeated = (bytes: Uint8Array, block: number): Buffer =>
  bytes.length === 0 ? Buffer.alloc(0) : Buffer.alloc(Math.ceil(bytes.length / block) * block, bytes);

/** Adds a number and one to each block, as a number of its length. */
function addOneMore(blocks: Buffer, number: Buffer): void {
  for (let start = 0; start < blocks.length; start += number.length) {
    let carry = 1;
    for (let at = number.length - 1; at >= 0; at -= 1) {
      carry += (blocks[start + at] ?? 0) + (number[at] ?? 0);
      blocks[start + at] = carry & 0xff;
      carry >>= 8;
    }
  }
}
