import numfmt from "numfmt";

/** What is wrong with a number that cannot be read as Excel shows it. */
export type NumberFault = "cell-format" | "cell-digits" | "cell-exponent";

/** A number as Excel shows it, or why that is not its value. */
export type FormattedNumber = { readonly text: string } | { readonly code: NumberFault; readonly text: string };

/** Shows the numbers, and the text, of cells of one style. */
export interface CellFormat {
  readonly pattern: string;
  readonly number: (value: number) => FormattedNumber;
  /** undefined: as it is */
  readonly text: ((value: string) => string) | undefined;
}

/**
 * Formats that Excel has by number for Japanese, beyond those in the standard.
 *
 * @see ECMA-376 part 1, 18.8.30, `ja-jp`
 */
const JAPANESE: ReadonlyMap<number, string> = new Map([
  ...[27, 28, 29, 30, 31, 34, 35, 36, 50, 51, 52, 53, 54, 55, 56, 57, 58].map((id) => [id, "yyyy/mm/dd"] as const),
  [32, 'h"時"mm"分"'],
  [33, 'h"時"mm"分"ss"秒"'],
]);

const LAST_BUILT_IN = 49;

/** The pattern of a number format that a workbook does not define itself; undefined if there is none. */
export const builtInPattern = (id: number): string | undefined => {
  const japanese = JAPANESE.get(id);
  if (japanese !== undefined) return japanese;
  return id <= LAST_BUILT_IN ? numfmt.getFormatFromId(id) : undefined;
};

/** Excel keeps this many digits of a number. */
const FIRST_LOST = 1e15;
/** The first number of twelve digits, as IMEIs have and amounts do not. */
const FIRST_CODE = 1e11;
/** Digits that Excel shows of a number with an exponent; it keeps no more of one that it reads in a CSV file. */
const MAX_ROUNDED_DIGITS = 11;

const GROUPED = /^\d{1,3}(?:,\d{3})+$/;

/** Returns whether a number is a code with all its digits, though its format groups them or shows an exponent. */
const isWholeCode = (value: number, shown: string, hasExponent: boolean): boolean => {
  if (!Number.isInteger(value) || value < FIRST_CODE || value >= FIRST_LOST) return false;
  return hasExponent ? String(value).replace(/0+$/, "").length > MAX_ROUNDED_DIGITS : GROUPED.test(shown);
};
/** Days from 1900-01-00 to 1904-01-01. */
const DAYS_1904 = 1462;
/** The day after 9999-12-31; and 1900-02-29, which there was not. */
const AFTER_LAST_DAY = 2_958_466;
const NO_SUCH_DAY = 60;
const DAY_SECONDS = 86_400;

/** A serial number as `YYYY/MM/DD`, with a time if it has one that is shown; undefined if it is no date. */
function dateOf(serial: number, type: "date" | "datetime"): FormattedNumber | undefined {
  const rounded = type === "date" ? Math.floor(serial) : Math.round(serial * DAY_SECONDS) / DAY_SECONDS;
  const day = Math.floor(rounded);
  if (day < 1 || day >= AFTER_LAST_DAY || day === NO_SUCH_DAY) return undefined;
  const [year, ...parts] = numfmt.dateFromSerial(rounded);
  const [month, date, hours, minutes, seconds] = parts.map((part) => String(part).padStart(2, "0"));
  const written = `${String(year)}/${month}/${date}`;
  return { text: rounded === day ? written : `${written} ${hours}:${minutes}:${seconds}` };
}

/**
 * How cells with a number format are shown. Dates are always `YYYY/MM/DD`, as the forms of dates that Excel offers
 * differ by the language of the machine.
 *
 * @param pattern undefined: the workbook names a format that it does not have
 * @param date1904 the workbook counts days from 1904
 */
export function cellFormat(pattern: string | undefined, date1904: boolean): CellFormat {
  if (pattern === undefined || !numfmt.isValidFormat(pattern)) {
    return { pattern: pattern ?? "?", number: unreadable, text: undefined };
  }
  const { type } = numfmt.getFormatInfo(pattern);
  const isGeneral = /^general$/i.test(pattern);
  const inFormat = (value: number | string): string =>
    numfmt.format(pattern, value, { throws: true, nbsp: false, locale: "ja" }).trim();
  const number = (value: number): FormattedNumber => {
    if (type === "date" || type === "datetime")
      return dateOf(date1904 ? value + DAYS_1904 : value, type) ?? unreadable(value);
    // Excel shows long ones with an exponent, though it has all digits; a text with an exponent gets another format
    if (isGeneral && Number.isInteger(value) && Math.abs(value) < FIRST_LOST) return { text: String(value) };
    if (Math.abs(value) >= FIRST_LOST) return { code: "cell-digits", text: String(value) };
    const shown = inFormat(value);
    if (shown === "") return unreadable(value);
    const hasExponent = type === "scientific" || (type === "general" && /\dE[+-]\d/.test(shown));
    if (isWholeCode(value, shown, hasExponent)) return { text: String(value) };
    return hasExponent ? { code: "cell-exponent", text: shown } : { text: shown };
  };
  return { pattern, number, text: pattern !== "@" && pattern.includes("@") ? inFormat : undefined };
}

const unreadable = (value: number): FormattedNumber => ({ code: "cell-format", text: String(value) });
