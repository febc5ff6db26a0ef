const isAscii = (value: string): boolean => !/[^\0-\u007f]/.test(value);

const LOOK_ALIKE = /[\u00a2\u00a3\u00ac\u2014\u2016\u2212\u301c]/gu;

/** The seven characters on which two mappings of the same JIS character disagree, in their Windows-31J form. */
export const WINDOWS_FORM: ReadonlyMap<string, string> = new Map([
  ["\u301c", "\uff5e"],
  ["\u2212", "\uff0d"],
  ["\u2016", "\u2225"],
  ["\u2014", "\u2015"],
  ["\u00a2", "\uffe0"],
  ["\u00a3", "\uffe1"],
  ["\u00ac", "\uffe2"],
]);

/** The text after a round trip through Windows-31J (CP932): the seven look-alikes in its mapping. */
export const cp932Form = (value: string): string =>
  value.replace(LOOK_ALIKE, (character) => WINDOWS_FORM.get(character) ?? character);

/** True if every character is ASCII, kana or a common kanji: no combining mark, no look-alike, so already folded. */
const isFolded = (value: string): boolean => {
  for (let i = 0; i < value.length; i += 1) {
    const c = value.charCodeAt(i);
    if (c > 0x7f && !(c >= 0x4e00 && c <= 0x9fff) && !(c >= 0x30a0 && c <= 0x30ff) && !(c >= 0x3041 && c <= 0x3096)) {
      return false;
    }
  }
  return true;
};

/** NFC with the seven look-alikes folded, so that a round trip through Windows-31J finds the same key. */
const fold = (value: string): string => (isFolded(value) ? value : cp932Form(value.normalize("NFC")));

const HAS_UPPER = /[A-Z]/;
const HAS_LOWER = /[a-z]/;

/** The comparison key of a mail address: NFC, full case folding. `Straße@x` and `STRASSE@X` are one address. */
export const emailKey = (address: string): string => {
  if (isAscii(address)) return HAS_UPPER.test(address) ? address.toLowerCase() : address;
  return fold(fold(address).toUpperCase().toLowerCase().replaceAll("ς", "σ"));
};

/** The comparison key of an organisation's or employee's code, or an account name; case-sensitive. */
export const codeKey = fold;

/**
 * The comparison key of a device's serial number: its letters count in no case. Only ASCII letters are turned, so that SQL
 * turns the same ones.
 */
export const serialKey = (serial: string): string =>
  fold(serial).replace(/[a-z]+/g, (letters) => letters.toUpperCase());

/** The comparison key of the name of an organisation, a group or a column; case-sensitive. */
export const nameKey = fold;

/** The comparison key of a name that Apple gives back: full-width letters and digits are those of ASCII. */
export const widthKey = (name: string): string => name.normalize("NFKC");

/** The comparison key of a SECURED APPs ユーザーID: compared exactly. */
export const userIdKey = (id: string): string => id;

/** How the values of a field are compared. */
export type Comparison = "mail-address" | "code" | "serial-number" | "name" | "exact";

/** True if values are codes, which may be alike in width without being equal. */
export const isCode = (comparison: Comparison): boolean => comparison === "code" || comparison === "serial-number";

/** The key by which values of a field are compared: equal keys mean the same value. */
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

/** True if a value is its own {@link comparisonKey}, as nearly all are; false if that has to be looked at. */
export const isOwnKey = (comparison: Comparison, value: string): boolean => {
  if (comparison === "mail-address") return isAscii(value) && !HAS_UPPER.test(value);
  return comparison === "exact" || (isFolded(value) && (comparison !== "serial-number" || !HAS_LOWER.test(value)));
};

/** What stands in for a blank key: the values together, compared as names; null if all of them are blank. */
export const standInKey = (values: readonly (string | null)[]): string | null =>
  values.every((value) => value === null)
    ? null
    : JSON.stringify(values.map((value) => (value === null ? null : nameKey(value))));

/** Character classes in the order of the console's ascending sort; characters in none of them come last. */
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

const sortClass = (character: string): number => {
  const found = SORT_CLASSES.findIndex((pattern) => pattern.test(character));
  return found === -1 ? SORT_CLASSES.length : found;
};

/**
 * A key whose order by UTF-8 bytes is the console's order of names: half-width digits, upper case, lower case,
 * hiragana, katakana, kanji, full-width digits, full-width letters, then everything else by code point. Each character
 * is prefixed by the digit of its class.
 *
 * @see facts 6.6
 */
export const nameSortKey = (name: string): string => {
  let key = "";
  for (const character of name) key += `${sortClass(character)}${character}`;
  return key;
};
