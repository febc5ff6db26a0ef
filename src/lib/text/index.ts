/** The languages every message, help text and report exists in. */
export type Language = "ja" | "en";

/** Something a person reads, in both languages; the type makes a missing translation a compile error. */
export interface Text {
  readonly en: string;
  readonly ja: string;
}

/** A {@link Text}; English first, as in the catalogues. */
export const text = (en: string, ja: string): Text => ({ en, ja });

/** The same characters in both languages: names, file names, numbers. */
export const same = (value: string): Text => ({ en: value, ja: value });

/** `1 row`, `2 rows`: a count as English has it. */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;

/** `a user`, `an organisation`: a noun as English has it. */
export const indefinite = (noun: string): string => `${/^[aeio]/.test(noun) ? "an" : "a"} ${noun}`;

/** Returns at most `max` of the texts one after another, and how many are left out: `a, b and 3 more`. */
export function shortened(texts: readonly Text[], max: number, between = text(", ", "、")): Text {
  const named = joined(texts.slice(0, max), between);
  const more = texts.length - max;
  return more <= 0 ? named : text(`${named.en} and ${more} more`, `${named.ja} ほか ${more} 件`);
}

/** Texts one after another. */
export const joined = (texts: readonly Text[], between = same("; ")): Text =>
  text(texts.map(({ en }) => en).join(between.en), texts.map(({ ja }) => ja).join(between.ja));
