import { MAX_RENEWAL_FILE_BYTES } from "../nouns/renewal.ts";
import { text } from "../text/index.ts";
import { readAdeToken, parseVppToken } from "./tokens.ts";
import { readDerCertificate, readPemCertificates, readProvisioningProfile } from "./certificate.ts";
import { detectMessageType, isBinary, decodeWrappedBase64, decodeTextFile } from "./encoding.ts";
import { createRejectedFileFailure, type NamedFile, type RenewableReadResult, type Renewable } from "./renewable.ts";

export { readSigningRequest, type SigningRequest } from "./signing-request.ts";
export type { SuccessorEvidence, Renewable, RenewableReadResult } from "./renewable.ts";

export interface ReadOptions {
  /** private keys in PEM */
  readonly keys?: readonly NamedFile[] | undefined;
}

const KEY_STORE_PATTERN = /^(?:30(?:[0-7].|8[01]..|80|82.{4}|83.{6}|84.{8})02010330|feedfeed)/s;

const isKeyStore = (bytes: Uint8Array): boolean =>
  KEY_STORE_PATTERN.test(Buffer.from(bytes.subarray(0, 16)).toString("hex"));

/** @throws `input-rejected` if the file is broken, is a key store, or contains nothing that expires */
export async function readRenewables(file: NamedFile, options: ReadOptions = {}): Promise<readonly Renewable[]> {
  const { renewables, broken } = await readRenewablesAndErrors(file, options);
  const [first] = broken;
  if (first !== undefined) throw createRejectedFileFailure(file.name, first);
  return renewables;
}

export async function readRenewablesAndErrors(
  file: NamedFile,
  options: ReadOptions = {},
): Promise<RenewableReadResult> {
  const { name, bytes } = file;
  if (bytes.length === 0) throw createRejectedFileFailure(name, text("the file is empty", "ファイルが空です"));
  if (bytes.length > MAX_RENEWAL_FILE_BYTES) {
    throw createRejectedFileFailure(
      name,
      text("the file is too large for a certificate or token", "ファイルが証明書やトークンとしては大きすぎます"),
    );
  }
  return isBinary(bytes) || isKeyStore(bytes) ? readBinary(file, bytes, options) : readText(file, options);
}

async function readText(file: NamedFile, options: ReadOptions): Promise<RenewableReadResult> {
  const { name, bytes } = file;
  const written = decodeTextFile(bytes);
  const certificates = readPemCertificates(name, written);
  if (certificates.renewables.length + certificates.broken.length > 0) return certificates;
  const inside = decodeWrappedBase64(written);
  if (inside !== undefined && isBinary(inside)) return readBinary(file, inside, options);
  if (inside?.subarray(0, 1).toString() === "{") return toReadResult(parseVppToken(file, inside.toString("utf8")));
  throw createRejectedFileFailure(name, UNREADABLE);
}

async function readBinary(file: NamedFile, der: Uint8Array, { keys = [] }: ReadOptions): Promise<RenewableReadResult> {
  if (isKeyStore(der)) throw createRejectedFileFailure(file.name, KEY_STORE);
  const certificate = readDerCertificate(file.name, der);
  if (certificate !== undefined) return toReadResult(certificate);
  const type = detectMessageType(der);
  if (type === "enveloped") return toReadResult(readAdeToken(file, der, keys));
  if (type === undefined) throw createRejectedFileFailure(file.name, UNREADABLE);
  return toReadResult(await readProvisioningProfile(file, der));
}

const KEY_STORE = text(
  "this is a key store; extract the certificate first: openssl pkcs12 -in FILE -nokeys",
  "鍵ストアです。先に証明書を取り出してください: openssl pkcs12 -in FILE -nokeys",
);

const UNREADABLE = text(
  "not a certificate, token or provisioning profile, or the file is damaged",
  "証明書・トークン・プロビジョニングプロファイルのいずれでもありません。または、壊れています",
);

const toReadResult = (one: Renewable): RenewableReadResult => ({ renewables: [one], broken: [] });
