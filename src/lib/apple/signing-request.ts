import { createPublicKey } from "node:crypto";
import { tryOrUndefined } from "../errors/index.ts";
import { MAX_RENEWAL_FILE_BYTES } from "../nouns/renewal.ts";
import { text } from "../text/index.ts";
import {
  readChildren,
  readElement,
  TAG,
  decodeLatin1,
  findPemBlocks,
  decodeWrappedBase64,
  parsePropertyList,
} from "./encoding.ts";
import { fingerprintOf, createRejectedFileFailure, type NamedFile } from "./renewable.ts";

export interface SigningRequest {
  readonly publicKey: string;
}

const PEM_REQUEST_LABELS = ["CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"];

/** Reads PEM, DER, base64, or a vendor's property list. @throws `input-rejected` @see RFC 2986 section 4; apple 4 */
export async function readSigningRequest({ name, bytes }: NamedFile): Promise<SigningRequest> {
  const request = bytes.length > MAX_RENEWAL_FILE_BYTES ? undefined : await unwrapRequest(bytes);
  const publicKey = request && tryOrUndefined(() => fingerprintPublicKey(request));
  if (publicKey === undefined) {
    throw createRejectedFileFailure(
      name,
      text("the file is not a certificate signing request (CSR), or is broken", "CSR ファイルでないか、壊れています"),
      text(
        "use the file CertificateSigningRequest.csr exactly as downloaded",
        "ダウンロードした CertificateSigningRequest.csr をそのまま指定してください",
      ),
    );
  }
  return { publicKey };
}

async function unwrapRequest(bytes: Uint8Array): Promise<Uint8Array | undefined> {
  const plain = decodePlainRequest(bytes);
  if (plain !== undefined) return plain;
  const xml = Buffer.from(decodeWrappedBase64(decodeLatin1(bytes)) ?? bytes).toString("utf8");
  const inside = (await parsePropertyList(xml))?.["PushCertRequestCSR"];
  return typeof inside === "string" ? decodePlainRequest(Buffer.from(inside)) : undefined;
}

function decodePlainRequest(bytes: Uint8Array): Uint8Array | undefined {
  if (bytes[0] === TAG.sequence) return bytes;
  const written = decodeLatin1(bytes);
  const block = findPemBlocks(written).find(({ label }) => PEM_REQUEST_LABELS.includes(label));
  const der = decodeWrappedBase64(block === undefined ? written : block.text.replaceAll(/-----[^-\n]*-----/g, ""));
  return der?.[0] === TAG.sequence ? der : undefined;
}

function fingerprintPublicKey(der: Uint8Array): string | undefined {
  const [info] = readChildren(readElement(der));
  const [version, subject, key] = readChildren(info);
  if (version?.tag !== TAG.integer || subject?.tag !== TAG.sequence || key === undefined) return undefined;
  const parsed = createPublicKey({ key: Buffer.from(key.whole), format: "der", type: "spki" });
  return fingerprintOf(parsed.export({ type: "spki", format: "der" }));
}
