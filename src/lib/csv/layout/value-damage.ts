import { WHITE_SPACE, LETTER_OR_SYMBOL, NON_ASCII, DECIMAL_POINT, type CharacterScan } from "./character-scan.ts";
import type { Column } from "../../derived/format.ts";
import type { ProblemCode } from "../../model/problem.ts";
import { isCodeComparison } from "../../model/normalise.ts";
import { findAddressWrapping, toCanonicalValue } from "../../model/rules.ts";

export type DamageCheckKind = "none" | "text" | "kana" | "code" | "number" | "serial-number" | "mail";

export const needsCharacterScan = (scrutiny: DamageCheckKind): boolean => !["none", "text", "kana"].includes(scrutiny);

export const damageCheckKindOf = (column: Column): DamageCheckKind => {
  const { secret, comparison, code, personName } = column;
  const { rule } = column.value;
  if (secret === true) return "none";
  if (rule.kind === "mail-address") return "mail";
  if (rule.kind !== "text") return "none";
  if (comparison === "serial-number" || comparison === "code") return comparison;
  if (code === true) return "number";
  return personName === "kana" ? "kana" : "text";
};

const EXPONENT_PATTERN = /^-?\d(?:\.\d+)?[Ee]\+?\d{1,3}$/;
const ERROR_VALUE_PATTERN = /^#(?:#{2,}|N\/A|(?:REF|VALUE|DIV\/0|NUM|NULL|SPILL|CALC)!|NAME\?)$/;
const DATE_PATTERN =
  /^(?:(?:19|20)\d\d([-/])(?:0?[1-9]|1[0-2])\1(?:0?[1-9]|[12]\d|3[01])|\d\d?-(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)-\d\d|\d\d?月\d\d?日)$/;
const DECIMAL_PATTERN = /^\d+\.0+$/;
const HALF_WIDTH_KANA = /[\uff66-\uff9f]/;
/** Matches look-alikes of a hyphen. The long vowel mark matches only between digits. */
const HYPHEN_VARIANT = /[\u2010-\u2015\u2212\uff0d]|(?<=\d)[\u30fc\uff70](?=\d)/;
const ALL_HYPHEN_VARIANTS = new RegExp(HYPHEN_VARIANT, "g");
const FULL_WIDTH_CHARACTER = /[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a]/;
const FULL_WIDTH_IN_ADDRESS = /[\uff01-\uff0b\uff0d-\uff5d\u3002\uff61]/;

const SUSPECT_FIRST_CHARACTERS = Uint8Array.from({ length: 128 }, (_, code) =>
  /[-=#'\d]/.test(String.fromCharCode(code)) ? 1 : 0,
);

const detectCommonDamage = (value: string): ProblemCode | undefined => {
  const first = value.charCodeAt(0);
  if (first === 0x3d) return /^="[^"]*"$/.test(value) ? "value-formula" : undefined;
  if (first === 0x27) return /^'[\d=+-]/.test(value) ? "value-apostrophe" : undefined;
  if (first === 0x23) return ERROR_VALUE_PATTERN.test(value) ? "value-error" : undefined;
  const mayBeExponent = first === 0x2d || !isDigit(value.charCodeAt(1));
  return mayBeExponent && EXPONENT_PATTERN.test(value) ? "value-exponent" : undefined;
};

const isWhiteSpaceUnit = (unit: number): boolean => unit <= 0x20 || unit === 0x3000 || unit === 0xa0;

const hasOuterWhiteSpace = (value: string): boolean =>
  isWhiteSpaceUnit(value.charCodeAt(0)) || isWhiteSpaceUnit(value.charCodeAt(value.length - 1));

const MAX_DATE_LENGTH = 10;

const detectCodeDamage = (value: string, { kinds }: CharacterScan): ProblemCode | undefined => {
  if (kinds === 0) return "value-short";
  if (kinds === LETTER_OR_SYMBOL) return undefined;
  if ((kinds & (WHITE_SPACE | NON_ASCII)) !== 0 && (hasOuterWhiteSpace(value) || FULL_WIDTH_CHARACTER.test(value)))
    return "value-mended";
  if ((kinds & DECIMAL_POINT) !== 0 && DECIMAL_PATTERN.test(value)) return "value-decimal";
  return value.length <= MAX_DATE_LENGTH && DATE_PATTERN.test(value) ? "value-date" : undefined;
};

