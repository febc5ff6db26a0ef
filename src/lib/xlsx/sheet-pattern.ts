/**
 * The sign for any number in the name of a sheet, for sheets that are named by the month. Excel does not allow it in a
 * name.
 */
const NUMBER_SIGN = "*";

const NUMBER = /\d+/g;
/** A name that contains a date: a year and a month, a month, or only digits such as 202604. */
const DATED_NAME = /\d+[年月日]|(?:^|\D)(?:20\d\d|R\d+)\D+\d|^\d{4,8}$/u;
const YEAR_FIRST = /^\D*\*(?:年|年度)|^(?:R|令和)\*/u;
/** Numbers from here on are a year, alone or with a month and a day. */
const MIN_YEAR = 1900;

/** Returns the pattern that the sheets of other months have, too; the name itself if it contains no date. */
export const toSheetPattern = (name: string): string =>
  DATED_NAME.test(name.normalize("NFKC")) ? name.replaceAll(/[\d\uff10-\uff19]+/gu, NUMBER_SIGN) : name;

/**
 * Returns the names that a pattern matches. If their numbers begin with a year, only the latest one is returned. A pattern
 * without `*` matches only itself.
 */
export const findSheetNames = (names: readonly string[], pattern: string): readonly string[] => {
  const parts = pattern.split(NUMBER_SIGN).map((part) => part.replaceAll(/[\\^$.+?()[\]{}|]/g, String.raw`\$&`));
  const form = new RegExp(`^${parts.join("[0-9\uff10-\uff19]+")}$`, "u");
  const found = names.filter((name) => form.test(name));
  const [latest] = found.toSorted((one, other) => compareNumbers(toNumbers(other), toNumbers(one)));
  const hasYears = YEAR_FIRST.test(pattern) || found.every((name) => (toNumbers(name)[0] ?? 0) >= MIN_YEAR);
  return latest !== undefined && hasYears ? [latest] : found;
};

export const sortLatestFirst = (names: readonly string[]): readonly string[] => {
  const dated = names.filter((name) => DATED_NAME.test(name.normalize("NFKC")));
  return [
    ...dated.toSorted((one, other) => compareNumbers(toNumbers(other), toNumbers(one))),
    ...names.filter((name) => !dated.includes(name)),
  ];
};

const toNumbers = (name: string): readonly number[] => (name.normalize("NFKC").match(NUMBER) ?? []).map(Number);

const compareNumbers = (one: readonly number[], other: readonly number[]): number => {
  const at = one.findIndex((number, index) => number !== other[index]);
  return at < 0 ? 0 : (one[at] ?? 0) - (other[at] ?? 0);
};
