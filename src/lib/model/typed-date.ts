import { Failure } from "../errors/index.ts";
import { text } from "../text/index.ts";
import { dayOf, isDay } from "./time.ts";

const DAY = /^(\d{4})[-/](\d{1,2})[-/](\d{1,2})$/;
const INSTANT = /^(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})$/;
const HOUR_MS = 3_600_000;
const SECOND_MS = 1000;
/** no zone is further from UTC; a day and both distances lie within */
const MOST_HOURS_BEHIND = 15;
const MOST_HOURS_AHEAD = 40;

/**
 * What a person typed as a date: a day (`2027-03-01`, `2027/3/1`), which means the last second of it in the zone, or an
 * instant with its offset (`2027-03-01T09:00:00+09:00`).
 *
 * @param timezone an IANA name
 * @returns a UTC instant
 * @throws Failure `usage`, at `where`, when it is neither, or there is no such day
 */
export const readTypedDate = (typed: string, timezone: string, where: string): string => {
  const [, year = "", month = "", date = ""] = DAY.exec(typed) ?? [];
  const day = `${year}-${month.padStart(2, "0")}-${date.padStart(2, "0")}`;
  if (year !== "" && isTypedDay(day)) return endOfDay(day, timezone).toISOString();
  const [, start = ""] = INSTANT.exec(typed) ?? [];
  const instant = Date.parse(typed);
  if (isTypedDay(start) && !Number.isNaN(instant)) return new Date(instant).toISOString();
  throw new Failure("usage", {
    what: text(`${typed} is not a date`, `${typed} は日付ではありません`),
    where,
    hint: text(
      "use a date such as 2027-03-01, or a date and time such as 2027-03-01T09:00:00+09:00",
      "2027-03-01 のような日付か、2027-03-01T09:00:00+09:00 のような日時で指定してください",
    ),
  });
};

/** Whether the calendar has the day; the year 0 cannot be typed. */
const isTypedDay = (day: string): boolean => isDay(day) && !day.startsWith("0000");

/** The last second of a day in a zone: found by halving, since a zone's midnight may not exist or come twice. */
const endOfDay = (day: string, timezone: string): Date => {
  const midnight = Date.parse(`${day}T00:00:00Z`);
  let within = Math.trunc((midnight - MOST_HOURS_BEHIND * HOUR_MS) / SECOND_MS);
  let after = Math.trunc((midnight + MOST_HOURS_AHEAD * HOUR_MS) / SECOND_MS);
  while (after - within > 1) {
    const middle = Math.trunc((within + after) / 2);
    const there = dayOf(new Date(middle * SECOND_MS), timezone);
    // the day after 9999-12-31 has a digit more
    if (there.length > day.length || there > day) after = middle;
    else within = middle;
  }
  return new Date(within * SECOND_MS);
};
