import { toLooseKey } from "./nearest.ts";

/**
 * Maximum number of new names that are compared. Names that are longer than {@link MAX_COMPARED_LENGTH} characters are
 * not compared.
 */
const MAX_COMPARED_NAMES = 2_000;
const MAX_COMPARED_LENGTH = 60;

const SERIES_CHARACTER = /[\p{N}〇一二三四五六七八九十甲乙丙丁東西南北]/u;
const LATIN_LETTER = /\p{Script=Latin}/u;

const toComparableCharacters = (name: string): readonly string[] => [...toLooseKey(name)];

/** Returns true if a character may be a typing error: not in a series, nor a lone Latin letter as in 棟A and 棟B. */
const isPossibleTypo = (name: readonly string[], at: number): boolean => {
  const character = name[at] ?? "";
  if (SERIES_CHARACTER.test(character)) return false;
  return (
    !LATIN_LETTER.test(character) || LATIN_LETTER.test(name[at - 1] ?? "") || LATIN_LETTER.test(name[at + 1] ?? "")
  );
};

/**
 * Keys of a name. Two names that are one typing error apart share a key. New names are stored under their `own` keys
 * and looked up by their `sought` keys.
 */
interface TypoKeys {
  readonly own: readonly string[];
  readonly sought: readonly string[];
}

const buildTypoKeys = (name: string): TypoKeys => {
  const letters = toComparableCharacters(name);
  const { length } = letters;
  if (length < 2 || length > MAX_COMPARED_LENGTH) return { own: [], sought: [] };
  const whole = letters.join("");
  const at = (place: number, by: readonly string[], width = 1): string =>
    letters.toSpliced(place, width, ...by).join("");
  const places = [...letters.keys()].filter((place) => isPossibleTypo(letters, place));
  // if a two-letter name differs in one letter, it is a different name
  const replaced = length < 3 ? [] : places.map((place) => `replaced ${place} ${at(place, ["\0"])}`);
  const dropped = length < 3 ? [] : places.map((place) => at(place, []));
  const swapped = places
    .filter((place) => place + 1 < length && length > 2 && isPossibleTypo(letters, place + 1))
    .map((place) => {
      const pair = [letters[place] ?? "", letters[place + 1] ?? ""].toSorted((a, b) => (a < b ? -1 : 1));
      return `swapped ${place} ${at(place, pair, 2)}`;
    });
  const common = [...replaced, ...swapped, `same ${whole}`];
  return {
    own: [...common, `whole ${whole}`, ...dropped.map((text) => `dropped ${text}`)],
    sought: [...common, `dropped ${whole}`, ...dropped.map((text) => `whole ${text}`)],
  };
};

/**
 * Finds names that are one typing error apart from another name: a character is replaced, dropped, added or swapped
 * with the next one, or the name is written in another width or case. The time is proportional to the number of names.
 *
 * @param names new names; of two similar new names, the later one is reported
 * @param known existing names, and other texts that refer to the same records; a known text that equals a new name also
 * counts as similar
 * @returns the similar name for each new name that has one
 */
export const findMistypedNames = (names: readonly string[], known: Iterable<string>): ReadonlyMap<string, string> => {
  const near = new Map<string, string>();
  const traces = new Map<string, string[]>();
  for (const name of names.slice(0, MAX_COMPARED_NAMES)) {
    const { own, sought } = buildTypoKeys(name);
    const other = sought.flatMap((trace) => traces.get(trace) ?? []).find((found) => found !== name);
    if (other !== undefined) near.set(name, other);
    for (const trace of own) {
      const found = traces.get(trace);
      // a new name that is similar to several names is reported with the first of them
      if (found === undefined) traces.set(trace, [name]);
      else if (found.length < MAX_NAMES_PER_KEY) found.push(name);
    }
  }
  const byKnown = new Map<string, string>();
  for (const name of known) {
    for (const trace of buildTypoKeys(name).sought) {
      for (const found of traces.get(trace) ?? []) if (!byKnown.has(found)) byKnown.set(found, name);
    }
  }
  return new Map([...near, ...byKnown]);
};

/** Maximum number of new names per key, so that a lookup stays fast however many names are similar. */
const MAX_NAMES_PER_KEY = 20;
