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
