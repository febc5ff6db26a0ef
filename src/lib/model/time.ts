import { Failure } from "../errors/index.ts";
import { text } from "../text/index.ts";

export const DEFAULT_TIMEZONE = "Asia/Tokyo";

export const SECOND_MS = 1000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** Keys are time style and time zone. Formatters are cached, because creating a formatter is slow. */
const cachedFormatters = new Map<string, Intl.DateTimeFormat>();

/** Returns a formatter that writes days as `2027-03-01`. */
const getFormatter = (timezone: string, timeStyle?: "medium" | "short"): Intl.DateTimeFormat => {
  const key = `${timeStyle} ${timezone}`;
  const formatter =
    cachedFormatters.get(key) ??
    new Intl.DateTimeFormat("sv-SE", { timeZone: timezone, dateStyle: "short", timeStyle });
  cachedFormatters.set(key, formatter);
  return formatter;
};

/** Offsets in hours. These zones have had no summer time since 1952, and need no Intl formatter (10 ms). */
const FIXED_OFFSET_ZONES = new Map([
  ["Asia/Tokyo", 9],
  ["UTC", 0],
]);
const FIXED_OFFSET_SINCE = Date.UTC(1952, 0, 1);

/** Certificates without an expiry date expire on this day. @see RFC 5280 4.1.2.5 */
const LAST_DAY = "9999-12-31";

/** Returns a day such as `2027-03-01` in an IANA time zone. @param when a Date, or a UTC instant */
export const dayOf = (when: Date | string, timezone: string): string => {
  const instant = new Date(when);
  const hours = FIXED_OFFSET_ZONES.get(timezone);
  if (hours !== undefined && instant.getTime() >= FIXED_OFFSET_SINCE) {
    const [day = ""] = new Date(instant.getTime() + hours * HOUR_MS).toISOString().split("T");
    return day.startsWith("+") ? LAST_DAY : day;
  }
  const day = getFormatter(timezone).format(instant).padStart(LAST_DAY.length, "0");
  return day.length > LAST_DAY.length ? LAST_DAY : day;
};

const DAILY_RUN_TOLERANCE_MS = 10 * MINUTE_MS;

export const countDaysBetween = (from: string, to: string): number =>
  Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS);

/** @param until a UTC instant */
export const countCalendarDays = (now: Date, until: string, timezone: string): number =>
  countDaysBetween(dayOf(now, timezone), dayOf(until, timezone));

/** Returns calendar days; 0 instead of 1 if tomorrow's daily run would be too late. @param expiresAt a UTC instant */
export const countDaysLeft = (expiresAt: string, now: Date, timezone: string): number => {
  const days = countCalendarDays(now, expiresAt, timezone);
  return days === 1 && Date.parse(expiresAt) < now.getTime() + DAY_MS - DAILY_RUN_TOLERANCE_MS ? 0 : days;
};

/** Records of one import have the same moment. */
let lastMoment = { of: "", shown: "" };

export function formatMoment(when: Date | string, timezone: string, to: "minute" | "second" = "second"): string {
  const of = `${to} ${timezone} ${typeof when === "string" ? when : when.getTime()}`;
  if (lastMoment.of === of) return lastMoment.shown;
  const formatter = getFormatter(timezone, to === "second" ? "medium" : "short");
  lastMoment = { of, shown: `${formatter.format(new Date(when))} (${timezone})` };
  return lastMoment.shown;
}

export const formatMinute = (when: Date | string, timezone: string): string =>
  formatMoment(when, timezone, "minute").slice(0, "2027-03-01 14:00".length);

function getOffsetMinutes(timezone: string, instant: Date): number {
  const hours = FIXED_OFFSET_ZONES.get(timezone);
  if (hours !== undefined && instant.getTime() >= FIXED_OFFSET_SINCE) return hours * 60;
  const shown = `${formatMinute(instant, timezone).padStart("2027-03-01 14:00".length, "0").replace(" ", "T")}Z`;
  return Math.round((Date.parse(shown) - Math.floor(instant.getTime() / MINUTE_MS) * MINUTE_MS) / MINUTE_MS);
}

/** Returns local time with the offset of the time zone: `2026-11-24T02:43:10+09:00`. */
export function formatLocalInstant(instant: Date, timezone: string): string {
  const minutes = getOffsetMinutes(timezone, instant);
  const local = new Date(instant.getTime() + minutes * MINUTE_MS).toISOString().slice(0, "2026-11-24T02:43:10".length);
  const offset = new Date(Math.abs(minutes) * MINUTE_MS)
    .toISOString()
    .slice("1970-01-01T".length, "1970-01-01T00:00".length);
  return `${local}${minutes < 0 ? "-" : "+"}${offset}`;
}

