import { WINDOWS_31J_FORMS } from "./normalise.ts";

/**
 * Characters that are interchangeable in names. A search for one of a group finds all of them, because it is often not
 * known which form a person uses (髙橋 or 高橋), or how ヶ in a place is typed. Other variants (収, 收) are not equal.
 */
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
    ...[...WINDOWS_31J_FORMS].map(([one, other]) => other + one),
  ];
  const groups = new Map<string, string>();
  for (const pair of pairs) {
    const all = [...new Set([...pair].flatMap((character) => [...(groups.get(character) ?? character)]))].join("");
    for (const character of all) groups.set(character, all);
  }
  return groups;
};

let cachedEquivalents: ReadonlyMap<string, string> | undefined;

/** Returns a form of a name without variants and spaces. A search for a name finds all names with the same form. */
export const toComparableName = (name: string): string => {
  cachedEquivalents ??= buildEquivalents();
  const groups = cachedEquivalents;
  const plain = name.normalize("NFKC").replaceAll(/\s+/gu, "");
  return Array.from(plain, (character) => [...(groups.get(character) ?? character)][0] ?? character).join("");
};

/** Builds a class of a GLOB pattern, in which `]` must come first, `^` must not, and `-` must come last. */
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

/**
 * Returns GLOB patterns. A value that contains the text, in either width and with any variant of names, matches one or
 * more patterns. Stored values are not converted, so values from earlier versions are found, too.
 */
export const buildSearchPatterns = (text: string): readonly string[] => {
  cachedEquivalents ??= buildEquivalents();
  const groups = cachedEquivalents;
  // a half-width kana and its voicing mark become one character
  const whole = text.replace(/[\uff61-\uff9f]+/g, (kana) => kana.normalize("NFKC"));
  const patternOf = (wanted: string): string =>
    `*${Array.from(wanted, (character) => {
      const all = groups.get(character) ?? character;
      return all === character && !"*?[".includes(character) ? character : buildGlobClass(all);
    }).join("")}*`;
  // also search for the text as typed: a text that mixes both widths then at least finds itself
  return [...new Set([patternOf(whole), patternOf(whole.replace(VOICED_KANA, toHalfWidthKana)), patternOf(text)])];
};
