import type { webcrypto } from "node:crypto";
import type * as x509 from "@peculiar/x509";

/** Parameters of the 2048-bit RSA keys that Apple accepts for server tokens and push certificates. @see apple 1, 4 */
export const RSA_SIGNING_PARAMETERS = {
  name: "RSASSA-PKCS1-v1_5",
  hash: "SHA-256",
  modulusLength: 2048,
  publicExponent: Uint8Array.of(1, 0, 1),
} as const;

/** Generates a WebCrypto key pair. Both keys can be exported. */
export const generateSigningKeys = (): Promise<webcrypto.CryptoKeyPair> =>
  crypto.subtle.generateKey(RSA_SIGNING_PARAMETERS, true, ["sign", "verify"]);

/**
 * Loads the package that writes certificates and certificate requests. The package is loaded only on demand because
 * loading takes 60 ms, and it requires `reflect-metadata` to be loaded first.
 */
export async function loadX509(): Promise<typeof x509> {
  await import("reflect-metadata");
  return import("@peculiar/x509");
}

/** Exports a WebCrypto private key as PKCS#8 in PEM. */
export const exportPrivateKeyPem = async (key: webcrypto.CryptoKey): Promise<string> => {
  const { KeyObject } = await import("node:crypto");
  return KeyObject.from(key).export({ type: "pkcs8", format: "pem" }).toString();
};
