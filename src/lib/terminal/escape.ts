import { DECEPTIVE_CHARACTERS } from "../text/shell-word.ts";

const SHORT_ESCAPES = new Map([
  ["\t", String.raw`\t`],
  ["\n", String.raw`\n`],
  ["\r", String.raw`\r`],
]);

/** Escapes data so that it is safe on a terminal and always one line: `\x1b` for ESC, `\u202e` for a bidi override. */
export function escapeForPeople(data: string): string {
  return data.replace(DECEPTIVE_CHARACTERS, (character) => SHORT_ESCAPES.get(character) ?? escapeCharacter(character));
}

/** Escapes lines of TSV as {@link escapeForPeople} does, but keeps tabs and line feeds. */
export const escapeLines = (lines: string): string =>
  lines.replace(DECEPTIVE_CHARACTERS, (character) =>
    character === "\t" || character === "\n" ? character : escapeCharacter(character),
  );

/** Escapes JSON for a terminal so that it is still valid JSON: `\u202e` for a bidi override. Line feeds are kept. */
export const escapeJson = (json: string): string =>
  json.replace(DECEPTIVE_CHARACTERS, (character) => (character === "\n" ? character : toUnicodeEscape(character)));

const escapeCharacter = (character: string): string => {
  const code = character.charCodeAt(0);
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : toUnicodeEscape(character);
};

const toUnicodeEscape = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
