import { createDecipheriv, getCipherInfo } from "node:crypto";
import { childrenOf, elementOf, octetsOf, TAG, tagged, type Element } from "./ber.ts";
import { CIPHERS, hex, present } from "./cms.ts";
import { attempt } from "./foreign.ts";
import { derive, deriveByPbkdf2, oldIterations, pbkdf2Of } from "./pkcs12-keys.ts";
import { checkMac } from "./pkcs12-mac.ts";
import { decryptRc2 } from "./rc2.ts";

/** The content of object identifiers, in hexadecimal digits. @see RFC 7292 sections 4 and appendix C, RFC 8018 */
const DATA = "2a864886f70d010701";
const ENCRYPTED = "2a864886f70d010706";
const CERTIFICATE_BAG = "2a864886f70d010c0a0103";
const X509 = "2a864886f70d01091601";
const PBES2 = "2a864886f70d01050d";

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

/** Bound of the work a hostile store can ask for; programs write two contents. */
const MAX_CONTENTS = 4;

/** What of a store could be opened. */
export interface Pkcs12 {
  /** in DER */
  readonly certificates: readonly Uint8Array[];
  /**
   * `locked`: the seal (MAC) fits none of the passwords, or some content opens by none of them; `unsupported`: the seal
   * is of an unknown kind, or asks for too much work
   */
  readonly state: "open" | "locked" | "unsupported";
}

/**
 * The certificates of a key store (PKCS#12, `.p12`, `.pfx`); keys are left alone. Nothing of a store is used whose seal
 * (MAC) does not fit; one without a seal is read as it is.
 *
 * @param passwords tried in their order, after none and a blank one
 * @returns undefined where the bytes are no such store, or are cut off
 * @see RFC 7292 section 4
 */
export function readPkcs12(store: Uint8Array, passwords: readonly string[]): Pkcs12 | undefined {
  return attempt(() => {
    const [, safe, mac] = childrenOf(tagged(elementOf(store), TAG.sequence));
    const sealed = dataOf(tagged(safe, TAG.sequence));
    const all = [null, "", ...passwords];
    const seal = mac === undefined ? "right" : checkMac(mac, sealed, all);
    if (seal !== "right") return { certificates: [], state: seal === "wrong" ? "locked" : seal };
    const contents = childrenOf(elementOf(sealed)).slice(0, MAX_CONTENTS);
    const opened = contents.map((content) => attempt(() => safeContentsOf(content, all)));
    return {
      certificates: opened.flatMap((bags) => bags ?? []),
      state: opened.includes(undefined) ? "locked" : "open",
    };
  });
}

/** The octets of a ContentInfo that is neither encrypted nor signed. */
function dataOf(content: Element): Uint8Array {
  const [type, wrapped] = childrenOf(content);
  if (hex(tagged(type, TAG.oid)) !== DATA) throw new RangeError("another type of content");
  const octets = elementOf(tagged(wrapped, TAG.context0).content);
  if (octets.tag !== TAG.octets && octets.tag !== TAG.octetsInPieces) throw new RangeError("another structure");
  return octetsOf(octets);
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
  if (scheme === PBES2) return decryptNew(parameters, content, password);
  const cipher = OLD_CIPHERS.get(scheme);
  if (cipher === undefined) throw new RangeError("unknown cipher");
  const [salt, iterations] = childrenOf(parameters);
  const given = {
    hash: "sha1",
    password,
    salt: present(salt).content,
    iterations: oldIterations(iterations),
  } as const;
  const bytesFor = (id: number, length: number): Buffer => derive(id, length, given);
  return cipher.decrypt(content, bytesFor(1, cipher.keyBytes), bytesFor(2, 8));
}

function decryptNew(parameters: Element, content: Uint8Array, password: string | null): Buffer {
  const [derivation, encryption] = childrenOf(parameters);
  const [oid, iv] = childrenOf(present(encryption));
  const cipher = CIPHERS.get(hex(oid)) ?? "";
  const length = getCipherInfo(cipher)?.keyLength ?? 0;
  const key = deriveByPbkdf2(password, length, pbkdf2Of(present(derivation)));
  return decipher(cipher, content, key, present(iv).content);
}

function decipher(cipher: string, content: Uint8Array, key: Uint8Array, iv: Uint8Array): Buffer {
  const opened = createDecipheriv(cipher, key, iv);
  return Buffer.concat([opened.update(content), opened.final()]);
}
