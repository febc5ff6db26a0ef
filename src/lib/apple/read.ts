import { MAX_BYTES, type ExpiringItem } from "../model/renewal.ts";
import { text } from "../text/index.ts";
import { adeTokenOf } from "./ade-token.ts";
import { certificateOfDer, certificatesOfBundle, certificatesOfPem } from "./certificate.ts";
import { messageTypeOf, signedCertificatesOf } from "./encoding/cms.ts";
import { isBinary, unwrapped, writtenIn } from "./encoding/pem.ts";
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

const BRACE = "{".charCodeAt(0);

/**
 * What in a file expires, recognised by its content; the name only tells what content cannot. Time and memory are
 * bounded by {@link MAX_BYTES}.
 *
 * Certificates in PEM, several in a file, with keys and words beside them, or in DER; ADE server tokens; content
 * tokens (VPP); provisioning profiles; bundles of certificates (PKCS#7); key stores (PKCS#12, JKS).
 *
 * @throws `input-rejected` when it holds nothing that expires, is broken, or cannot be read without a password
 */
export function readExpiring(file: NamedFile, options: ReadOptions = {}): readonly ExpiringItem[] {
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
  if (bytes.length > MAX_BYTES) {
    throw rejected(name, text("too large for a certificate or a token", "証明書やトークンにしては大きすぎます"));
  }
  return isBinary(bytes) || isJavaKeyStore(bytes) ? readBinary(file, bytes, options) : readText(file, options);
}

function readText(file: NamedFile, options: ReadOptions): ReadPartly {
  const { name, bytes } = file;
  const written = writtenIn(bytes);
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
  const type = messageTypeOf(der);
  if (type === "enveloped") return whole(adeTokenOf(file, der, keys));
  if (type === undefined) throw unreadable(file.name, der);
  const bundle = signedCertificatesOf(der);
  return bundle === undefined ? whole(provisioningProfileOf(file, der)) : certificatesOfBundle(file.name, bundle);
}

const whole = (one: Renewable): ReadPartly => ({ renewables: [one], broken: [] });
