import { X509Certificate } from "node:crypto";
import { Failure } from "../errors/index.ts";
import { text } from "../text/index.ts";
import { readLenientText } from "../files/index.ts";

const CERTIFICATE_PATTERN = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/**
 * Returns the certificates in a `--ca-file`, each in PEM format; anything else in the file is ignored.
 *
 * @param caFile absolute path
 * @throws `not-found` if the file does not exist, `usage` if it cannot be read
 * @throws `input-rejected` if the file does not contain a certificate, or contains a damaged one
 * @see RFC 7468 5
 */
export async function readAuthorities(caFile: string): Promise<readonly string[]> {
  const content = await readLenientText(caFile);
  const certificates = content.match(CERTIFICATE_PATTERN) ?? [];
  if (certificates.length === 0 || !certificates.every(isCertificate)) {
    throw new Failure("input-rejected", {
      what: text("not a certificate in PEM format", "PEM 形式の証明書ではありません"),
      where: caFile,
    });
  }
  return certificates;
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}
