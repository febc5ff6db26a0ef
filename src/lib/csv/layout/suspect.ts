import { WHITE_SPACE, LETTER_OR_SYMBOL, NON_ASCII, DECIMAL_POINT, type CharacterScan } from "./look.ts";
import type { Column } from "../../model/format.ts";
import type { FixChoice } from "../../model/import.ts";
import type { ProblemCode } from "../../model/problem.ts";
import { isCodeComparison } from "../../model/normalise.ts";
import { findAddressWrapping } from "../../model/rules.ts";

/** The kind of damage to search for in the values of a column. */
export type Scrutiny = "none" | "text" | "code" | "serial-number" | "mail";

/** Returns the damage to search for. Secrets are not searched; spreadsheets damage codes and serial numbers most. */
export const scrutinyOf = ({ secret, value: { rule }, comparison, code }: Column): Scrutiny => {
  if (secret === true) return "none";
  if (rule.kind === "mail-address") return "mail";
  if (rule.kind !== "text") return "none";
  if (comparison === "serial-number") return comparison;
  return comparison === "code" || code === true ? "code" : "text";
};

const EXPONENT = /^-?\d(?:\.\d+)?[Ee]\+?\d{1,3}$/;
const ERROR_VALUE = /^#(?:#{2,}|N\/A|(?:REF|VALUE|DIV\/0|NUM|NULL|SPILL|CALC)!|NAME\?)$/;
const DATE =
  /^(?:(?:19|20)\d\d([-/])(?:0?[1-9]|1[0-2])\1(?:0?[1-9]|[12]\d|3[01])|\d\d?-(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)-\d\d|\d\d?月\d\d?日)$/;
const DECIMAL = /^\d+\.0+$/;
const MISSING_VALUE = /^(?:nan|null|none|n\/a)$/i;
const LOWER_CASE = /[a-z]/;
const FULL_WIDTH = /[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a]/;

/** Table of ASCII codes: 1 for each character with which a damaged value of any column may begin. */
const SUSPECT_FIRST_CHARACTERS = Uint8Array.from({ length: 128 }, (_, code) =>
  /[-=#'\dNn]/.test(String.fromCharCode(code)) ? 1 : 0,
);

const detectCommonDamage = (value: string): ProblemCode | undefined => {
  switch (value.charCodeAt(0)) {
    case 0x3d:
      return /^="[^"]*"$/.test(value) ? "value-formula" : undefined;
    case 0x27:
      return /^'[\d=+-]/.test(value) ? "value-apostrophe" : undefined;
    case 0x23:
      return ERROR_VALUE.test(value) ? "value-error" : undefined;
    case 0x4e:
    case 0x6e:
      return MISSING_VALUE.test(value) ? "value-missing" : undefined;
    default:
      // the cheap test comes first: most numbers have a second digit, so they cannot match
      return (value.charCodeAt(0) === 0x2d || !isDigit(value.charCodeAt(1))) && EXPONENT.test(value)
        ? "value-exponent"
        : undefined;
  }
};

const isBlankUnit = (unit: number): boolean => unit <= 0x20 || unit === 0x3000 || unit === 0xa0;

const hasBlankEnd = (value: string): boolean =>
  isBlankUnit(value.charCodeAt(0)) || isBlankUnit(value.charCodeAt(value.length - 1));

const MAX_DATE_LENGTH = 10;

const detectCodeDamage = (value: string, { kinds }: CharacterScan): ProblemCode | undefined => {
  if (kinds === 0) return "value-short";
  if (kinds === LETTER_OR_SYMBOL) return undefined;
  if ((kinds & (WHITE_SPACE | NON_ASCII)) !== 0) {
    if (hasBlankEnd(value)) return "value-blanks";
    if (FULL_WIDTH.test(value)) return "value-full-width";
  }
  if ((kinds & DECIMAL_POINT) !== 0 && DECIMAL.test(value)) return "value-decimal";
  return value.length <= MAX_DATE_LENGTH && DATE.test(value) ? "value-date" : undefined;
};

const isDigit = (unit: number): boolean => unit >= 0x30 && unit <= 0x39;

