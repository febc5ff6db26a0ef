import { DECEPTIVE } from "../text/shell-word.ts";

const SHORT = new Map([
  ["\t", String.raw`\t`],
  ["\n", String.raw`\n`],
  ["\r", String.raw`\r`],
]);

/** Data made safe to read on a terminal: always one line, `\x1b` for ESC, `\u202e` for a bidi override. */
export function escapeForPeople(data: string): string {
  return data.replace(DECEPTIVE, (character) => SHORT.get(character) ?? escapeOne(character));
}

/** Lines of TSV made safe to read: as {@link escapeForPeople}, but tabs and line feeds are kept. */
export const escapeLines = (lines: string): string =>
  lines.replace(DECEPTIVE, (character) =>
    character === "\t" || character === "\n" ? character : escapeOne(character),
  );

/** JSON made safe to read, still valid for programs: `\u202e` for a bidi override. Line feeds are kept. */
export const escapeJson = (json: string): string =>
  json.replace(DECEPTIVE, (character) => (character === "\n" ? character : unicodeEscape(character)));

const escapeOne = (character: string): string => {
  const code = character.charCodeAt(0);
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : unicodeEscape(character);
};

const unicodeEscape = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
