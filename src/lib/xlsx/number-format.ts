import numfmt from "numfmt";

export type NumberFault = "cell-format" | "cell-digits" | "cell-exponent";

export type FormattedNumber = { readonly text: string } | { readonly code: NumberFault; readonly text: string };

export interface CellFormat {
  readonly pattern: string;
  readonly number: (value: number) => FormattedNumber;
  readonly text: ((value: string) => string) | undefined;
}

/** Number formats of Japanese Excel. @see ECMA-376 part 1, 18.8.30, `ja-jp` */
const JAPANESE_FORMATS: ReadonlyMap<number, string> = new Map([
  ...[27, 28, 29, 30, 31, 34, 35, 36, 50, 51, 52, 53, 54, 55, 56, 57, 58].map((id) => [id, "yyyy/mm/dd"] as const),
  [32, 'h"時"mm"分"'],
  [33, 'h"時"mm"分"ss"秒"'],
]);

const LAST_BUILT_IN_ID = 49;

export const getBuiltInPattern = (id: number): string | undefined => {
  const japanese = JAPANESE_FORMATS.get(id);
  if (japanese !== undefined) return japanese;
  return id <= LAST_BUILT_IN_ID ? numfmt.getFormatFromId(id) : undefined;
};

const MIN_INEXACT_NUMBER = 1e15;
const MIN_CODE_NUMBER = 1e11;
/** Maximum number of significant digits that Excel shows in the General format. */
const MAX_EXPONENT_DIGITS = 11;

const GROUPED_DIGITS = /^\d{1,3}(?:,\d{3})+$/;

const isLongCode = (value: number, shown: string, hasExponent: boolean): boolean => {
  if (!Number.isInteger(value) || value < MIN_CODE_NUMBER || value >= MIN_INEXACT_NUMBER) return false;
  return hasExponent ? String(value).replace(/0+$/, "").length > MAX_EXPONENT_DIGITS : GROUPED_DIGITS.test(shown);
};
const DAYS_BEFORE_1904 = 1462;
const DAY_AFTER_LAST = 2_958_466;
const NONEXISTENT_LEAP_DAY = 60;
const SECONDS_PER_DAY = 86_400;

/** Returns `YYYY/MM/DD`, followed by the time unless the time is midnight; undefined if the number is not a date. */
function formatSerialDate(serial: number, type: "date" | "datetime"): FormattedNumber | undefined {
  const rounded = type === "date" ? Math.floor(serial) : Math.round(serial * SECONDS_PER_DAY) / SECONDS_PER_DAY;
  const day = Math.floor(rounded);
  if (day < 1 || day >= DAY_AFTER_LAST || day === NONEXISTENT_LEAP_DAY) return undefined;
  const [year, ...parts] = numfmt.dateFromSerial(rounded);
  const [month, date, hours, minutes, seconds] = parts.map((part) => String(part).padStart(2, "0"));
  const written = `${String(year)}/${month}/${date}`;
  return { text: rounded === day ? written : `${written} ${hours}:${minutes}:${seconds}` };
}

/** Dates become `YYYY/MM/DD`: Excel's form depends on the computer's language. @param date1904 counts from 1904 */
export function createCellFormat(pattern: string | undefined, date1904: boolean): CellFormat {
  if (pattern === undefined || !numfmt.isValidFormat(pattern)) {
    return { pattern: pattern ?? "?", number: toUnreadableNumber, text: undefined };
  }
  const { type } = numfmt.getFormatInfo(pattern);
  const isGeneral = /^general$/i.test(pattern);
  const inFormat = (value: number | string): string =>
    numfmt.format(pattern, value, { throws: true, nbsp: false, locale: "ja" }).trim();
  const number = (value: number): FormattedNumber => {
    if (type === "date" || type === "datetime")
      return formatSerialDate(date1904 ? value + DAYS_BEFORE_1904 : value, type) ?? toUnreadableNumber(value);
    // Excel shows a long number in the General format with an exponent, although the cell contains all digits.
    if (isGeneral && Number.isInteger(value) && Math.abs(value) < MIN_INEXACT_NUMBER) return { text: String(value) };
    if (Math.abs(value) >= MIN_INEXACT_NUMBER) return { code: "cell-digits", text: String(value) };
    const shown = inFormat(value);
    if (shown === "") return toUnreadableNumber(value);
    const hasExponent = type === "scientific" || (type === "general" && /\dE[+-]\d/.test(shown));
    if (isLongCode(value, shown, hasExponent)) return { text: String(value) };
    return hasExponent ? { code: "cell-exponent", text: shown } : { text: shown };
  };
  return { pattern, number, text: pattern !== "@" && pattern.includes("@") ? inFormat : undefined };
}

const toUnreadableNumber = (value: number): FormattedNumber => ({ code: "cell-format", text: String(value) });
