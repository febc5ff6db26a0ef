import type { Expiring } from "../model/renewal.ts";
import { text } from "../text/index.ts";
import { certificateOfDer, certificatesOfPem } from "./certificate.ts";
import { fromBase64, pemBlocks } from "./pem.ts";
import { rejected, type NamedFile, type Renewable } from "./renewable.ts";
import { unreadable } from "./unreadable.ts";
import { vppTokenOf } from "./vpp-token.ts";

/** What a file may be read with. */
export interface ReadOptions {
  /** private keys of our own in PEM, for ADE server tokens */
  readonly keys?: readonly string[];
}

/** No certificate or token comes near to it, and no bundle of all public authorities. */
export const MOST_BYTES = 4 * 1024 * 1024;

/** DER of 1.2.840.113549.1.7.3 and 1.7.2, as a message begins with them. */
const ENVELOPED = Buffer.from("06092a864886f70d010703", "hex");
const SIGNED = Buffer.from("06092a864886f70d010702", "hex");
/** A message's type follows its outer length, which takes six bytes at most. */
const TYPE_WITHIN = 20;

const SEQUENCE = 0x30;

/**
 * What in a file expires, recognised by its content; the name only tells what content cannot. Time and memory are
 * bounded by {@link MOST_BYTES}.
 *
 * Certificates in PEM, several in a file, with keys and words beside them, or in DER; ADE server tokens; content
 * tokens (VPP); provisioning profiles.
 *
 * @throws `input-rejected` when it holds nothing that expires, is broken, or cannot be read without a password
 */
export async function readExpiring(file: NamedFile, options: ReadOptions = {}): Promise<readonly Expiring[]> {
  return (await readRenewables(file, options)).map(({ expiring }) => expiring);
}

/** As {@link readExpiring}, with what a successor is compared by. */
export async function readRenewables(file: NamedFile, { keys = [] }: ReadOptions = {}): Promise<readonly Renewable[]> {
  const { name, bytes } = file;
  if (bytes.length === 0) throw rejected(name, text("the file is empty", "ファイルが空です"));
  if (bytes.length > MOST_BYTES) {
    const what = text("too large to be a certificate or a token", "証明書やトークンにしては大きすぎます");
    throw rejected(name, what);
  }
  return bytes[0] === SEQUENCE ? readBinary(file, bytes, keys) : readText(file, keys);
}

async function readText(file: NamedFile, keys: readonly string[]): Promise<readonly Renewable[]> {
  const { name, bytes } = file;
  const written = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
  const certificates = certificatesOfPem(name, written);
  if (certificates.length > 0) return certificates;
  const message = [...pemBlocks(written)].find(({ label }) => label === "PKCS7" || label === "CMS");
  const body = message === undefined ? bodyOf(written) : withoutMarks(message.text);
  const inside = fromBase64(body);
  if (inside?.[0] === SEQUENCE) return readBinary(file, inside, keys);
  if (inside?.[0] === "{".charCodeAt(0)) return [vppTokenOf(file, inside.toString("utf8"))];
  throw unreadable(name, inside ?? bytes);
}

async function readBinary(file: NamedFile, der: Uint8Array, keys: readonly string[]): Promise<readonly Renewable[]> {
  const certificate = certificateOfDer(file.name, der);
  if (certificate !== undefined) return [certificate];
  const start = Buffer.from(der.subarray(0, TYPE_WITHIN));
  if (start.includes(ENVELOPED)) {
    const { adeTokenOf } = await import("./ade-token.ts");
    return [adeTokenOf(file, der, keys)];
  }
  if (start.includes(SIGNED)) {
    const { provisioningProfileOf } = await import("./provisioning-profile.ts");
    return [provisioningProfileOf(file, der)];
  }
  throw unreadable(file.name, der);
}

/** S/MIME puts headers and an empty line before the base64; the headers say nothing that the content does not. */
function bodyOf(written: string): string {
  if (!/^[A-Za-z-]+:/.test(written)) return written;
  const end = /\r?\n\r?\n/.exec(written);
  return end === null ? written : written.slice(end.index);
}

const withoutMarks = (block: string): string => block.replaceAll(/-----[^-\n]*-----/g, "");
