/**
 * Characters that control a terminal or disguise text: C0 and C1 controls, bidi marks,
 * embeddings, overrides and isolates, line separators, invisible spaces and lone surrogates.
 *
 * @see https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters
 * @see https://trojansource.codes/
 */
export const DECEPTIVE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}\u200b\u2060-\u2065\ufeff]/gu;

/**
 * A name as one word of a POSIX shell, in quotes where it needs them: in a command that is shown, to be typed. What a
 * terminal would show escaped is escaped for bash and zsh: `$'a\nb'`.
 */
export const shownWord = (name: string): string => {
  if (/^[\p{L}\p{N}_.@/…][\p{L}\p{N}_.@/:…-]*$/u.test(name)) return name;
  if (name.search(DECEPTIVE) === -1) return `'${name.replaceAll("'", String.raw`'\''`)}'`;
  return `$'${name
    .replaceAll("\\", String.raw`\\`)
    .replaceAll("'", String.raw`\u0027`)
    .replaceAll(DECEPTIVE, escaped)}'`;
};

const escaped = (character: string): string =>
  character === "\n" ? String.raw`\n` : `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;

/** An option with its value, of a command that is shown; one that reads as an option itself (`--help`) is joined to it. */
export const shownOption = (flag: string, value: string): string =>
  `${flag}${value.startsWith("-") ? "=" : " "}${shownWord(value)}`;

/** Returns the name, or the id if the name cannot be typed as it is shown or would be read as an option. */
export const typableName = (name: string, id: string): string =>
  name.startsWith("-") || name === "" || name.search(DECEPTIVE) !== -1 ? id : name;

/** Returns {@link typableName} as one word of a command. */
export const typedWord = (name: string, id: string): string => shownWord(typableName(name, id));
