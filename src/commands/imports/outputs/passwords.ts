import { createHmac, randomBytes } from "node:crypto";
import type { ImportKind, PlanRow } from "../../../lib/client/index.ts";
import type { Column } from "../../../lib/model/format.ts";
import { FORMATS } from "../../../lib/model/formats.ts";

/** Generates a password for each new record that has none in the file; the same one each time it is asked. */
export interface PasswordGenerator {
  readonly column: Column;
  /** Returns the password of a row; undefined if the row is not new, or its file has a password for it. */
  readonly generate: (row: PlanRow, secrets: ReadonlyMap<string, string> | undefined) => string | undefined;
}

/** Letters and digits that nobody confuses when they type a password from paper: without 0, O, o, 1, I and l. */
const ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz";

/** Creates the generator of a run: a random key and the row determine a password of 12 characters, about 69 bits. */
export const createPasswordGenerator = (kind: ImportKind): PasswordGenerator => {
  const column = FORMATS[kind].columns.find(({ secret, required }) => secret === true && required === "new");
  if (column === undefined) throw new TypeError(`new records of ${kind} need no password`);
  const key = randomBytes(32);
  const derive = (row: number, attempt = 0): string => {
    const bytes = createHmac("sha512", key).update(`${row} ${attempt}`).digest();
    // rejected bytes would favour the first characters of the alphabet
    const usable = [...bytes].filter((byte) => byte < 256 - (256 % ALPHABET.length)).slice(0, 12);
    const password = usable.map((byte) => ALPHABET[byte % ALPHABET.length]).join("");
    return /^(?=.*\d)(?=.*[A-Z])(?=.*[a-z]).{12}$/.test(password) ? password : derive(row, attempt + 1);
  };
  const generate: PasswordGenerator["generate"] = ({ row, action }, secrets) =>
    action === "create" && secrets?.has(column.field) !== true ? derive(row) : undefined;
  return { column, generate };
};
