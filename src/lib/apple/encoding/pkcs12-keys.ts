import { hash as digestOf, pbkdf2Sync } from "node:crypto";
import { readChildren, TAG, type BerElement } from "./ber.ts";
import { elementToHex, requireElement } from "./cms.ts";

/** Hashes of HMAC algorithms, by encoded object identifier in hexadecimal digits.  @see RFC 8018 appendix B.1.2 */
export const HMAC_HASHES: ReadonlyMap<string, string> = new Map([
  ["2a864886f70d0207", "sha1"],
  ["2a864886f70d0209", "sha256"],
  ["2a864886f70d020a", "sha384"],
  ["2a864886f70d020b", "sha512"],
]);

/** Limits of the work that a hostile store can cause. Programs use some thousands of iterations. */
const MAX_ITERATIONS = 1_000_000;
const MAX_OLD_ITERATIONS = 200_000;

function parseIterations(element: BerElement | undefined, most: number): number {
  const count = Number.parseInt(elementToHex(element), 16);
  if (count >= 1 && count <= most) return count;
  throw new RangeError("too many iterations");
}

/**
 * Returns the number of iterations for {@link derivePkcs12Bytes}.
 *
 * @throws RangeError if it is missing or exceeds the limit
 */
export const parseOldIterations = (element: BerElement | undefined): number =>
  parseIterations(element, MAX_OLD_ITERATIONS);

/** The parameters of PBKDF2, except the password. @see RFC 8018 appendix A.2 */
export interface Pbkdf2Parameters {
  readonly salt: Uint8Array;
  readonly iterations: number;
  /** name of the hash in node:crypto; "" for an unknown hash */
  readonly hash: string;
}

/** Parses the parameters of PBKDF2. @throws RangeError if a parameter is missing or exceeds its limit */
export function parsePbkdf2(derivation: BerElement): Pbkdf2Parameters {
  const [, parameters] = readChildren(derivation);
  const [salt, iterations, ...rest] = readChildren(requireElement(parameters));
  const [algorithm] = rest.flatMap((one) => (one.tag === TAG.sequence ? readChildren(one) : []));
  return {
    salt: requireElement(salt).content,
    iterations: parseIterations(iterations, MAX_ITERATIONS),
    hash: algorithm === undefined ? "sha1" : (HMAC_HASHES.get(elementToHex(algorithm)) ?? ""),
  };
}

export const deriveWithPbkdf2 = (
  password: string | null,
  length: number,
  { salt, iterations, hash }: Pbkdf2Parameters,
): Buffer => pbkdf2Sync(password ?? "", salt, iterations, length, hash);

/** Block sizes in bytes of the hashes that {@link derivePkcs12Bytes} supports. */
const BLOCK_BYTES = { sha1: 64, sha256: 64, sha384: 128, sha512: 128 } as const;
export type Pkcs12Hash = keyof typeof BLOCK_BYTES;

/** The parameters of {@link derivePkcs12Bytes}, except the purpose. */
export interface DerivationOptions {
  readonly hash: Pkcs12Hash;
  /** null if there is no password; some programs treat that differently from an empty password */
  readonly password: string | null;
  readonly salt: Uint8Array;
  readonly iterations: number;
}

/** Derives bytes from a password for `id`: 1 key, 2 initialisation vector, 3 MAC.  @see RFC 7292 appendix B.2 */
export function derivePkcs12Bytes(
  id: number,
  length: number,
  { hash, password, salt, iterations }: DerivationOptions,
): Buffer {
  const block = BLOCK_BYTES[hash];
  const spelt = Buffer.from(password === null ? "" : `${password}\0`, "utf16le").swap16();
  const mixed = Buffer.concat([repeatToBlocks(salt, block), repeatToBlocks(spelt, block)]);
  const derived: Buffer[] = [];
  for (let have = 0; have < length;) {
    let bytes = digestOf(hash, Buffer.concat([Buffer.alloc(block, id), mixed]), "buffer");
    for (let round = 1; round < iterations; round += 1) bytes = digestOf(hash, bytes, "buffer");
    derived.push(bytes);
    have += bytes.length;
    addNumberPlusOne(mixed, Buffer.alloc(block, bytes));
  }
  return Buffer.concat(derived).subarray(0, length);
}

/** Repeats bytes until they fill whole blocks. */
const repeatToBlocks = (bytes: Uint8Array, block: number): Buffer =>
  bytes.length === 0 ? Buffer.alloc(0) : Buffer.alloc(Math.ceil(bytes.length / block) * block, bytes);

/** Adds `number` plus one to each block. Each block is treated as a big-endian number of the same length. */
function addNumberPlusOne(blocks: Buffer, number: Buffer): void {
  for (let start = 0; start < blocks.length; start += number.length) {
    let carry = 1;
    for (let at = number.length - 1; at >= 0; at -= 1) {
      carry += (blocks[start + at] ?? 0) + (number[at] ?? 0);
      blocks[start + at] = carry & 0xff;
      carry >>= 8;
    }
  }
}
