import { createHmac } from "node:crypto";
import { childrenOf, TAG, tagged, type Element } from "./ber.ts";
import { hex, present } from "./cms.ts";
import { attempt } from "./foreign.ts";
import { derive, deriveByPbkdf2, HMACS, oldIterations, pbkdf2Of, type Hash } from "./pkcs12-keys.ts";

/** The content of object identifiers, in hexadecimal digits. */
const PBMAC1 = "2a864886f70d01050e";
const PBKDF2 = "2a864886f70d01050c";
const HASHES: ReadonlyMap<string, Hash> = new Map([
  ["2b0e03021a", "sha1"],
  ["608648016503040201", "sha256"],
  ["608648016503040202", "sha384"],
  ["608648016503040203", "sha512"],
]);

/** How a MAC is made: the hash of the HMAC, and its key. */
interface MacAlgorithm {
  readonly hash: string;
  readonly keyFor: (password: string | null) => Buffer;
}

/**
 * Checks a key store's seal.
 *
 * @param mac its MacData
 * @param sealed what the seal is made of: the octets of the store's content
 * @param passwords null: none at all, which some programs tell from a blank one
 * @throws RangeError where the MacData is no such structure
 * @see RFC 7292 section 4 and appendix B, RFC 9579
 */
export function checkMac(
  mac: Element,
  sealed: Uint8Array,
  passwords: readonly (string | null)[],
): "right" | "wrong" | "unsupported" {
  const [info, salt, iterations] = childrenOf(tagged(mac, TAG.sequence));
  const [algorithm, digest] = childrenOf(tagged(info, TAG.sequence));
  const [type, parameters] = childrenOf(tagged(algorithm, TAG.sequence));
  const { content: expected } = tagged(digest, TAG.octets);
  const oid = hex(tagged(type, TAG.oid));
  if (oid !== PBMAC1 && parameters !== undefined) tagged(parameters, TAG.null);
  const sealing = attempt(() =>
    oid === PBMAC1 ? newSealing(present(parameters)) : oldSealing(oid, tagged(salt, TAG.octets), iterations),
  );
  if (sealing === undefined) return "unsupported";
  const { hash, keyFor } = sealing;
  const fits = (password: string | null): boolean =>
    createHmac(hash, keyFor(password)).update(sealed).digest().equals(expected);
  return passwords.some(fits) ? "right" : "wrong";
}

/** @throws RangeError if the hash is unknown or a parameter exceeds its limit */
function oldSealing(oid: string, { content: salt }: Element, count: Element | undefined): MacAlgorithm {
  const hash = HASHES.get(oid);
  if (hash === undefined) throw new RangeError("unknown hash");
  const iterations = count === undefined ? 1 : oldIterations(tagged(count, TAG.integer));
  const length = createHmac(hash, "").digest().length;
  return { hash, keyFor: (password) => derive(3, length, { hash, password, salt, iterations }) };
}

/** The salt and the iterations of the MacData do not count. @throws RangeError as {@link oldSealing} @see RFC 9579 */
function newSealing(parameters: Element): MacAlgorithm {
  const [derivation, scheme] = childrenOf(tagged(parameters, TAG.sequence));
  const [type, details] = childrenOf(tagged(derivation, TAG.sequence));
  const [, , keyBytes] = childrenOf(tagged(details, TAG.sequence));
  const [authentication] = childrenOf(tagged(scheme, TAG.sequence));
  const hash = HMACS.get(hex(authentication));
  const length = Number.parseInt(hex(tagged(keyBytes, TAG.integer)), 16);
  const asked = pbkdf2Of(present(derivation));
  if (
    hex(type) !== PBKDF2 ||
    hash === undefined ||
    asked.hash === "" ||
    !(length >= MIN_KEY_BYTES && length <= MAX_KEY_BYTES)
  ) {
    throw new RangeError("another way to derive or to authenticate");
  }
  return { hash, keyFor: (password) => deriveByPbkdf2(password, length, asked) };
}

/** Lengths of the key that programs write; shorter ones are forbidden. @see RFC 9579 section 5 */
const MIN_KEY_BYTES = 20;
const MAX_KEY_BYTES = 128;
