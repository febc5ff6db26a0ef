/** How a password is kept. It stands alone: Node's crypto is loaded where a password is set, and nowhere else. */

import { argon2 } from "node:crypto";
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
 * What proves a password or a code, and does not tell it: argon2id in PHC form. Made before a transaction, which waits for
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
