/** A separate module, because only verifiers need Node's crypto. */

import { argon2, createHmac, timingSafeEqual } from "node:crypto";
import { SECRET_PREFIX } from "../../model/credential.ts";
import type { RandomBytes } from "../store/ids.ts";

/**
 * argon2id as OWASP recommends: 46 MiB, 1 pass, 1 lane. glibc may keep freed blocks of at most 32 MiB. Salt and tag
 * sizes follow RFC 9106. @see https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html
 */
const SALT_BYTES = 16;
const ARGON2_PARAMETERS = { memory: 47_104, passes: 1, parallelism: 1, tagLength: 32 } as const;

type Argon2Parameters = Readonly<Record<keyof typeof ARGON2_PARAMETERS, number>>;

const computeArgon2 = (secret: string, nonce: Uint8Array, costs: Argon2Parameters): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    argon2("argon2id", { message: secret, nonce, ...costs }, (error, hash) => {
      if (error === null) resolve(hash);
      else reject(error);
    });
  });

const toUnpaddedBase64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64").replaceAll("=", "");

const formatVerifier = (salt: string, hash: string): string => {
  const { memory, passes, parallelism } = ARGON2_PARAMETERS;
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${salt}$${hash}`;
};

/** Returns the verifier of a password: argon2id in PHC format. Slow, so call this before a transaction. */
export const createPasswordVerifier = async (secret: string, random: RandomBytes): Promise<string> => {
  const salt = random(SALT_BYTES);
  const hash = await computeArgon2(secret, salt, ARGON2_PARAMETERS);
  return formatVerifier(toUnpaddedBase64(salt), toUnpaddedBase64(hash));
};

const PASSWORD_VERIFIER_PATTERN = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([^$]+)\$([^$]+)$/;

const UNKNOWN_VERIFIER = formatVerifier("A".repeat(22), "A".repeat(43));

/** Returns false for null, after the same time. Slow, so call this before a transaction. */
export const verifyPassword = async (verifier: string | null, typed: string): Promise<boolean> => {
  const [, memory = "", passes = "", parallelism = "", salt = "", hash = ""] =
    PASSWORD_VERIFIER_PATTERN.exec(verifier ?? UNKNOWN_VERIFIER) ?? [];
  const expected = Buffer.from(hash, "base64");
  const costs = { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) };
  const found = await computeArgon2(typed, Buffer.from(salt, "base64"), { ...costs, tagLength: expected.length });
  return timingSafeEqual(expected, found) && verifier !== null;
};

const SECRET_BYTES = 32;

export const generateSecret = (random: RandomBytes): string =>
  SECRET_PREFIX + Buffer.from(random(SECRET_BYTES)).toString("base64url");

/** Crockford's alphabet, in which no two characters are easily confused. @see https://www.crockford.com/base32.html */
const CODE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const RESET_CODE_LENGTH = 12;
const CODE_KEY_BYTES = 16;

/** Returns a code of 60 random bits, such as `7K2M-04QX-9TRB`. */
export const generateResetCode = (random: RandomBytes): string => {
  const characters = [...random(RESET_CODE_LENGTH)].map((byte) => CODE_ALPHABET[byte % CODE_ALPHABET.length] ?? "");
  return [0, 4, 8].map((at) => characters.slice(at, at + 4).join("")).join("-");
};

const normaliseResetCode = (typed: string): string =>
  typed
    .normalize("NFKC")
    .toUpperCase()
    .replaceAll(/[^0-9A-Z]/g, "")
    .replaceAll("O", "0")
    .replaceAll(/[IL]/g, "1");

const CODE_VERIFIER_PATTERN = /^\$hmac-sha256\$([^$]+)\$([^$]+)$/;

const computeCodeMac = (code: string, key: Uint8Array): Buffer =>
  createHmac("sha256", key).update(normaliseResetCode(code)).digest();

/**
 * Returns an HMAC with its own key. A slow hash would not be safer, because a code is random and valid only for
 * minutes.
 */
export const createResetCodeVerifier = (code: string, random: RandomBytes): string => {
  const key = random(CODE_KEY_BYTES);
  return `$hmac-sha256$${toUnpaddedBase64(key)}$${toUnpaddedBase64(computeCodeMac(code, key))}`;
};

/** The check takes the same time for right and wrong codes. */
export const verifyResetCode = (verifier: string, typed: string): boolean => {
  const [, key = "", mac = ""] = CODE_VERIFIER_PATTERN.exec(verifier) ?? [];
  const expected = Buffer.from(mac, "base64");
  const found = computeCodeMac(typed, Buffer.from(key, "base64"));
  return expected.length === found.length && timingSafeEqual(expected, found);
};
