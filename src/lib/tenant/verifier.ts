/**
 * Verifiers of passwords. This is a separate module so that Node's crypto is loaded only when they are set or
 * checked.
 */

import { argon2, timingSafeEqual } from "node:crypto";
import { SECRET_PREFIX } from "../model/credential.ts";
import type { RandomBytes } from "./ids.ts";

/**
 * A configuration of argon2id that OWASP recommends: 46 MiB, 1 pass, 1 lane. It is the one whose memory the system gets
 * back at once: of up to 32 MiB, each thread would keep its share for good. The salt of 128 bits and the tag of 256 bits
 * follow RFC 9106.
 *
 * @see https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html
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

/**
 * Returns a text that can verify a password without revealing it: argon2id in PHC format. Create it before the
 * transaction, which must not wait for anything else.
 *
 * @see https://github.com/P-H-C/phc-string-format
 */
export const createPasswordVerifier = async (secret: string, random: RandomBytes): Promise<string> => {
  const salt = random(SALT_BYTES);
  const hash = await computeArgon2(secret, salt, ARGON2_PARAMETERS);
  return formatVerifier(toUnpaddedBase64(salt), toUnpaddedBase64(hash));
};

const PASSWORD_VERIFIER_PATTERN = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([^$]+)\$([^$]+)$/;

const UNKNOWN_VERIFIER = formatVerifier("A".repeat(22), "A".repeat(43));

/**
 * Returns true if the typed password matches the verifier; false without a verifier, after the same work. Call this
 * outside transactions.
 */
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
