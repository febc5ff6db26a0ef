import { createHmac, randomBytes } from "node:crypto";
import type { ImportKind, PlanRow } from "../../../lib/client/index.ts";
import type { Column } from "../../../lib/model/format.ts";
import { FORMATS } from "../../../lib/model/formats.ts";
import { satisfiesRule } from "../../../lib/model/rules.ts";

/** Generates a password for each new record that has none in the file; the same one each time it is asked. */
export interface PasswordGenerator {
  readonly column: Column;
  /** Returns the password of a row; undefined if the row is not new, or its file has a password for it. */
  readonly generate: (row: PlanRow, secrets: ReadonlyMap<string, string> | undefined) => string | undefined;
}

/** Letters and digits that nobody confuses when they type a password from paper: without 0, O, o, 1, I and l. */
const ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz";

/** Number of characters, which is about 69 bits. */
const LENGTH = 12;

const KEY_BYTES = 32;

const isMixed = (password: string): boolean => /\d/.test(password) && /[A-Z]/.test(password) && /[a-z]/.test(password);

/**
 * Creates the generator of a run. Passwords are derived from a random key and the row, so that their file and
 * the upload file agree although neither is held in memory.
 *
 * @throws TypeError if new records of this kind need no password
 */
export const createPasswordGenerator = (kind: ImportKind): PasswordGenerator => {
  const column = FORMATS[kind].columns.find(({ secret, required }) => secret === true && required === "new");
  if (column === undefined) throw new TypeError(`new records of ${kind} need no password`);
  const key = randomBytes(KEY_BYTES);
  const derive = (row: number): string => {
    for (let attempt = 0; ; attempt += 1) {
      // rejected bytes would favour the first characters of the alphabet
      const bytes = createHmac("sha512", key).update(`${row} ${attempt}`).digest();
      const usable = [...bytes].filter((byte) => byte < 256 - (256 % ALPHABET.length));
      const password = usable
        .slice(0, LENGTH)
        .map((byte) => ALPHABET[byte % ALPHABET.length])
        .join("");
      if (password.length === LENGTH && isMixed(password) && satisfiesRule(column.value.rule, password))
        return password;
    }
  };
  return {
    column,
    generate: ({ row, action }, secrets) =>
      action === "create" && secrets?.has(column.field) !== true ? derive(row) : undefined,
  };
};
