/**
 * Matches characters that control a terminal or disguise text. @see
 * https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters https://trojansource.codes/
 */
export const DECEPTIVE_CHARACTERS = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}\u200b\u2060-\u2065\ufeff]/gu;

const DECEPTIVE_SEQUENCES = new RegExp(`${DECEPTIVE_CHARACTERS.source}+`, "gu");

export const toOneLine = (words: string): string => words.replace(DECEPTIVE_SEQUENCES, " ").trim();

/** Quotes a word for a POSIX shell. Deceptive characters are written as `$'a\nb'`, which only bash and zsh can read. */
export const quoteShellWord = (name: string): string => {
  if (/^[\p{L}\p{N}_.@/…][\p{L}\p{N}_.@/:…-]*$/u.test(name)) return name;
  if (name.search(DECEPTIVE_CHARACTERS) === -1) return `'${name.replaceAll("'", String.raw`'\''`)}'`;
  return `$'${name
    .replaceAll("\\", String.raw`\\`)
    .replaceAll("'", String.raw`\u0027`)
    .replaceAll(DECEPTIVE_CHARACTERS, escapeShellCharacter)}'`;
};

const escapeShellCharacter = (character: string): string =>
  character === "\n" ? String.raw`\n` : `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;

/** Quotes a word like {@link quoteShellWord}. Options are not quoted. */
export const quoteCommandWord = (word: string): string => {
  const [, flag, value] = /^(--?[a-z-]*)(?:=(.*))?$/s.exec(word) ?? [];
  if (flag === undefined) return quoteShellWord(word);
  return value === undefined ? flag : `${flag}=${quoteShellWord(value)}`;
};

export const quoteWindowsWord = (word: string): string =>
  /^[\p{L}\p{N}_./\\:=…-][\p{L}\p{N}_.@/\\:=…-]*$/u.test(word)
    ? word
    : `"${word.replaceAll(DECEPTIVE_CHARACTERS, escapeShellCharacter).replaceAll('"', String.raw`\"`)}"`;

/** Returns the id if the name cannot be typed as shown, or would be parsed as an option. */
export const toTypableName = (name: string, id: string): string =>
  name.startsWith("-") || name === "" || name.search(DECEPTIVE_CHARACTERS) !== -1 ? id : name;

export const SHORT_ESCAPES = new Map([
  ["\t", String.raw`\t`],
  ["\n", String.raw`\n`],
  ["\r", String.raw`\r`],
]);

/** Escapes text for one line of a terminal: `\x1b` for ESC, `\u202e` for a bidi override. */
export function escapeForPeople(data: string): string {
  return data.replace(DECEPTIVE_CHARACTERS, (character) => SHORT_ESCAPES.get(character) ?? escapeCharacter(character));
}

export const escapeLines = (lines: string): string =>
  lines.replace(DECEPTIVE_CHARACTERS, (character) =>
    character === "\t" || character === "\n" ? character : escapeCharacter(character),
  );

/** Escapes JSON, such as a bidi override as `\u202e`. The result is the same value. */
export const escapeJson = (json: string): string =>
  json.replace(DECEPTIVE_CHARACTERS, (character) => (character === "\n" ? character : toUnicodeEscape(character)));

/** Escapes text for a pipe, which may end at a terminal. No field has control characters, but names of files have. */
export const escapeControls = (data: string): string => data.replace(/(?![\t\n\r])\p{Cc}/gu, escapeCharacter);

const escapeCharacter = (character: string): string => {
  const code = character.charCodeAt(0);
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : toUnicodeEscape(character);
};

const toUnicodeEscape = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