const isDigit = (unit: number): boolean => unit >= 0x30 && unit <= 0x39;

const isLetter = (unit: number): boolean => (unit | 0x20) >= 0x61 && (unit | 0x20) <= 0x7a;

const detectDamagedEmail = (value: string, look: CharacterScan): ProblemCode | undefined => {
  const end = value.length;
  if (value.charCodeAt(6) === 0x3a || !isLetter(value.charCodeAt(end - 1))) {
    const wrapping = findAddressWrapping(value);
    if (wrapping !== undefined) return wrapping.code;
  }
  return (look.kinds & NON_ASCII) !== 0 && FULL_WIDTH_IN_ADDRESS.test(value) ? "value-mended" : undefined;
};

/** A code of digits only is `value-short` until the longest code of the column shows whether it lacks leading zeros. */
export const detectDamage = (
  value: string,
  scrutiny: DamageCheckKind,
  look: CharacterScan,
): ProblemCode | undefined => {
  if (scrutiny === "mail") return detectDamagedEmail(value, look);
  if (scrutiny === "none") return undefined;
  const first = value.charCodeAt(0);
  const found = first < 128 && SUSPECT_FIRST_CHARACTERS[first] === 1 ? detectCommonDamage(value) : undefined;
  if (found !== undefined) return found;
  if (scrutiny === "code" || scrutiny === "serial-number") return detectCodeDamage(value, look);
  if (scrutiny === "number") {
    const hasVariant = (look.kinds & NON_ASCII) !== 0 && HYPHEN_VARIANT.test(value);
    return detectCodeDamage(value, look) ?? (hasVariant ? "value-mended" : undefined);
  }
  if (hasOuterWhiteSpace(value)) return "value-mended";
  return scrutiny === "kana" && HALF_WIDTH_KANA.test(value) ? "value-mended" : undefined;
};

const toHalfWidth = (value: string): string =>
  value
    .replace(/[\uff01-\uff5d\u3000]/g, (character) =>
      character === "\u3000" ? " " : String.fromCharCode(character.charCodeAt(0) - 0xfee0),
    )
    .replace(/[\u3002\uff61]/g, ".")
    .replace(ALL_HYPHEN_VARIANTS, "-");

const toFullWidthKana = (value: string): string =>
  value.replace(/[\u30a1-\u30fa]?[\uff61-\uff9f]+/g, (kana) =>
    kana.normalize("NFKC").replaceAll("\u3099", "゛").replaceAll("\u309a", "゜"),
  );

/** Required names are never corrected, except names of people. */
export const isRequiredName = ({ required, comparison, personName }: Column): boolean =>
  required === "always" && comparison === "name" && personName === undefined;

type Correction = "trim" | "width" | "kana";

const CORRECTIONS: Readonly<Record<Correction, (value: string) => string>> = {
  trim: (value) => value.trim(),
  width: (value) => toHalfWidth(value).trim(),
  kana: (value) => toFullWidthKana(value).trim(),
};

export const correctionOf = (column: Column, isKey = false): Correction | undefined => {
  const { value, code, comparison = "exact", secret, personName, refers } = column;
  if (secret === true || isRequiredName(column)) return undefined;
  if (personName === "kana") return "kana";
  if (refers !== undefined) return "trim";
  if (value.rule.kind !== "text" || code === true || value.rule.charset !== undefined) return "width";
  return isCodeComparison(comparison) && !isKey ? "width" : "trim";
};

export const createCorrector = (column: Column, isKey?: boolean): ((value: string) => string) | undefined => {
  const correction = correctionOf(column, isKey);
  return correction && ((value) => toCanonicalValue(column.value.rule, CORRECTIONS[correction](value)));
};

/** Returns the same text for all spellings of a value. @param how `name` for names of people */
export const toSpellingKey = (how: unknown, value: string): string =>
  how === "name" ? value.normalize("NFKC").replaceAll(/\s+/gu, "") : CORRECTIONS[how as Correction](value);
