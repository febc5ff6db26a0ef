import { BLANK, LETTER, NOT_ASCII, POINT, type CharacterScan } from "./look.ts";
import type { Column } from "../../model/format.ts";
import type { Fix } from "../../model/import.ts";
import type { ProblemCode } from "../../model/problem.ts";
import { isCode } from "../../model/normalise.ts";
import { wrappingOf } from "../../model/rules.ts";

/** What is looked for in a column's values. */
export type Scrutiny = "none" | "text" | "code" | "serial-number" | "mail";

/** Secrets are not looked at; codes and numbers are what a spreadsheet damages most. */
export const scrutinyOf = ({ secret, value: { rule }, comparison, code }: Column): Scrutiny => {
  if (secret === true) return "none";
  if (rule.kind === "mail-address") return "mail";
  if (rule.kind !== "text") return "none";
  if (comparison === "serial-number") return comparison;
  return comparison === "code" || code === true ? "code" : "text";
};

const EXPONENT = /^-?\d(?:\.\d+)?[Ee]\+?\d{1,3}$/;
const ERROR = /^#(?:#{2,}|N\/A|(?:REF|VALUE|DIV\/0|NUM|NULL|SPILL|CALC)!|NAME\?)$/;
const DATE =
  /^(?:(?:19|20)\d\d([-/])(?:0?[1-9]|1[0-2])\1(?:0?[1-9]|[12]\d|3[01])|\d\d?-(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)-\d\d|\d\d?月\d\d?日)$/;
const DECIMAL = /^\d+\.0+$/;
const MISSING = /^(?:nan|null|none|n\/a)$/i;
const SMALL = /[a-z]/;
const FULL_WIDTH = /[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a]/;

/** First characters of what may be damage in any text; a bit for each of the codes up to 127. */
const NOTICED = Uint8Array.from({ length: 128 }, (_, code) => (/[-=#'\dNn]/.test(String.fromCharCode(code)) ? 1 : 0));

const damageOf = (value: string): ProblemCode | undefined => {
  switch (value.charCodeAt(0)) {
    case 0x3d:
      return /^="[^"]*"$/.test(value) ? "value-formula" : undefined;
    case 0x27:
      return /^'[\d=+-]/.test(value) ? "value-apostrophe" : undefined;
    case 0x23:
      return ERROR.test(value) ? "value-error" : undefined;
    case 0x4e:
    case 0x6e:
      return MISSING.test(value) ? "value-missing" : undefined;
    default:
      // most numbers have a second digit
      return (value.charCodeAt(0) === 0x2d || !isDigit(value.charCodeAt(1))) && EXPONENT.test(value)
        ? "value-exponent"
        : undefined;
  }
};

const isBlankUnit = (unit: number): boolean => unit <= 0x20 || unit === 0x3000 || unit === 0xa0;

const hasBlankEnd = (value: string): boolean =>
  isBlankUnit(value.charCodeAt(0)) || isBlankUnit(value.charCodeAt(value.length - 1));

const LONGEST_DATE = 10;

const codeDamageOf = (value: string, { kinds }: CharacterScan): ProblemCode | undefined => {
  if (kinds === 0) return "value-short";
  if (kinds === LETTER) return undefined;
  if ((kinds & (BLANK | NOT_ASCII)) !== 0) {
    if (hasBlankEnd(value)) return "value-blanks";
    if (FULL_WIDTH.test(value)) return "value-full-width";
  }
  if ((kinds & POINT) !== 0 && DECIMAL.test(value)) return "value-decimal";
  return value.length <= LONGEST_DATE && DATE.test(value) ? "value-date" : undefined;
};

const isDigit = (unit: number): boolean => unit >= 0x30 && unit <= 0x39;

/** An ASCII letter, large or small. */
const isLetter = (unit: number): boolean => (unit | 0x20) >= 0x61 && (unit | 0x20) <= 0x7a;

const mailDamageOf = (value: string, { kinds }: CharacterScan): ProblemCode | undefined => {
  if ((kinds & NOT_ASCII) !== 0 && FULL_WIDTH.test(value)) return "value-full-width";
  const end = value.length;
  // nearly all begin as no scheme does and end with a letter
  if (value.charCodeAt(6) === 0x3a || !isLetter(value.charCodeAt(end - 1))) {
    const wrapping = wrappingOf(value);
    if (wrapping !== undefined) return wrapping.code;
  }
  // most top-level domains have two or three letters
  if (value.charCodeAt(end - 3) === 0x2e || value.charCodeAt(end - 4) === 0x2e) return undefined;
  const at = value.lastIndexOf("@");
  return at >= 0 && value.indexOf(".", at) < 0 ? "mail-domain" : undefined;
};

/**
 * What a spreadsheet or a person has probably done to a value that is not blank; undefined for nearly all. Every code
 * of digits only is a `value-short`, until the longest of its column is known.
 *
 * @param look of a code or mail address
 */
export const suspicionOf = (value: string, scrutiny: Scrutiny, look: CharacterScan): ProblemCode | undefined => {
  if (scrutiny === "mail") return mailDamageOf(value, look);
  if (scrutiny === "none") return undefined;
  const first = value.charCodeAt(0);
  const found = first < 128 && NOTICED[first] === 1 ? damageOf(value) : undefined;
  if (found !== undefined) return found;
  if (scrutiny === "code") return codeDamageOf(value, look);
  if (scrutiny === "serial-number") return codeDamageOf(value, look) ?? (SMALL.test(value) ? "value-small" : undefined);
  return hasBlankEnd(value) ? "value-blanks" : undefined;
};

/** Full-width ASCII and blanks as their half-width forms. */
const halfWidth = (value: string): string =>
  value.replace(/[\uff01-\uff5e\u3000]/g, (character) =>
    character === "\u3000" ? " " : String.fromCharCode(character.charCodeAt(0) - 0xfee0),
  );

/** A secret and a required name stay as they are. */
const isKept = ({ secret, required, comparison }: Column): boolean =>
  secret === true || (required === "always" && comparison === "name");

/** The problem of a column whose values have blanks at their ends. */
export const blanksIn = (column: Column): ProblemCode => (isKept(column) ? "name-blanks" : "value-blanks");

/** How a column's values are mended; undefined if never. */
export const mendOf = (column: Column, fixes: readonly Fix[]): ((value: string) => string) | undefined => {
  const { rule } = column.value;
  if (isKept(column) || fixes.length === 0) return undefined;
  const isNarrow = rule.kind !== "text" || rule.charset !== undefined || isCode(column.comparison ?? "exact");
  const [trims, widens] = [fixes.includes("trim"), fixes.includes("width") && (isNarrow || column.code === true)];
  if (!trims && !widens) return undefined;
  return (value) => {
    const narrow = widens ? halfWidth(value) : value;
    return trims ? narrow.trim() : narrow;
  };
};

/**
 * What a value of half-width characters is mended to, and by which fixes; undefined where it is so already, or they do
 * not make it one.
 */
export const mendingOf = (value: string): { readonly mended: string; readonly fix: readonly Fix[] } | undefined => {
  const narrow = halfWidth(value);
  const mended = narrow.trim();
  if (mended === value || /[^\x21-\x7e]/.test(mended)) return undefined;
  const fix: readonly Fix[] = mended === narrow ? ["width"] : narrow === value ? ["trim"] : ["trim", "width"];
  return { mended, fix };
};
