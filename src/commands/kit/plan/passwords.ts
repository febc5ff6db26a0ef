import { randomInt } from "node:crypto";
import type { ImportKind } from "../../../lib/client/index.ts";
import type { Column } from "../../../lib/derived/format.ts";
import { FORMATS } from "../../../lib/derived/formats.ts";
import { formatCount, text } from "../../../lib/text/index.ts";
import type { Tools } from "../tools.ts";
import { writeTable } from "../files/table-file.ts";

const ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz";

const generatePassword = (): string => {
  const password = Array.from({ length: 12 }, () => ALPHABET[randomInt(ALPHABET.length)]).join("");
  return /^(?=.*\d)(?=.*[A-Z])(?=.*[a-z])/.test(password) ? password : generatePassword();
};

export const findPasswordColumn = (kind: ImportKind): Column | undefined =>
  FORMATS[kind].columns.find(({ secret, required }) => secret === true && required === "new");

export interface NewPassword {
  readonly key: string;
  readonly name: string;
  readonly groups: string;
  readonly password: string;
}

export const createPassword = (of: Omit<NewPassword, "password">): NewPassword => ({
  ...of,
  password: generatePassword(),
});

const COLUMNS = ["userId", "displayName", "groups", "password"].map(
  (name) => FORMATS.docs.columns.find(({ field }) => field === name)?.header ?? name,
);

/** Writes the only copy of the passwords. Writes no file if there are no passwords. */
export async function writePasswords(
  tools: Tools,
  path: string,
  given: readonly NewPassword[],
  settle?: () => Promise<void>,
): Promise<void> {
  if (given.length === 0) return settle?.();
  const table = [COLUMNS, ...given.map(({ key, name, groups, password }) => [key, name, groups, password])];
  await writeTable(tools, path, [table], { settle });
  await tools.terminal.note(
    text(
      `${path} contains the passwords of ${formatCount(given.length, "new user")}, which are stored nowhere else: hand them out, then delete the file`,
      `${path} に新しいユーザー ${given.length} 人のパスワードを書き出しました。本人に渡したら削除してください。ほかには保存していません`,
    ),
  );
}
