import { Failure } from "../errors/index.ts";
import { text } from "../text/index.ts";
import { dayOf, isDay, LAST_DAY, momentIn } from "./time.ts";

const DAY = /^(\d{4})[-/](\d{1,2})[-/](\d{1,2})$/;
const INSTANT = /^(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})$/;
const HOUR_MS = 3_600_000;
const SECOND_MS = 1000;
const DAY_MS = 24 * HOUR_MS;
/** bounds in the search for a day's end: no zone is further from UTC */
const MAX_HOURS_BEHIND = 15;
const MAX_HOURS_AHEAD = 40;

/** A date typed by a person: a calendar day (`2027-03-01`), or a UTC instant. */
export type TypedDate = { readonly day: string } | { readonly instant: string };

/**
 * Reads a day (`2027-03-01`, `2027/3/1`) or an instant with its offset (`2027-03-01T09:00:00+09:00`).
 *
 * @returns undefined when it is neither, or there is no such day
 */
export const parseTypedDate = (typed: string): TypedDate | undefined => {
  const [, year = "", month = "", date = ""] = DAY.exec(typed) ?? [];
  const day = `${year}-${month.padStart(2, "0")}-${date.padStart(2, "0")}`;
  if (year !== "" && isTypedDay(day)) return { day };
  const [, start = ""] = INSTANT.exec(typed) ?? [];
  const instant = Date.parse(typed);
  return isTypedDay(start) && !Number.isNaN(instant) ? { instant: new Date(instant).toISOString() } : undefined;
};

/**
 * The UTC instant of a typed date: for a day, its last second in the zone.
 *
 * @param timezone an IANA name
 */
export const instantOf = (date: TypedDate, timezone: string): string =>
  "instant" in date ? date.instant : endOfDay(date.day, timezone).toISOString();

/**
 * When something was done: the end of a day, which is this moment where the day is today.
 *
 * @returns a UTC instant
 * @throws Failure `usage` when it is in the future
 */
export function pastInstant(
  date: TypedDate,
  { now, timezone, where }: { readonly now: Date; readonly timezone: string; readonly where: string },
): string {
  const at = instantOf(date, timezone);
  if (Date.parse(at) <= now.getTime()) return at;
  if ("day" in date && date.day === dayOf(now, timezone)) return now.toISOString();
  const shown = "day" in date ? date.day : momentIn(date.instant, timezone);
  throw new Failure("usage", { what: text(`${shown} is in the future`, `${shown} は未来の日付です`), where });
}

/** Whether the day exists in the calendar; the year 0 cannot be typed. */
const isTypedDay = (day: string): boolean => isDay(day) && !day.startsWith("0000");

/** The last second of a day in a zone: found by bisection, since a zone's midnight may not exist or may occur twice. */
const endOfDay = (day: string, timezone: string): Date => {
  // all that follows the last day counts as that day
  if (day === LAST_DAY) return new Date(endOfDay("9999-12-30", timezone).getTime() + DAY_MS);
  const midnight = Date.parse(`${day}T00:00:00Z`);
  let within = Math.trunc((midnight - MAX_HOURS_BEHIND * HOUR_MS) / SECOND_MS);
  let after = Math.trunc((midnight + MAX_HOURS_AHEAD * HOUR_MS) / SECOND_MS);
  while (after - within > 1) {
    const middle = Math.trunc((within + after) / 2);
    if (dayOf(new Date(middle * SECOND_MS), timezone) > day) after = middle;
    else within = middle;
  }
  return new Date(within * SECOND_MS);
};
