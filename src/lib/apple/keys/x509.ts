import type { webcrypto } from "node:crypto";
import type * as x509 from "@peculiar/x509";

/** RSA of 2048 bits, which Apple takes for server tokens and push certificates. @see apple 1, 4 */
export const SIGNING = {
  name: "RSASSA-PKCS1-v1_5",
  hash: "SHA-256",
  modulusLength: 2048,
  publicExponent: Uint8Array.of(1, 0, 1),
} as const;

/** A pair as WebCrypto has it, both halves exportable. */
export const newSigningKeys = (): Promise<webcrypto.CryptoKeyPair> =>
  crypto.subtle.generateKey(SIGNING, true, ["sign", "verify"]);

/** The package that writes certificates and requests: it takes 60 ms to load, and wants `reflect-metadata` first. */
export async function loadX509(): Promise<typeof x509> {
  await import("reflect-metadata");
  return import("@peculiar/x509");
}

/** A private key of WebCrypto as PKCS#8 in PEM. */
export const pemOf = async (key: webcrypto.CryptoKey): Promise<string> => {
  const { KeyObject } = await import("node:crypto");
  return KeyObject.from(key).export({ type: "pkcs8", format: "pem" }).toString();
};