export const isCalendarDay = (day: string): boolean => {
  const midnight = new Date(`${day}T00:00:00Z`);
  // `Date` accepts February 30 as a day in March.
  return !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(day);
};

/** Returns a UTC instant. One year after 29 February is 28 February. */
export const addOneYear = (instant: string): string => {
  const year = String(Number(instant.slice(0, 4)) + 1).padStart(4, "0");
  const next = `${year}${instant.slice(4)}`;
  return isCalendarDay(next.slice(0, 10)) ? next : `${year}-02-28${instant.slice(10)}`;
};

/** Returns the canonical IANA name, if it exists. @see https://tc39.es/ecma402/#sec-canonicalizetimezonename */
export const findTimeZone = (typed: string): string | undefined => {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: typed }).resolvedOptions().timeZone;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
};

const DURATION_PATTERN = /^(?<count>\d{1,4})(?<unit>[dw])$/;

/** Parses `90d` or `12w`. Returns undefined if the text is not a number of days or weeks. */
export const parseDurationDays = (typed: string): number | undefined => {
  const { count, unit } = DURATION_PATTERN.exec(typed)?.groups ?? {};
  return count === undefined ? undefined : Number(count) * (unit === "w" ? 7 : 1);
};

const DAY_PATTERN = /^(\d{4})[-/](\d{1,2})[-/](\d{1,2})$/;
const JAPANESE_DAY_PATTERN = /^(\d{4})年(\d{1,2})月(\d{1,2})日$/;
const INSTANT_PATTERN = /^(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})$/;
const SEARCH_START_HOURS = 15;
const SEARCH_END_HOURS = 40;

export type TypedDate = { readonly day: string } | { readonly instant: string };

/** Parses an existing day (`2027-03-01`, `2027/3/1`, `2027年3月1日`) or an instant with an offset (`2027-03-01T09:00:00+09:00`). */
export const parseTypedDate = (typed: string): TypedDate | undefined => {
  const [, year = "", month = "", date = ""] = DAY_PATTERN.exec(typed) ?? JAPANESE_DAY_PATTERN.exec(typed) ?? [];
  const day = `${year}-${month.padStart(2, "0")}-${date.padStart(2, "0")}`;
  if (year !== "" && isValidTypedDay(day)) return { day };
  const [, start = ""] = INSTANT_PATTERN.exec(typed) ?? [];
  const instant = Date.parse(typed);
  return isValidTypedDay(start) && !Number.isNaN(instant) ? { instant: new Date(instant).toISOString() } : undefined;
};

export const toDay = (date: TypedDate, timezone: string): string =>
  "day" in date ? date.day : dayOf(date.instant, timezone);

export const toUtcInstant = (date: TypedDate, timezone: string): string =>
  "instant" in date ? date.instant : findEndOfDay(date.day, timezone).toISOString();

/** Returns the present time for today, and the end of the day for an earlier day. @throws `usage` */
export function resolvePastInstant(
  date: TypedDate,
  { now, timezone, where }: { readonly now: Date; readonly timezone: string; readonly where: string },
): string {
  const at = toUtcInstant(date, timezone);
  if (Date.parse(at) <= now.getTime()) return at;
  if ("day" in date && date.day === dayOf(now, timezone)) return now.toISOString();
  const shown = "day" in date ? date.day : formatMoment(date.instant, timezone);
  throw new Failure("usage", { what: text(`${shown} is in the future`, `${shown} は未来の日付です`), where });
}

const isValidTypedDay = (day: string): boolean => isCalendarDay(day) && !day.startsWith("0000");

/** Finds the last second by bisection, because a zone's midnight may not exist or may occur twice. */
const findEndOfDay = (day: string, timezone: string): Date => {
  // `dayOf` returns LAST_DAY for every later instant, so the search below would not find its end
  if (day === LAST_DAY) return new Date(findEndOfDay("9999-12-30", timezone).getTime() + DAY_MS);
  const midnight = Date.parse(`${day}T00:00:00Z`);
  let within = Math.trunc((midnight - SEARCH_START_HOURS * HOUR_MS) / SECOND_MS);
  let after = Math.trunc((midnight + SEARCH_END_HOURS * HOUR_MS) / SECOND_MS);
  while (after - within > 1) {
    const middle = Math.trunc((within + after) / 2);
    if (dayOf(new Date(middle * SECOND_MS), timezone) > day) after = middle;
    else within = middle;
  }
  return new Date(within * SECOND_MS);
};
