import { createDecipheriv, getCipherInfo } from "node:crypto";
import { readChildren, readElement, readOctets, TAG, requireTag, type BerElement } from "./ber.ts";
import { SMIME_CIPHERS, elementToHex, requireElement } from "./cms.ts";
import { attempt } from "./foreign.ts";
import { derivePkcs12Bytes, deriveWithPbkdf2, parseOldIterations, parsePbkdf2 } from "./pkcs12-keys.ts";
import { checkMac } from "./pkcs12-mac.ts";
import { decryptRc2 } from "./rc2.ts";

/** Object identifiers in encoded form, in hexadecimal digits. @see RFC 7292 section 4 and appendix C, RFC 8018 */
const DATA_OID = "2a864886f70d010701";
const ENCRYPTED_DATA_OID = "2a864886f70d010706";
const CERTIFICATE_BAG_OID = "2a864886f70d010c0a0103";
const X509_CERTIFICATE_OID = "2a864886f70d01091601";
const PBES2_OID = "2a864886f70d01050d";

/** Decrypts content with a key and an initialisation vector, which are derived from the password. */
interface OldCipher {
  readonly keyBytes: number;
  readonly decrypt: (content: Uint8Array, key: Buffer, iv: Buffer) => Buffer;
}

const decryptTripleDes = (content: Uint8Array, key: Buffer, iv: Buffer): Buffer =>
  decryptWithCipher("des-ede3-cbc", content, key, iv);

const OLD_CIPHERS: ReadonlyMap<string, OldCipher> = new Map([
  ["2a864886f70d010c0103", { keyBytes: 24, decrypt: decryptTripleDes }],
  ["2a864886f70d010c0105", { keyBytes: 16, decrypt: (content, key, iv) => decryptRc2(content, key, iv, 128) }],
  ["2a864886f70d010c0106", { keyBytes: 5, decrypt: (content, key, iv) => decryptRc2(content, key, iv, 40) }],
]);

/** Maximum number of contents read, to limit the work of hostile stores. Programs write two contents. */
const MAX_CONTENTS = 4;

/** The part of a key store that could be decrypted. */
export interface Pkcs12Content {
  /** in DER */
  readonly certificates: readonly Uint8Array[];
  /**
   * `locked`: the MAC matches none of the passwords, or some content cannot be decrypted with any of them;
   * `unsupported`: the MAC is of an unknown kind or requires too much work
   */
  readonly state: "open" | "locked" | "unsupported";
}

/**
 * Reads the certificates of a key store (PKCS#12, `.p12`, `.pfx`), and ignores its keys. If the MAC does not match, no
 * part of the store is used. A store without a MAC is read as it is.
 *
 * @param passwords tried in this order, after no password and an empty password
 * @returns undefined if the bytes are not such a store or are truncated
 * @see RFC 7292 section 4
 */
export function readPkcs12(store: Uint8Array, passwords: readonly string[]): Pkcs12Content | undefined {
  return attempt(() => {
    const [, safe, mac] = readChildren(requireTag(readElement(store), TAG.sequence));
    const sealed = readDataOctets(requireTag(safe, TAG.sequence));
    const all = [null, "", ...passwords];
    const seal = mac === undefined ? "right" : checkMac(mac, sealed, all);
    if (seal !== "right") return { certificates: [], state: seal === "wrong" ? "locked" : seal };
    const contents = readChildren(readElement(sealed)).slice(0, MAX_CONTENTS);
    const opened = contents.map((content) => attempt(() => readSafeContents(content, all)));
    return {
      certificates: opened.flatMap((bags) => bags ?? []),
      state: opened.includes(undefined) ? "locked" : "open",
    };
  });
}

/** Returns the octets of a ContentInfo that is neither encrypted nor signed.  @throws RangeError for others */
function readDataOctets(content: BerElement): Uint8Array {
  const [type, wrapped] = readChildren(content);
  if (elementToHex(requireTag(type, TAG.oid)) !== DATA_OID) throw new RangeError("another type of content");
  const octets = readElement(requireTag(wrapped, TAG.context0).content);
  if (octets.tag !== TAG.octets && octets.tag !== TAG.octetsInPieces) throw new RangeError("another structure");
  return readOctets(octets);
}

function readSafeContents(content: BerElement, passwords: readonly (string | null)[]): readonly Uint8Array[] {
  const [type, wrapped] = readChildren(content);
  if (elementToHex(type) !== ENCRYPTED_DATA_OID) return extractCertificates(readDataOctets(content));
  const [, encrypted] = readChildren(readElement(requireElement(wrapped).content));
  const [, algorithm, octets] = readChildren(requireElement(encrypted));
  const [scheme, parameters] = readChildren(requireElement(algorithm));
  const secret = readOctets(requireElement(octets));
  for (const password of passwords) {
    const bags = attempt(() =>
      extractCertificates(decryptContent(elementToHex(scheme), requireElement(parameters), secret, password)),
    );
    if (bags !== undefined) return bags;
  }
  throw new RangeError("locked");
}

function extractCertificates(bags: Uint8Array): readonly Uint8Array[] {
  return readChildren(readElement(bags)).flatMap((bag) => {
    const [type, value] = readChildren(bag);
    if (elementToHex(type) !== CERTIFICATE_BAG_OID) return [];
    const [format, certificate] = readChildren(readElement(requireElement(value).content));
    return elementToHex(format) === X509_CERTIFICATE_OID
      ? [readOctets(readElement(requireElement(certificate).content))]
      : [];
  });
}

/** Decrypts a store's content.  @param password null for no password, which some programs treat differently from "" */
function decryptContent(scheme: string, parameters: BerElement, content: Uint8Array, password: string | null): Buffer {
  if (scheme === PBES2_OID) return decryptWithPbes2(parameters, content, password);
  const cipher = OLD_CIPHERS.get(scheme);
  if (cipher === undefined) throw new RangeError("unknown cipher");
  const [salt, iterations] = readChildren(parameters);
  const given = {
    hash: "sha1",
    password,
    salt: requireElement(salt).content,
    iterations: parseOldIterations(iterations),
  } as const;
  const bytesFor = (id: number, length: number): Buffer => derivePkcs12Bytes(id, length, given);
  return cipher.decrypt(content, bytesFor(1, cipher.keyBytes), bytesFor(2, 8));
}

function decryptWithPbes2(parameters: BerElement, content: Uint8Array, password: string | null): Buffer {
  const [derivation, encryption] = readChildren(parameters);
  const [oid, iv] = readChildren(requireElement(encryption));
  const cipher = SMIME_CIPHERS.get(elementToHex(oid)) ?? "";
  const length = getCipherInfo(cipher)?.keyLength ?? 0;
  const key = deriveWithPbkdf2(password, length, parsePbkdf2(requireElement(derivation)));
  return decryptWithCipher(cipher, content, key, requireElement(iv).content);
}

function decryptWithCipher(cipher: string, content: Uint8Array, key: Uint8Array, iv: Uint8Array): Buffer {
  const opened = createDecipheriv(cipher, key, iv);
  return Buffer.concat([opened.update(content), opened.final()]);
}
