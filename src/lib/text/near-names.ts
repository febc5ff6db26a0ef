/** Names that are compared: of more, the others are not. A longer name is no slip of another. */
const MAX_NAMES = 2_000;
const LONGEST = 60;

/** Characters by which names of one series differ: 営業1課 and 営業2課 are two. */
const SERIES = /[\p{N}〇一二三四五六七八九十甲乙丙丁東西南北]/u;
const LATIN = /\p{Script=Latin}/u;

/** The form in which names are compared: width, case and blanks do not count. */
const loose = (name: string): readonly string[] => [
  ...name
    .normalize("NFKC")
    .toLowerCase()
    .replaceAll(/[\s\p{Cf}]/gu, ""),
];

/** A character that may be a slip: not one of a series, nor a letter that stands alone, as in 棟A and 棟B. */
const maySlip = (name: readonly string[], at: number): boolean => {
  const character = name[at] ?? "";
  if (SERIES.test(character)) return false;
  return !LATIN.test(character) || LATIN.test(name[at - 1] ?? "") || LATIN.test(name[at + 1] ?? "");
};

/** Texts that names have in common which are one slip apart: those of the name itself, and those it is looked up by. */
interface Traces {
  readonly own: readonly string[];
  readonly sought: readonly string[];
}

const tracesOf = (name: string): Traces => {
  const letters = loose(name);
  const { length } = letters;
  if (length < 2 || length > LONGEST) return { own: [], sought: [] };
  const whole = letters.join("");
  const at = (place: number, by: readonly string[], width = 1): string =>
    letters.toSpliced(place, width, ...by).join("");
  const places = [...letters.keys()].filter((place) => maySlip(letters, place));
  // of two letters, another one is another word
  const replaced = length < 3 ? [] : places.map((place) => `replaced ${place} ${at(place, ["\0"])}`);
  const dropped = length < 3 ? [] : places.map((place) => at(place, []));
  const swapped = places
    .filter((place) => place + 1 < length && length > 2 && maySlip(letters, place + 1))
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
 * Finds names that are one slip from another: a character replaced, dropped, added or swapped with the next, or written
 * in another width or case. It takes time in proportion to the names.
 *
 * @param names new ones; of each other, the later one is found
 * @param known those there are, and what else means them: an equal one is near too
 * @returns the name it is near to, by new name
 */
export const nearNames = (names: readonly string[], known: Iterable<string>): ReadonlyMap<string, string> => {
  const near = new Map<string, string>();
  const traces = new Map<string, string[]>();
  for (const name of names.slice(0, MAX_NAMES)) {
    const { own, sought } = tracesOf(name);
    const other = sought.flatMap((trace) => traces.get(trace) ?? []).find((found) => found !== name);
    if (other !== undefined) near.set(name, other);
    for (const trace of own) {
      const found = traces.get(trace);
      // one that is near to others is told by the first
      if (found === undefined) traces.set(trace, [name]);
      else if (found.length < MAX_OF_ONE) found.push(name);
    }
  }
  const byKnown = new Map<string, string>();
  for (const name of known) {
    for (const trace of tracesOf(name).sought) {
      for (const found of traces.get(trace) ?? []) if (!byKnown.has(found)) byKnown.set(found, name);
    }
  }
  return new Map([...near, ...byKnown]);
};

/** New names in the order in which {@link nearNames} takes the rarer one of two for the slip. @param uses by name */
export const byUse = (names: readonly string[], uses: ReadonlyMap<string, number>): readonly string[] =>
  names.toSorted((a, b) => (uses.get(b) ?? 0) - (uses.get(a) ?? 0));

/** New names that are kept of those with one trace: however many are alike, each name is looked up in so many. */
const MAX_OF_ONE = 20;
