import { Failure } from "../lib/errors/index.ts";
import { text } from "../lib/text/index.ts";
import type { Tools } from "./tools.ts";

const NAMED_PASSWORD = /(?:pass(?:word|wd|phrase|code)?|pw|パスワード|暗証番号)\s*(?:[:=：＝]\s*\S|は\s*[!-~]{4})/iu;
const ADDRESS_OR_UUID = /^[^@\s]+@[^@\s]+\.[a-z]{2,}$|:\/\/|[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/iu;
const MIN_SUSPECT_LENGTH = 8;
/** Random passwords alternate between letters and digits more often than names such as `Server01`. */
const MIN_LETTER_DIGIT_CHANGES = 3;

export function looksLikePassword(typed: string): boolean {
  const word = typed.trim();
  if (NAMED_PASSWORD.test(word)) return true;
  if (word.length < MIN_SUSPECT_LENGTH || !/^[!-~]+$/.test(word) || ADDRESS_OR_UUID.test(word)) return false;
  const hasMark = /[!#$%&*?@^~+=|\\<>{}[\]`]/.test(word);
  if (!/[a-z]/i.test(word) || !/\d/.test(word)) return false;
  const changes = [...word.matchAll(/[a-z](?=\d)|\d(?=[a-z])/gi)].length;
  return hasMark || (/[a-z]/.test(word) && /[A-Z]/.test(word) && changes >= MIN_LETTER_DIGIT_CHANGES);
}

/** Does not show the texts. Returns true without asking if no text looks like a password. */
export async function confirmPasswords(
  { terminal, globals }: Pick<Tools, "terminal" | "globals">,
  values: Readonly<Record<string, string | null | undefined>>,
): Promise<boolean> {
  const [found] = Object.entries(values).find(([, value]) => looksLikePassword(value ?? "")) ?? [];
  if (found === undefined || globals.yes) return true;
  const message = text(
    `${found} looks like a password. Enter where the password is kept, not the password itself. Record it anyway?`,
    `${found} の値はパスワードのようです。パスワードではなく保管場所を書いてください。このまま登録しますか?`,
  );
  return terminal.prompts.confirm({ message, flag: "--yes" });
}

export async function requirePasswordConfirmation(...asked: Parameters<typeof confirmPasswords>): Promise<void> {
  if (await confirmPasswords(...asked)) return;
  throw new Failure("input-rejected", { what: text("nothing was recorded", "何も登録していません") });
}
