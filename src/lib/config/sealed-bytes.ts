import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";
import { tryOrUndefined } from "../errors/index.ts";

const SEALED_FORMAT_VERSION = 1;
export const KEY_BYTES = 32;
const KEY_ID_BYTES = 4;
const HEADER_BYTES = 1 + KEY_ID_BYTES;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const CIPHER = "aes-256-gcm";

const keyIdOf = (key: Uint8Array): Buffer => createHash("sha256").update(key).digest().subarray(0, KEY_ID_BYTES);

/** The beginning of everything that a key sealed; it reveals no part of the key. */
export const buildSealHeader = (key: Uint8Array): Buffer =>
  Buffer.concat([Uint8Array.of(SEALED_FORMAT_VERSION), keyIdOf(key)]);

const buildAssociatedData = (head: Uint8Array, purpose: string): Buffer => Buffer.concat([head, Buffer.from(purpose)]);

/** @param purpose what the bytes are, and where they belong: they are unsealed only for the same purpose */
export function sealBytes(key: Uint8Array, purpose: string, plain: Uint8Array): Buffer {
  const head = buildSealHeader(key);
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce).setAAD(buildAssociatedData(head, purpose));
  const sealed = [cipher.update(plain), cipher.final()];
  return Buffer.concat([head, nonce, cipher.getAuthTag(), ...sealed]);
}

/** Returns why, if the bytes cannot be unsealed. */
export function unsealBytes(
  keys: readonly Uint8Array[],
  purpose: string,
  sealed: Uint8Array,
): Buffer | "damaged" | "other-key" {
  if (sealed[0] !== SEALED_FORMAT_VERSION || sealed.length < HEADER_BYTES + NONCE_BYTES + TAG_BYTES) return "damaged";
  const head = sealed.subarray(0, HEADER_BYTES);
  const key = keys.find((one) => buildSealHeader(one).equals(head));
  if (key === undefined) return "other-key";
  const nonce = sealed.subarray(HEADER_BYTES, HEADER_BYTES + NONCE_BYTES);
  const rest = sealed.subarray(HEADER_BYTES + NONCE_BYTES);
  const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(buildAssociatedData(head, purpose)).setAuthTag(rest.subarray(0, TAG_BYTES));
  return (
    tryOrUndefined(() => Buffer.concat([decipher.update(rest.subarray(TAG_BYTES)), decipher.final()])) ?? "damaged"
  );
}
