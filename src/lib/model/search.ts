import { WINDOWS_FORM } from "./normalise.ts";

/**
 * Characters that people write for one another in the names of persons and places, so that who searches for one expects
 * all: forms of one family name (髙橋 and 高橋, 渡邉 and 渡辺, 齋藤 and 斉藤), of which a person's own is often not known,
 * and ヶ of places, typed large or small. Only characters of names: 収 and 收 are no more alike here than 体 and 體.
 */
const VARIANTS: readonly string[] = [
  "高髙",
  "崎﨑嵜",
  "辺邊邉",
  "斎齋斉齊",
  "浜濱濵",
  "沢澤",
  "桜櫻",
  "島嶋嶌",
  "広廣",
  "吉𠮷",
  "富冨",
  "国國",
  "滝瀧",
  "竜龍",
  "渕淵",
  "柳栁",
  "桑桒",
  "黒黑",
  "関關",
  "渋澁",
  "真眞",
  "恵惠",
  "徳德",
  "瀬瀨",
  "ヶケ",
];

const range = (from: number, to: number): readonly string[] =>
  Array.from({ length: to - from + 1 }, (_, at) => String.fromCodePoint(from + at));

/** Half-width kana, each one character; and characters that have a full-width and a half-width form, in the first. */
const HALF_KANA = range(0xff61, 0xff9d);
const FULL_WIDTH = [...range(0xff01, 0xff5e), "\u3000", "\uffe0", "\uffe1", "\uffe2", "\uffe5"];

/** Characters that stand for one another, by each of them. */
const equivalents = (): ReadonlyMap<string, string> => {
  const pairs = [
    ...VARIANTS,
    ...[...FULL_WIDTH, ...HALF_KANA].map((character) => character.normalize("NFKC") + character),
    ...[...WINDOWS_FORM].map(([one, other]) => other + one),
  ];
  const groups = new Map<string, string>();
  for (const pair of pairs) {
    const all = [...new Set([...pair].flatMap((character) => [...(groups.get(character) ?? character)]))].join("");
    for (const character of all) groups.set(character, all);
  }
  return groups;
};

let known: ReadonlyMap<string, string> | undefined;

/** A name as anybody may write it: two are equal where a search for the one finds the other, whatever their blanks. */
export const nameAsWritten = (name: string): string => {
  known ??= equivalents();
  const groups = known;
  const plain = name.normalize("NFKC").replaceAll(/\s+/gu, "");
  return Array.from(plain, (character) => [...(groups.get(character) ?? character)][0] ?? character).join("");
};

/** A class of a GLOB pattern; `]` stands first in it, and `^` and `-` never do, as they would mean something else there. */
const classOf = (characters: string): string => {
  const others = [...characters].filter((character) => !"]^-".includes(character)).join("");
  const special = (character: string): string => (characters.includes(character) ? character : "");
  return `[${special("]")}${others}${special("^")}${special("-")}]`;
};

/** Voiced kana, whose half-width forms are two characters. */
const VOICED = /[ヴガギグゲゴザジズゼゾダヂヅデドバビブベボパピプペポ]/g;

/** The half-width form of a voiced kana. */
const halfOf = (voiced: string): string => {
  const [base = "", mark = ""] = voiced.normalize("NFD");
  const half = HALF_KANA.find((character) => character.normalize("NFKC") === base) ?? base;
  return half + (mark === "\u3099" ? "ﾞ" : "ﾟ");
};

/**
 * The patterns of SQL's GLOB that find a text anywhere, its letters in either width and the characters of names in any of
 * their variants; texts with any of the patterns have it. Stored texts stay as they are, so that a tenant of before is
 * searched alike.
 */
export const searchPatterns = (text: string): readonly string[] => {
  known ??= equivalents();
  const groups = known;
  // a voiced kana of half width becomes one character
  const whole = text.replace(/[\uff61-\uff9f]+/g, (kana) => kana.normalize("NFKC"));
  const patternOf = (wanted: string): string =>
    `*${Array.from(wanted, (character) => {
      const all = groups.get(character) ?? character;
      return all === character && !"*?[".includes(character) ? character : classOf(all);
    }).join("")}*`;
  // the text as it was typed too: one that mixes both widths is at least found by itself
  return [...new Set([patternOf(whole), patternOf(whole.replace(VOICED, halfOf)), patternOf(text)])];
};
