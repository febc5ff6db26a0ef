import { Failure } from "../errors/index.ts";
import { text } from "../text/index.ts";
import { dayOf, isCalendarDay, LAST_DAY, formatMoment } from "./time.ts";

const DAY_PATTERN = /^(\d{4})[-/](\d{1,2})[-/](\d{1,2})$/;
const INSTANT_PATTERN = /^(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})$/;
const HOUR_MS = 3_600_000;
const SECOND_MS = 1000;
const DAY_MS = 24 * HOUR_MS;
/**
 * The end of a day is searched for from this many hours before midnight UTC to {@link SEARCH_END_HOURS} after it. No
 * time zone has a larger offset.
 */
const SEARCH_START_HOURS = 15;
const SEARCH_END_HOURS = 40;

/** A date typed by a person: a calendar day (`2027-03-01`), or a UTC instant. */
export type TypedDate = { readonly day: string } | { readonly instant: string };

/**
 * Parses a day (`2027-03-01`, `2027/3/1`) or an instant with its offset (`2027-03-01T09:00:00+09:00`).
 *
 * @returns undefined if the text is neither, or if the day does not exist
 */
export const parseTypedDate = (typed: string): TypedDate | undefined => {
  const [, year = "", month = "", date = ""] = DAY_PATTERN.exec(typed) ?? [];
  const day = `${year}-${month.padStart(2, "0")}-${date.padStart(2, "0")}`;
  if (year !== "" && isValidTypedDay(day)) return { day };
  const [, start = ""] = INSTANT_PATTERN.exec(typed) ?? [];
  const instant = Date.parse(typed);
  return isValidTypedDay(start) && !Number.isNaN(instant) ? { instant: new Date(instant).toISOString() } : undefined;
};

/**
 * Returns the UTC instant of a typed date. For a day, it is the last second of that day in the time zone.
 *
 * @param timezone an IANA name
 */
export const toUtcInstant = (date: TypedDate, timezone: string): string =>
  "instant" in date ? date.instant : findEndOfDay(date.day, timezone).toISOString();

/**
 * Returns the time at which something was done. For a past day, it is the end of that day; for today, it is the current
 * time.
 *
 * @returns a UTC instant
 * @throws Failure `usage` if the time is in the future
 */
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

/** Returns the last second of a day, by bisection, because a zone's midnight may not exist or may occur twice. */
const findEndOfDay = (day: string, timezone: string): Date => {
  // all later instants count as the last day, so a search would not find its end
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
