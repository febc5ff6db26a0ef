import { createDecipheriv, createHash, getCipherInfo, pbkdf2Sync } from "node:crypto";
import { childrenOf, elementOf, octetsOf, TAG, type Element } from "./ber.ts";
import { CIPHERS, hex, present } from "./cms.ts";
import { attempt } from "./foreign.ts";
import { decryptRc2 } from "./rc2.ts";

/** The content of object identifiers, in hexadecimal digits. @see RFC 7292 sections 4 and appendix C, RFC 8018 */
const DATA = "2a864886f70d010701";
const ENCRYPTED = "2a864886f70d010706";
const CERTIFICATE_BAG = "2a864886f70d010c0a0103";
const X509 = "2a864886f70d01091601";
const PBES2 = "2a864886f70d01050d";
const PBKDF2_HASHES = new Map([
  ["2a864886f70d0207", "sha1"],
  ["2a864886f70d0209", "sha256"],
  ["2a864886f70d020a", "sha384"],
  ["2a864886f70d020b", "sha512"],
]);

/** Opens content by a key and an initialisation vector, of the bytes that the password gives. */
interface OldCipher {
  readonly keyBytes: number;
  readonly decrypt: (content: Uint8Array, key: Buffer, iv: Buffer) => Buffer;
}

const tripleDes = (content: Uint8Array, key: Buffer, iv: Buffer): Buffer => decipher("des-ede3-cbc", content, key, iv);

const OLD_CIPHERS: ReadonlyMap<string, OldCipher> = new Map([
  ["2a864886f70d010c0103", { keyBytes: 24, decrypt: tripleDes }],
  ["2a864886f70d010c0105", { keyBytes: 16, decrypt: (content, key, iv) => decryptRc2(content, key, iv, 128) }],
  ["2a864886f70d010c0106", { keyBytes: 5, decrypt: (content, key, iv) => decryptRc2(content, key, iv, 40) }],
]);

/** Bounds of the work a hostile store can ask for; programs write some thousands, and two contents. */
const MOST_ITERATIONS = 1_000_000;
const MOST_OLD_ITERATIONS = 200_000;
const MOST_CONTENTS = 4;

/** What of a store could be opened. */
export interface Pkcs12 {
  /** in DER */
  readonly certificates: readonly Uint8Array[];
  /** some content opens by none of the passwords */
  readonly locked: boolean;
}

/**
 * The certificates of a key store (PKCS#12, `.p12`, `.pfx`); keys are left alone, and the store's own seal is not
 * checked, as it needs the password that many stores need for nothing else.
 *
 * @param passwords tried in their order, after none and a blank one
 * @returns undefined where the bytes are no such store, or are cut off
 * @see RFC 7292 section 4
 */
export function readPkcs12(store: Uint8Array, passwords: readonly string[]): Pkcs12 | undefined {
  return attempt(() => {
    const [, safe] = childrenOf(elementOf(store));
    const contents = childrenOf(elementOf(dataOf(present(safe)))).slice(0, MOST_CONTENTS);
    const opened = contents.map((content) => attempt(() => safeContentsOf(content, [null, "", ...passwords])));
    return {
      certificates: opened.flatMap((bags) => bags ?? []),
      locked: opened.includes(undefined),
    };
  });
}

/** The octets of a ContentInfo that is neither encrypted nor signed. */
function dataOf(content: Element): Uint8Array {
  const [type, wrapped] = childrenOf(content);
  if (hex(type) !== DATA) throw new RangeError("another type of content");
  return octetsOf(elementOf(present(wrapped).content));
}

function safeContentsOf(content: Element, passwords: readonly (string | null)[]): readonly Uint8Array[] {
  const [type, wrapped] = childrenOf(content);
  if (hex(type) !== ENCRYPTED) return certificatesIn(dataOf(content));
  const [, encrypted] = childrenOf(elementOf(present(wrapped).content));
  const [, algorithm, octets] = childrenOf(present(encrypted));
  const [scheme, parameters] = childrenOf(present(algorithm));
  const secret = octetsOf(present(octets));
  for (const password of passwords) {
    const bags = attempt(() => certificatesIn(decrypt(hex(scheme), present(parameters), secret, password)));
    if (bags !== undefined) return bags;
  }
  throw new RangeError("locked");
}

