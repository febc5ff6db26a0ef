const isAscii = (value: string): boolean => !/[^\0-\u007f]/.test(value);

const LOOK_ALIKE_PATTERN = /[\u00a2\u00a3\u00ac\u2014\u2016\u2212\u301c]/gu;

/** Seven JIS characters have two different mappings to Unicode. */
export const CP932_FORMS: ReadonlyMap<string, string> = new Map([
  ["\u301c", "\uff5e"],
  ["\u2212", "\uff0d"],
  ["\u2016", "\u2225"],
  ["\u2014", "\u2015"],
  ["\u00a2", "\uffe0"],
  ["\u00a3", "\uffe1"],
  ["\u00ac", "\uffe2"],
]);

/** Replaces the seven characters that change if a text is written in CP932 and read again. */
export const toCp932Form = (value: string): string =>
  value.replace(LOOK_ALIKE_PATTERN, (character) => CP932_FORMS.get(character) ?? character);

const needsNoFolding = (value: string): boolean => {
  for (let i = 0; i < value.length; i += 1) {
    const c = value.charCodeAt(i);
    if (c > 0x7f && !(c >= 0x4e00 && c <= 0x9fff) && !(c >= 0x30a0 && c <= 0x30ff) && !(c >= 0x3041 && c <= 0x3096)) {
      return false;
    }
  }
  return true;
};

const foldText = (value: string): string => (needsNoFolding(value) ? value : toCp932Form(value.normalize("NFC")));

const UPPER_CASE_PATTERN = /[A-Z]/;

/** Ignores the case of all letters: `Straße@x` is equal to `STRASSE@X`. */
export const emailKey = (address: string): string => {
  if (isAscii(address)) return UPPER_CASE_PATTERN.test(address) ? address.toLowerCase() : address;
  return foldText(foldText(address).toUpperCase().toLowerCase().replaceAll("ς", "σ"));
};

export const codeKey = foldText;

/** Only ASCII letters become upper case, as in SQL. */
export const serialKey = (serial: string): string =>
  foldText(serial).replace(/[a-z]+/g, (letters) => letters.toUpperCase());

export const nameKey = foldText;

export const looseCode = (code: string): string => nameKey(code).normalize("NFKC").toLowerCase().replace(/\s/gu, "");

/** Also ignores leading zeros and the separators of a number, which spreadsheets remove. */
export const looseKey = (key: string): string => {
  const loose = looseCode(key);
  const digits = loose.replaceAll(/[-()]/g, "");
  return /^\d+$/.test(digits) ? digits.replace(/^0+(?=\d)/, "") : loose;
};

/** Names from Apple are compared by this key. Full-width letters and digits become ASCII. */
export const toLooseValue = (value: string): string => value.normalize("NFKC").trim();

export const normaliseHeader = (header: string): string =>
  header
    .normalize("NFKC")
    .replace(/\s+/gu, "")
    .replace(/[\u3041-\u3096]/g, (kana) => String.fromCharCode(kana.charCodeAt(0) + 0x60))
    .toLowerCase()
    .replace(/cd$/, "コード");

export const toNfkcKey = (name: string): string => name.normalize("NFKC");

export type Comparison = "mail-address" | "code" | "serial-number" | "name" | "exact";

/** Codes with different letter case or width are different codes. */
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
 * Sorts names like the console: ASCII, kana, kanji, full-width digits and letters, then other characters. @see facts
 * 6.6
 */
export const nameSortKey = (name: string): string => {
  let key = "";
  for (const character of name) key += `${getSortClass(character)}${character}`;
  return key;
};

/** A search finds all variants, because people often do not know which form a name has (髙橋 or 高橋). */
const NAME_VARIANTS =
  "高髙 崎﨑嵜 辺邊邉 斎齋斉齊 浜濱濵 沢澤 桜櫻 島嶋嶌 広廣 吉𠮷 富冨 国國 滝瀧 竜龍 渕淵 柳栁 桑桒 黒黑 関關 渋澁 真眞 恵惠 徳德 瀬瀨 ヶケ".split(
    " ",
  );

const listCharacters = (from: number, to: number): readonly string[] =>
  Array.from({ length: to - from + 1 }, (_, at) => String.fromCodePoint(from + at));

const HALF_WIDTH_KANA = listCharacters(0xff61, 0xff9d);
const FULL_WIDTH_FORMS = [...listCharacters(0xff01, 0xff5e), "\u3000", "\uffe0", "\uffe1", "\uffe2", "\uffe5"];

const buildEquivalents = (): ReadonlyMap<string, string> => {
  const pairs = [
    ...NAME_VARIANTS,
    ...[...FULL_WIDTH_FORMS, ...HALF_WIDTH_KANA].map((character) => character.normalize("NFKC") + character),
    ...[...CP932_FORMS].map(([one, other]) => other + one),
  ];
  const groups = new Map<string, string>();
  for (const pair of pairs) {
    const all = [...new Set([...pair].flatMap((character) => [...(groups.get(character) ?? character)]))].join("");
    for (const character of all) groups.set(character, all);
  }
  return groups;
};

let cachedEquivalents: ReadonlyMap<string, string> | undefined;

export const toComparableName = (name: string): string => {
  cachedEquivalents ??= buildEquivalents();
  const groups = cachedEquivalents;
  const plain = name.normalize("NFKC").replaceAll(/\s+/gu, "");
  return Array.from(plain, (character) => [...(groups.get(character) ?? character)][0] ?? character).join("");
};

const buildGlobClass = (characters: string): string => {
  const others = [...characters].filter((character) => !"]^-".includes(character)).join("");
  const special = (character: string): string => (characters.includes(character) ? character : "");
  return `[${special("]")}${others}${special("^")}${special("-")}]`;
};

const VOICED_KANA = /[ヴガギグゲゴザジズゼゾダヂヅデドバビブベボパピプペポ]/g;

const toHalfWidthKana = (voiced: string): string => {
  const [base = "", mark = ""] = voiced.normalize("NFD");
  const half = HALF_WIDTH_KANA.find((character) => character.normalize("NFKC") === base) ?? base;
  return half + (mark === "\u3099" ? "ﾞ" : "ﾟ");
};

export const buildSearchPatterns = (text: string): readonly string[] => {
  cachedEquivalents ??= buildEquivalents();
  const groups = cachedEquivalents;
  const whole = text.replace(/[\uff61-\uff9f]+/g, (kana) => kana.normalize("NFKC"));
  const patternOf = (wanted: string): string =>
    `*${Array.from(wanted, (character) => {
      const all = groups.get(character) ?? character;
      return all === character && !"*?[".includes(character) ? character : buildGlobClass(all);
    }).join("")}*`;
  return [...new Set([patternOf(whole), patternOf(whole.replace(VOICED_KANA, toHalfWidthKana)), patternOf(text)])];
};
