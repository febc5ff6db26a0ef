import { createPublicKey } from "node:crypto";
import { MAX_BYTES } from "../model/renewal.ts";
import { text } from "../text/index.ts";
import { attempt } from "./encoding/foreign.ts";
import { childrenOf, elementOf, TAG } from "./encoding/ber.ts";
import { latin1Of, pemBlocks, unwrapped } from "./encoding/pem.ts";
import { propertiesOf } from "./encoding/property-list.ts";
import { fingerprintOf, rejected, type NamedFile } from "./renewable.ts";

/** A request for a certificate, as the console or a vendor gives it. */
export interface SigningRequest {
  /** SHA-256 of the public key (SPKI, DER) in hexadecimal digits */
  readonly publicKey: string;
  /** a vendor has signed it for Apple's portal, as the console's are */
  readonly vendorSigned: boolean;
}

const REQUEST_LABELS = ["CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"];

/**
 * A signing request (PKCS#10) in PEM, DER or base64, or in the vendor-signed form that Apple's push certificates portal
 * takes: base64 of a property list with the request in it.
 *
 * @throws `input-rejected` when it is something else or broken
 * @see RFC 2986 section 4; apple 4 (the vendor's form)
 */
export function readSigningRequest(file: NamedFile): SigningRequest {
  const { publicKey, vendorSigned } = readRequest(file);
  return { publicKey, vendorSigned };
}

/** The request itself (PKCS#10, DER), out of whichever clothes. @throws `input-rejected` as {@link readSigningRequest} */
export const signingRequestDer = (file: NamedFile): Uint8Array => readRequest(file).der;

function readRequest({ name, bytes }: NamedFile): SigningRequest & UnwrappedRequest {
  const wrapped = bytes.length > MAX_BYTES ? undefined : attempt(() => requestIn(bytes));
  const publicKey = wrapped && attempt(() => publicKeyOf(wrapped.der));
  if (wrapped === undefined || publicKey === undefined) {
    throw rejected(
      name,
      text("not a signing request (CSR), or broken", "CSR ファイルではないか、壊れています"),
      text(
        "use CertificateSigningRequest.csr exactly as downloaded",
        "ダウンロードした CertificateSigningRequest.csr をそのまま指定してください",
      ),
    );
  }
  return { publicKey, ...wrapped };
}

interface UnwrappedRequest {
  readonly der: Uint8Array;
  readonly vendorSigned: boolean;
}

function requestIn(bytes: Uint8Array): UnwrappedRequest | undefined {
  const plain = plainRequestIn(bytes);
  if (plain !== undefined) return { der: plain, vendorSigned: false };
  const list = propertiesOf(Buffer.from(unwrapped(latin1Of(bytes)) ?? bytes).toString("utf8"));
  const inside = list?.get("PushCertRequestCSR");
  const der = inside === undefined ? undefined : plainRequestIn(Buffer.from(inside));
  return der === undefined ? undefined : { der, vendorSigned: true };
}

function plainRequestIn(bytes: Uint8Array): Uint8Array | undefined {
  if (bytes[0] === TAG.sequence) return bytes;
  const written = latin1Of(bytes);
  const block = pemBlocks(written).find(({ label }) => REQUEST_LABELS.includes(label));
  const der = unwrapped(block === undefined ? written : block.text.replaceAll(/-----[^-\n]*-----/g, ""));
  return der?.[0] === TAG.sequence ? der : undefined;
}

/** CertificationRequestInfo: version, subject, public key, attributes. */
function publicKeyOf(der: Uint8Array): string | undefined {
  const [info] = childrenOf(elementOf(der));
  const [version, subject, key] = info === undefined ? [] : childrenOf(info);
  if (version?.tag !== TAG.integer || subject?.tag !== TAG.sequence || key === undefined) return undefined;
  const parsed = createPublicKey({ key: Buffer.from(key.whole), format: "der", type: "spki" });
  return fingerprintOf(parsed.export({ type: "spki", format: "der" }));
}
