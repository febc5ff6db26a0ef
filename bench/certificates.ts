import { join } from "node:path";
import type { Peers } from "./peers.ts";

/** Number of certificates that are created. All other certificate files are copies of them. */
export const CERTIFICATE_COUNT = 10;

/**
 * Creates certificates that expire long after the warning period, alternating between RSA and EC, so that a check exits
 * with 0.
 *
 * @param folder an existing folder, to which the certificates are written
 * @returns their paths
 * @throws if openssl is not installed
 */
export async function makeCertificates(peers: Peers, folder: string): Promise<readonly string[]> {
  const paths: string[] = [];
  for (let at = 0; at < CERTIFICATE_COUNT; at += 1) {
    const path = join(folder, `original-${at}.crt`);
    const key = at % 2 === 0 ? ["rsa:2048"] : ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"];
    const subject = ["-utf8", "-subj", `/CN=本社 ${at}/O=clomoctl bench`];
    await peers.openssl(
      "req",
      "-x509",
      "-newkey",
      ...key,
      "-nodes",
      "-keyout",
      "/dev/null",
      "-out",
      path,
      "-days",
      "400",
      ...subject,
    );
    paths.push(path);
  }
  return paths;
}
