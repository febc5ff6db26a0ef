import { join } from "node:path";
import type { Peers } from "./peers.ts";

/** Certificates that are made; more files are copies of these. */
export const DIFFERENT = 10;

/**
 * Certificates that expire long after the warning time, RSA and EC in turn, so that a check ends with 0.
 *
 * @param folder is there, and receives them
 * @returns their paths
 * @throws where openssl is missing
 */
export async function makeCertificates(peers: Peers, folder: string): Promise<readonly string[]> {
  const paths: string[] = [];
  for (let at = 0; at < DIFFERENT; at += 1) {
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