function certificatesIn(bags: Uint8Array): readonly Uint8Array[] {
  return childrenOf(elementOf(bags)).flatMap((bag) => {
    const [type, value] = childrenOf(bag);
    if (hex(type) !== CERTIFICATE_BAG) return [];
    const [format, certificate] = childrenOf(elementOf(present(value).content));
    return hex(format) === X509 ? [octetsOf(elementOf(present(certificate).content))] : [];
  });
}

/** @param password null: none at all, which some programs tell from a blank one */
function decrypt(scheme: string, parameters: Element, content: Uint8Array, password: string | null): Buffer {
  if (scheme === PBES2) return decryptNew(parameters, content, password ?? "");
  const cipher = OLD_CIPHERS.get(scheme);
  if (cipher === undefined) throw new RangeError("unknown cipher");
  const [salt, iterations] = childrenOf(parameters);
  const bytesFor = (id: number, length: number): Buffer =>
    derive(id, length, { password, salt: present(salt).content, iterations: countOf(iterations, MOST_OLD_ITERATIONS) });
  return cipher.decrypt(content, bytesFor(1, cipher.keyBytes), bytesFor(2, 8));
}

function decryptNew(parameters: Element, content: Uint8Array, password: string): Buffer {
  const [derivation, encryption] = childrenOf(parameters);
  const [, derived] = childrenOf(present(derivation));
  const [salt, iterations, ...rest] = childrenOf(present(derived));
  const [algorithm] = rest.flatMap((one) => (one.tag === TAG.sequence ? childrenOf(one) : []));
  const hash = algorithm === undefined ? "sha1" : (PBKDF2_HASHES.get(hex(algorithm)) ?? "");
  const [oid, iv] = childrenOf(present(encryption));
  const cipher = CIPHERS.get(hex(oid)) ?? "";
  const length = getCipherInfo(cipher)?.keyLength ?? 0;
  const key = pbkdf2Sync(password, present(salt).content, countOf(iterations, MOST_ITERATIONS), length, hash);
  return decipher(cipher, content, key, present(iv).content);
}

function decipher(cipher: string, content: Uint8Array, key: Uint8Array, iv: Uint8Array): Buffer {
  const opened = createDecipheriv(cipher, key, iv);
  return Buffer.concat([opened.update(content), opened.final()]);
}

function countOf(element: Element | undefined, most: number): number {
  const count = Number.parseInt(hex(element), 16);
  if (count >= 1 && count <= most) return count;
  throw new RangeError("too many iterations");
}

const HASH_BYTES = 20;
const BLOCK_BYTES = 64;

/** The bytes of a password for a purpose: 1 a key, 2 an initialisation vector. @see RFC 7292 appendix B.2 */
function derive(
  id: number,
  length: number,
  {
    password,
    salt,
    iterations,
  }: { readonly password: string | null; readonly salt: Uint8Array; readonly iterations: number },
): Buffer {
  const spelt = Buffer.from(password === null ? "" : `${password}\0`, "utf16le").swap16();
  const mixed = Buffer.concat([repeated(salt), repeated(spelt)]);
  const derived: Buffer[] = [];
  for (let have = 0; have < length; have += HASH_BYTES) {
    let hash = sha1(Buffer.concat([Buffer.alloc(BLOCK_BYTES, id), mixed]));
    for (let round = 1; round < iterations; round += 1) hash = sha1(hash);
    derived.push(hash);
    addOneMore(mixed, Buffer.alloc(BLOCK_BYTES, hash));
  }
  return Buffer.concat(derived).subarray(0, length);
}

const sha1 = (bytes: Uint8Array): Buffer => createHash("sha1").update(bytes).digest();

/** As often as fills whole blocks. */
const repeated = (bytes: Uint8Array): Buffer =>
  bytes.length === 0 ? Buffer.alloc(0) : Buffer.alloc(Math.ceil(bytes.length / BLOCK_BYTES) * BLOCK_BYTES, bytes);

/** Adds a number and one to each block, as a number of its length. */
function addOneMore(blocks: Buffer, number: Buffer): void {
  for (let start = 0; start < blocks.length; start += BLOCK_BYTES) {
    let carry = 1;
    for (let at = BLOCK_BYTES - 1; at >= 0; at -= 1) {
      carry += (blocks[start + at] ?? 0) + (number[at] ?? 0);
      blocks[start + at] = carry & 0xff;
      carry >>= 8;
    }
  }
}
