export type Language = "ja" | "en";

export interface Text {
  readonly en: string;
  readonly ja: string;
}

export const text = (en: string, ja: string): Text => ({ en, ja });

/** Use this function for texts without a translation, such as names, numbers and commands. */
export const same = (value: string | { toString: () => string; toJSON: () => string }): Text =>
  text(value.toString(), value.toString());

export const formatCount = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;

export const addArticle = (noun: string): string => `${/^[aeio]/.test(noun) ? "an" : "a"} ${noun}`;

export const addSpaceAfterLatin = (word: string): string => (/\w$/.test(word) ? `${word} ` : word);

/** Joins the first texts and says how many are omitted: `a, b and 3 more`. */
export function joinFirstTexts(texts: readonly Text[], max: number, between = text(", ", "、")): Text {
  const named = joinTexts(texts.slice(0, max), between);
  const more = texts.length - max;
  return more <= 0 ? named : text(`${named.en} and ${more} more`, `${named.ja} ほか ${more} 件`);
}

export const joinTexts = (texts: readonly Text[], between = same("; ")): Text =>
  text(texts.map(({ en }) => en).join(between.en), texts.map(({ ja }) => ja).join(between.ja));

const MAX_VALUE_LENGTH = 60;

/** Cuts a value from outside for a message. The terminal escapes the message as a whole. */
export function shortenText(words: string, max = MAX_VALUE_LENGTH): string {
  // a character has at most two code units, and a value can have 10 MB
  const start = words.slice(0, 2 * max + 1);
  const characters = [...start];
  return characters.length <= max ? words : `${characters.slice(0, max - 1).join("")}…`;
}

/** Returns a key that ignores width, case, blanks and invisible characters. */
export const toLooseKey = (word: string): string =>
  word
    .normalize("NFKC")
    .toLowerCase()
    .replaceAll(/[\s\p{Cf}]/gu, "");

/** Returns the nearest candidate, if at most a third of the word's characters must be changed. */
export function findNearestWord(
  word: string,
  candidates: Iterable<string>,
  loose = (written: string): string => written.toLowerCase(),
): string | undefined {
  const wanted = [...loose(word)];
  let best: string | undefined;
  let fewest = Math.max(1, Math.floor(wanted.length / 3)) + 1;
  for (const candidate of candidates) {
    const edits = countEdits(wanted, [...loose(candidate)]);
    if (edits < fewest) {
      fewest = edits;
      best = candidate;
    }
  }
  return best;
}

function countEdits(from: readonly string[], to: readonly string[]): number {
  let older: readonly number[] = [];
  let above: readonly number[] = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (const [row, letter] of from.entries()) {
    const current = [row + 1];
    for (const [column, other] of to.entries()) {
      const replaced = (above[column] ?? 0) + (letter === other ? 0 : 1);
      const swapped = letter === to[column - 1] && other === from[row - 1] ? (older[column - 1] ?? 0) + 1 : Infinity;
      current.push(Math.min(replaced, swapped, (above[column + 1] ?? 0) + 1, (current[column] ?? 0) + 1));
    }
    older = above;
    above = current;
  }
  return above.at(-1) ?? 0;
}
