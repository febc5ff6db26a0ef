import { createHmac } from "node:crypto";
import { readChildren, TAG, requireTag, type BerElement } from "./ber.ts";
import { elementToHex, requireElement } from "./cms.ts";
import { attempt } from "./foreign.ts";
import {
  derivePkcs12Bytes,
  deriveWithPbkdf2,
  HMAC_HASHES,
  parseOldIterations,
  parsePbkdf2,
  type Pkcs12Hash,
} from "./pkcs12-keys.ts";

/** Object identifiers in encoded form, in hexadecimal digits. */
const PBMAC1_OID = "2a864886f70d01050e";
const PBKDF2_OID = "2a864886f70d01050c";
const MAC_HASHES: ReadonlyMap<string, Pkcs12Hash> = new Map([
  ["2b0e03021a", "sha1"],
  ["608648016503040201", "sha256"],
  ["608648016503040202", "sha384"],
  ["608648016503040203", "sha512"],
]);

/** How a MAC is computed: the hash of the HMAC, and its key. */
interface MacAlgorithm {
  readonly hash: string;
  readonly keyFor: (password: string | null) => Buffer;
}

/**
 * Checks the MAC of a key store.
 *
 * @param mac MacData of the store
 * @param sealed the bytes that the MAC protects: the octets of the store's content
 * @param passwords null means no password at all, which some programs treat differently from an empty password
 * @throws RangeError if the MacData does not have the expected structure
 * @see RFC 7292 section 4 and appendix B, RFC 9579
 */
export function checkMac(
  mac: BerElement,
  sealed: Uint8Array,
  passwords: readonly (string | null)[],
): "right" | "wrong" | "unsupported" {
  const [info, salt, iterations] = readChildren(requireTag(mac, TAG.sequence));
  const [algorithm, digest] = readChildren(requireTag(info, TAG.sequence));
  const [type, parameters] = readChildren(requireTag(algorithm, TAG.sequence));
  const { content: expected } = requireTag(digest, TAG.octets);
  const oid = elementToHex(requireTag(type, TAG.oid));
  if (oid !== PBMAC1_OID && parameters !== undefined) requireTag(parameters, TAG.null);
  const sealing = attempt(() =>
    oid === PBMAC1_OID
      ? parsePbmac1(requireElement(parameters))
      : parseOldMac(oid, requireTag(salt, TAG.octets), iterations),
  );
  if (sealing === undefined) return "unsupported";
  const { hash, keyFor } = sealing;
  const fits = (password: string | null): boolean =>
    createHmac(hash, keyFor(password)).update(sealed).digest().equals(expected);
  return passwords.some(fits) ? "right" : "wrong";
}

/** Returns the MAC algorithm of RFC 7292. @throws RangeError if the hash is unknown or a parameter exceeds its limit */
function parseOldMac(oid: string, { content: salt }: BerElement, count: BerElement | undefined): MacAlgorithm {
  const hash = MAC_HASHES.get(oid);
  if (hash === undefined) throw new RangeError("unknown hash");
  const iterations = count === undefined ? 1 : parseOldIterations(requireTag(count, TAG.integer));
  const length = createHmac(hash, "").digest().length;
  return { hash, keyFor: (password) => derivePkcs12Bytes(3, length, { hash, password, salt, iterations }) };
}

/**
 * Returns the MAC algorithm of PBMAC1, which ignores the salt and the iterations of the MacData. @throws RangeError if
 * an algorithm is unknown or a parameter is outside its limits @see RFC 9579
 */
function parsePbmac1(parameters: BerElement): MacAlgorithm {
  const [derivation, scheme] = readChildren(requireTag(parameters, TAG.sequence));
  const [type, details] = readChildren(requireTag(derivation, TAG.sequence));
  const [, , keyBytes] = readChildren(requireTag(details, TAG.sequence));
  const [authentication] = readChildren(requireTag(scheme, TAG.sequence));
  const hash = HMAC_HASHES.get(elementToHex(authentication));
  const length = Number.parseInt(elementToHex(requireTag(keyBytes, TAG.integer)), 16);
  const asked = parsePbkdf2(requireElement(derivation));
  if (
    elementToHex(type) !== PBKDF2_OID ||
    hash === undefined ||
    asked.hash === "" ||
    !(length >= MIN_KEY_BYTES && length <= MAX_KEY_BYTES)
  ) {
    throw new RangeError("another way to derive or to authenticate");
  }
  return { hash, keyFor: (password) => deriveWithPbkdf2(password, length, asked) };
}

/** Limits of the key length that programs use; shorter keys are forbidden.  @see RFC 9579 section 5 */
const MIN_KEY_BYTES = 20;
const MAX_KEY_BYTES = 128;
