import { MOST_BYTES, type Expiring } from "../model/renewal.ts";
import { text } from "../text/index.ts";
import { adeTokenOf } from "./ade-token.ts";
import { TAG } from "./encoding/ber.ts";
import { certificateOfDer, certificatesOfBundle, certificatesOfPem } from "./certificate.ts";
import { signedCertificatesOf } from "./encoding/cms.ts";
import { latin1Of, unwrapped } from "./encoding/pem.ts";
import { isJavaKeyStore, keyStoreOf } from "./key-store.ts";
import { provisioningProfileOf } from "./provisioning-profile.ts";
import { rejected, type NamedFile, type ReadPartly, type Renewable } from "./renewable.ts";
import { unreadable } from "./unreadable.ts";
import { vppTokenOf } from "./vpp-token.ts";

/** What a file may be read with. */
export interface ReadOptions {
  /** private keys of our own in PEM, for ADE server tokens */
  readonly keys?: readonly string[] | undefined;
  /** passwords that may open key stores; those without one need none */
  readonly passwords?: readonly string[] | undefined;
}

/** DER of 1.2.840.113549.1.7.3 and 1.7.2, as a message begins with them. */
const ENVELOPED = Buffer.from("06092a864886f70d010703", "hex");
const SIGNED = Buffer.from("06092a864886f70d010702", "hex");
/** A message's type follows its outer length, which takes six bytes at most. */
const TYPE_WITHIN = 20;

const BRACE = "{".charCodeAt(0);

/**
 * What in a file expires, recognised by its content; the name only tells what content cannot. Time and memory are
 * bounded by {@link MOST_BYTES}.
 *
 * Certificates in PEM, several in a file, with keys and words beside them, or in DER; ADE server tokens; content
 * tokens (VPP); provisioning profiles; bundles of certificates (PKCS#7); key stores (PKCS#12, JKS).
 *
 * @throws `input-rejected` when it holds nothing that expires, is broken, or cannot be read without a password
 */
export function readExpiring(file: NamedFile, options: ReadOptions = {}): readonly Expiring[] {
  return readRenewables(file, options).map(({ expiring }) => expiring);
}

/** As {@link readExpiring}, with what a successor is compared by. */
export function readRenewables(file: NamedFile, options: ReadOptions = {}): readonly Renewable[] {
  const { renewables, broken } = readRenewablesPartly(file, options);
  const [first] = broken;
  if (first !== undefined) throw rejected(file.name, first);
  return renewables;
}

/**
 * As {@link readRenewables}, but a broken certificate is reported beside the good ones of its file.
 *
 * @throws `input-rejected` when it holds nothing that expires, or cannot be read at all
 */
export function readRenewablesPartly(file: NamedFile, options: ReadOptions = {}): ReadPartly {
  const { name, bytes } = file;
  if (bytes.length === 0) throw rejected(name, text("the file is empty", "ファイルが空です"));
  if (bytes.length > MOST_BYTES) {
    throw rejected(name, text("too large for a certificate or a token", "証明書やトークンにしては大きすぎます"));
  }
  return isBinary(bytes) || isJavaKeyStore(bytes) ? readBinary(file, bytes, options) : readText(file, options);
}

const UTF8_MARK = "\xef\xbb\xbf";

function readText(file: NamedFile, options: ReadOptions): ReadPartly {
  const { name, bytes } = file;
  const written = latin1Of(bytes).replace(UTF8_MARK, "");
  const certificates = certificatesOfPem(name, written);
  if (certificates.renewables.length + certificates.broken.length > 0) return certificates;
  const inside = unwrapped(written);
  if (inside !== undefined && isBinary(inside)) return readBinary(file, inside, options);
  if (inside?.[0] === BRACE) return whole(vppTokenOf(file, inside.toString("utf8")));
  throw unreadable(name, inside ?? bytes);
}

function readBinary(file: NamedFile, der: Uint8Array, { keys = [], passwords = [] }: ReadOptions): ReadPartly {
  const store = keyStoreOf({ ...file, bytes: der }, passwords);
  if (store !== undefined) return store;
  const certificate = certificateOfDer(file.name, der);
  if (certificate !== undefined) return whole(certificate);
  const start = Buffer.from(der.subarray(0, TYPE_WITHIN));
  if (start.includes(ENVELOPED)) return whole(adeTokenOf(file, der, keys));
  if (!start.includes(SIGNED)) throw unreadable(file.name, der);
  const bundle = signedCertificatesOf(der);
  return bundle === undefined ? whole(provisioningProfileOf(file, der)) : certificatesOfBundle(file.name, bundle);
}

const whole = (one: Renewable): ReadPartly => ({ renewables: [one], broken: [] });

/** A SEQUENCE too long to have its length in one byte, as all of these are; text in ASCII never begins so. */
const isBinary = ([first, second = 0]: Uint8Array): boolean => first === TAG.sequence && second >= 0x80;
