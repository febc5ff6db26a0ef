import { MAX_RENEWAL_FILE_BYTES, type ExpiringItem } from "../model/renewal.ts";
import { text } from "../text/index.ts";
import { readAdeToken } from "./ade-token.ts";
import { readDerCertificate, readBundleCertificates, readPemCertificates } from "./certificate.ts";
import { detectMessageType, extractBundledCertificates } from "./encoding/cms.ts";
import { isBinary, decodeWrappedBase64, decodeTextFile } from "./encoding/pem.ts";
import { isJavaKeyStore, readKeyStore } from "./key-store.ts";
import { readProvisioningProfile } from "./provisioning-profile.ts";
import { createRejectedFileFailure, type NamedFile, type RenewableReadResult, type Renewable } from "./renewable.ts";
import { createUnreadableFileFailure } from "./unreadable.ts";
import { parseVppToken } from "./vpp-token.ts";

/** The keys and passwords to read a file with. */
export interface ReadOptions {
  /** our own private keys in PEM, for ADE server tokens */
  readonly keys?: readonly string[] | undefined;
  /** passwords to try on key stores; a key store without a password does not need them */
  readonly passwords?: readonly string[] | undefined;
}

const OPENING_BRACE = "{".charCodeAt(0);

/**
 * Returns the items in a file that expire. The content decides the file type; the file name only supplies what the
 * content lacks. Time and memory are bounded by {@link MAX_RENEWAL_FILE_BYTES}.
 *
 * Supported files: certificates in PEM (several in a file, also next to keys and other text) or in DER; ADE server
 * tokens; content tokens (VPP); provisioning profiles; bundles of certificates (PKCS#7); key stores (PKCS#12, JKS).
 *
 * @throws `input-rejected` if the file contains nothing that expires, is broken, or cannot be read without a password
 */
export function readExpiringItems(file: NamedFile, options: ReadOptions = {}): readonly ExpiringItem[] {
  return readRenewables(file, options).map(({ expiring }) => expiring);
}

/** Reads the same items as {@link readExpiringItems}, with the evidence that identifies their successors. */
export function readRenewables(file: NamedFile, options: ReadOptions = {}): readonly Renewable[] {
  const { renewables, broken } = readRenewablesAndErrors(file, options);
  const [first] = broken;
  if (first !== undefined) throw createRejectedFileFailure(file.name, first);
  return renewables;
}

/**
 * Reads the same items as {@link readRenewables}, but reports broken certificates together with the valid certificates
 * of the file.
 *
 * @throws `input-rejected` if the file contains nothing that expires, or cannot be read at all
 */
export function readRenewablesAndErrors(file: NamedFile, options: ReadOptions = {}): RenewableReadResult {
  const { name, bytes } = file;
  if (bytes.length === 0) throw createRejectedFileFailure(name, text("the file is empty", "ファイルが空です"));
  if (bytes.length > MAX_RENEWAL_FILE_BYTES) {
    throw createRejectedFileFailure(
      name,
      text("the file is too large to be a certificate or a token", "証明書やトークンにしては大きすぎます"),
    );
  }
  return isBinary(bytes) || isJavaKeyStore(bytes) ? readBinary(file, bytes, options) : readText(file, options);
}

function readText(file: NamedFile, options: ReadOptions): RenewableReadResult {
  const { name, bytes } = file;
  const written = decodeTextFile(bytes);
  const certificates = readPemCertificates(name, written);
  if (certificates.renewables.length + certificates.broken.length > 0) return certificates;
  const inside = decodeWrappedBase64(written);
  if (inside !== undefined && isBinary(inside)) return readBinary(file, inside, options);
  if (inside?.[0] === OPENING_BRACE) return toReadResult(parseVppToken(file, inside.toString("utf8")));
  throw createUnreadableFileFailure(name, inside ?? bytes);
}

function readBinary(file: NamedFile, der: Uint8Array, { keys = [], passwords = [] }: ReadOptions): RenewableReadResult {
  const store = readKeyStore({ ...file, bytes: der }, passwords);
  if (store !== undefined) return store;
  const certificate = readDerCertificate(file.name, der);
  if (certificate !== undefined) return toReadResult(certificate);
  const type = detectMessageType(der);
  if (type === "enveloped") return toReadResult(readAdeToken(file, der, keys));
  if (type === undefined) throw createUnreadableFileFailure(file.name, der);
  const bundle = extractBundledCertificates(der);
  return bundle === undefined
    ? toReadResult(readProvisioningProfile(file, der))
    : readBundleCertificates(file.name, bundle);
}

const toReadResult = (one: Renewable): RenewableReadResult => ({ renewables: [one], broken: [] });