/** Returns true for an ASCII letter of either case. */
const isLetter = (unit: number): boolean => (unit | 0x20) >= 0x61 && (unit | 0x20) <= 0x7a;

const detectMailDamage = (value: string, { kinds }: CharacterScan): ProblemCode | undefined => {
  if ((kinds & NON_ASCII) !== 0 && FULL_WIDTH.test(value)) return "value-full-width";
  const end = value.length;
  // nearly all addresses do not begin with a scheme (mailto:) and end with a letter
  if (value.charCodeAt(6) === 0x3a || !isLetter(value.charCodeAt(end - 1))) {
    const wrapping = findAddressWrapping(value);
    if (wrapping !== undefined) return wrapping.code;
  }
  // most top-level domains have two or three letters
  if (value.charCodeAt(end - 3) === 0x2e || value.charCodeAt(end - 4) === 0x2e) return undefined;
  const at = value.lastIndexOf("@");
  return at >= 0 && value.indexOf(".", at) < 0 ? "mail-domain" : undefined;
};

/**
 * Returns the problem code for what a spreadsheet or a person has probably done to a value that is not blank; undefined
 * for nearly all values. Every code that consists only of digits is a `value-short` until the longest code of its
 * column is known.
 *
 * @param look scan of the value, if it is a code or email address
 */
export const detectDamage = (value: string, scrutiny: Scrutiny, look: CharacterScan): ProblemCode | undefined => {
  if (scrutiny === "mail") return detectMailDamage(value, look);
  if (scrutiny === "none") return undefined;
  const first = value.charCodeAt(0);
  const found = first < 128 && SUSPECT_FIRST_CHARACTERS[first] === 1 ? detectCommonDamage(value) : undefined;
  if (found !== undefined) return found;
  if (scrutiny === "code") return detectCodeDamage(value, look);
  if (scrutiny === "serial-number")
    return detectCodeDamage(value, look) ?? (LOWER_CASE.test(value) ? "value-small" : undefined);
  return hasBlankEnd(value) ? "value-blanks" : undefined;
};

/** Converts full-width ASCII characters and spaces to their half-width forms. */
const toHalfWidth = (value: string): string =>
  value.replace(/[\uff01-\uff5e\u3000]/g, (character) =>
    character === "\u3000" ? " " : String.fromCharCode(character.charCodeAt(0) - 0xfee0),
  );

/** Returns true if fixes never change the values of a column: secrets and required names. */
const isNeverFixed = ({ secret, required, comparison }: Column): boolean =>
  secret === true || (required === "always" && comparison === "name");

/** Returns the problem code for leading or trailing spaces in the values of a column. */
export const spaceProblemOf = (column: Column): ProblemCode => (isNeverFixed(column) ? "name-blanks" : "value-blanks");

/** Returns the function that fixes the values of a column; undefined if no fix applies to the column. */
export const createFixer = (column: Column, fixes: readonly FixChoice[]): ((value: string) => string) | undefined => {
  const { rule } = column.value;
  if (isNeverFixed(column) || fixes.length === 0) return undefined;
  const isNarrow = rule.kind !== "text" || rule.charset !== undefined || isCodeComparison(column.comparison ?? "exact");
  const [trims, widens] = [fixes.includes("trim"), fixes.includes("width") && (isNarrow || column.code === true)];
  if (!trims && !widens) return undefined;
  return (value) => {
    const narrow = widens ? toHalfWidth(value) : value;
    return trims ? narrow.trim() : narrow;
  };
};

/**
 * Returns the value of half-width characters that the fixes would produce, and the fixes that are required. Returns
 * undefined if the fixes would not change the value or would not produce such a value.
 */
export const suggestFix = (
  value: string,
): { readonly mended: string; readonly fix: readonly FixChoice[] } | undefined => {
  const narrow = toHalfWidth(value);
  const mended = narrow.trim();
  if (mended === value || /[^\x21-\x7e]/.test(mended)) return undefined;
  const fix: readonly FixChoice[] = mended === narrow ? ["width"] : narrow === value ? ["trim"] : ["trim", "width"];
  return { mended, fix };
};
