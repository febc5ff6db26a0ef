const isAscii = (value: string): boolean => !/[^\0-\u007f]/.test(value);

const LOOK_ALIKE_PATTERN = /[\u00a2\u00a3\u00ac\u2014\u2016\u2212\u301c]/gu;

/** The Windows-31J forms of the seven JIS characters that have two different mappings to Unicode. */
export const WINDOWS_31J_FORMS: ReadonlyMap<string, string> = new Map([
  ["\u301c", "\uff5e"],
  ["\u2212", "\uff0d"],
  ["\u2016", "\u2225"],
  ["\u2014", "\u2015"],
  ["\u00a2", "\uffe0"],
  ["\u00a3", "\uffe1"],
  ["\u00ac", "\uffe2"],
]);

/** Returns a text after a round trip through Windows-31J (CP932), which changes the form of the seven look-alikes. */
export const toCp932Form = (value: string): string =>
  value.replace(LOOK_ALIKE_PATTERN, (character) => WINDOWS_31J_FORMS.get(character) ?? character);

/** Returns true if a text has only ASCII, kana and common kanji, so that {@link foldText} would not change the text. */
const isFolded = (value: string): boolean => {
  for (let i = 0; i < value.length; i += 1) {
    const c = value.charCodeAt(i);
    if (c > 0x7f && !(c >= 0x4e00 && c <= 0x9fff) && !(c >= 0x30a0 && c <= 0x30ff) && !(c >= 0x3041 && c <= 0x3096)) {
      return false;
    }
  }
  return true;
};

/** Normalises a text to NFC and folds the seven look-alikes, so that a Windows-31J round trip does not change it. */
const foldText = (value: string): string => (isFolded(value) ? value : toCp932Form(value.normalize("NFC")));

const UPPER_CASE_PATTERN = /[A-Z]/;
const LOWER_CASE_PATTERN = /[a-z]/;

/** Returns the comparison key of an email address: NFC, full case folding. `Straße@x` is equal to `STRASSE@X`. */
export const emailKey = (address: string): string => {
  if (isAscii(address)) return UPPER_CASE_PATTERN.test(address) ? address.toLowerCase() : address;
  return foldText(foldText(address).toUpperCase().toLowerCase().replaceAll("ς", "σ"));
};

/** Returns the comparison key of an organisation code, an employee code or an account name; case-sensitive. */
export const codeKey = foldText;

/** Returns the comparison key of a serial number. Only ASCII letters become upper case, as in SQL. */
export const serialKey = (serial: string): string =>
  foldText(serial).replace(/[a-z]+/g, (letters) => letters.toUpperCase());

/** Returns the comparison key of the name of an organisation, a group or a column; case-sensitive. */
export const nameKey = foldText;

/** Returns the comparison key of a name that Apple returns: full-width letters and digits equal their ASCII forms. */
export const toNfkcKey = (name: string): string => name.normalize("NFKC");

export type Comparison = "mail-address" | "code" | "serial-number" | "name" | "exact";

/** Returns true if values are codes, which differ even if only their letter case or width differs. */
export const isCodeComparison = (comparison: Comparison): boolean =>
  comparison === "code" || comparison === "serial-number";

export const comparisonKey = (comparison: Comparison, value: string): string => {
  switch (comparison) {
    case "mail-address":
      return emailKey(value);
    case "code":
      return codeKey(value);
    case "serial-number":
      return serialKey(value);
    case "name":
      return nameKey(value);
    case "exact":
      return value;
  }
};

export const createKeyComparator =
  (comparison: Comparison) =>
  (a: string, b: string): number =>
    comparisonKey(comparison, a) < comparisonKey(comparison, b) ? -1 : 1;

/** Returns true if a value is certainly equal to its {@link comparisonKey}, as nearly all values are. */
export const isComparisonKey = (comparison: Comparison, value: string): boolean => {
  if (comparison === "mail-address") return isAscii(value) && !UPPER_CASE_PATTERN.test(value);
  return (
    comparison === "exact" || (isFolded(value) && (comparison !== "serial-number" || !LOWER_CASE_PATTERN.test(value)))
  );
};

const SORT_CLASSES: readonly RegExp[] = [
  /[0-9]/,
  /[A-Z]/,
  /[a-z]/,
  /\p{Script=Hiragana}/u,
  /[\p{Script=Katakana}\u30fc\uff70]/u,
  /\p{Script=Han}/u,
  /[\uff10-\uff19]/,
  /[\uff21-\uff3a\uff41-\uff5a]/,
];

const getSortClass = (character: string): number => {
  const found = SORT_CLASSES.findIndex((pattern) => pattern.test(character));
  return found === -1 ? SORT_CLASSES.length : found;
};

/**
 * Returns a key with the console's order of names in UTF-8 bytes: half-width digits, upper case, lower case, hiragana,
 * katakana, kanji, full-width digits and letters, then the rest by code point. @see facts 6.6
 */
export const nameSortKey = (name: string): string => {
  let key = "";
  for (const character of name) key += `${getSortClass(character)}${character}`;
  return key;
};
