/** How passwords and codes are kept. It stands alone: Node's crypto is loaded where one is set, and nowhere else. */

import { argon2, createHmac, timingSafeEqual } from "node:crypto";
import type { RandomBytes } from "./ids.ts";

/**
 * The first of OWASP's configurations of argon2id that need the least memory: 19 MiB, 2 passes, 1 lane; with a salt of 128
 * bits and a tag of 256, as RFC 9106 has them.
 *
 * @see https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html
 */
const SALT_BYTES = 16;
const COSTS = { memory: 19_456, passes: 2, parallelism: 1, tagLength: 32 } as const;

/** argon2id on a thread of its own. */
const hashOf = (secret: string, nonce: Uint8Array, costs: typeof COSTS): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    argon2("argon2id", { message: secret, nonce, ...costs }, (error, hash) => {
      if (error === null) resolve(hash);
      else reject(error);
    });
  });

const inBase64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64").replaceAll("=", "");

/**
 * What proves a password, and does not tell it: argon2id in PHC form. Made before a transaction, which waits for
 * nothing else.
 *
 * @see https://github.com/P-H-C/phc-string-format
 */
export const verifierOf = async (secret: string, random: RandomBytes): Promise<string> => {
  const salt = random(SALT_BYTES);
  const hash = await hashOf(secret, salt, COSTS);
  const { memory, passes, parallelism } = COSTS;
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${inBase64(salt)}$${inBase64(hash)}`;
};

/** Crockford's alphabet: none of its characters is taken for another one. @see https://www.crockford.com/base32.html */
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const CODE_LENGTH = 12;
const KEY_BYTES = 16;

/** A code of 60 random bits, as people type it: `7K2M-04QX-9TRB`. */
export const newCode = (random: RandomBytes): string => {
  const characters = [...random(CODE_LENGTH)].map((byte) => ALPHABET[byte % ALPHABET.length] ?? "");
  return [0, 4, 8].map((at) => characters.slice(at, at + 4).join("")).join("-");
};

/** A code as it is compared: however it was typed, with a Japanese keyboard too. */
const codeMeant = (typed: string): string =>
  typed
    .normalize("NFKC")
    .toUpperCase()
    .replaceAll(/[^0-9A-Z]/g, "")
    .replaceAll("O", "0")
    .replaceAll(/[IL]/g, "1");

const CODE = /^\$hmac-sha256\$([^$]+)\$([^$]+)$/;

const macOf = (code: string, key: Uint8Array): Buffer => createHmac("sha256", key).update(codeMeant(code)).digest();

/**
 * What proves a code, and does not tell it: an HMAC under a key of its own. A code is as random as a key and holds for
 * minutes, so that a slow hash would add nothing; this one is checked within the transaction that counts the tries.
 */
export const codeVerifierOf = (code: string, random: RandomBytes): string => {
  const key = random(KEY_BYTES);
  return `$hmac-sha256$${inBase64(key)}$${inBase64(macOf(code, key))}`;
};

/** Whether somebody typed the code of a verifier; it takes as long whatever was typed. */
export const provesCode = (verifier: string, typed: string): boolean => {
  const [, key = "", mac = ""] = CODE.exec(verifier) ?? [];
  const expected = Buffer.from(mac, "base64");
  const found = macOf(typed, Buffer.from(key, "base64"));
  return expected.length === found.length && timingSafeEqual(expected, found);
};
