const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** One formatter per zone, and per way to write its times: creating one costs more than all its uses. */
const formatters = new Map<string, Intl.DateTimeFormat>();

const formatterOf = (timezone: string): Intl.DateTimeFormat => {
  const known = formatters.get(timezone);
  if (known !== undefined) return known;
  const formatter = new Intl.DateTimeFormat("en-CA", {
    timeZone: timezone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
  });
  formatters.set(timezone, formatter);
  return formatter;
};

/** Offsets from UTC in hours, of zones without summer time since 1952: Intl takes 10 ms for its first formatter. */
const STEADY_ZONES = new Map([
  ["Asia/Tokyo", 9],
  ["UTC", 0],
]);
const STEADY_SINCE = Date.UTC(1952, 0, 1);

/** The last day there is: what has no well-defined expiry ends on it in every zone. @see RFC 5280 4.1.2.5 */
export const LAST_DAY = "9999-12-31";

/**
 * The calendar day of an instant in a zone, as `2027-03-01`.
 *
 * @param when a moment, or a UTC instant in ISO 8601
 * @param timezone an IANA name
 */
export const dayOf = (when: Date | string, timezone: string): string => {
  const instant = new Date(when);
  const hours = STEADY_ZONES.get(timezone);
  if (hours !== undefined && instant.getTime() >= STEADY_SINCE) {
    const [day = ""] = new Date(instant.getTime() + hours * HOUR_MS).toISOString().split("T");
    return day.startsWith("+") ? LAST_DAY : day;
  }
  const parts = new Map(
    formatterOf(timezone)
      .formatToParts(instant)
      .map(({ type, value }) => [type, value]),
  );
  const year = parts.get("year") ?? "";
  return year.length > 4 ? LAST_DAY : `${year.padStart(4, "0")}-${parts.get("month")}-${parts.get("day")}`;
};

/**
 * Calendar days from today to the day of an expiry, both in the zone; 0 on the day itself, negative afterwards.
 *
 * @param expiresAt a UTC instant
 * @param timezone an IANA name; never the process's own
 */
export const daysLeft = (expiresAt: string, now: Date, timezone: string): number =>
  Math.round((Date.parse(dayOf(expiresAt, timezone)) - Date.parse(dayOf(now, timezone))) / DAY_MS);

/**
 * An instant for people: day and time in their zone, as `2027-03-01 14:00:00 (Asia/Tokyo)`.
 *
 * @param to precision of the time
 */
export function momentIn(when: Date | string, timezone: string, to: "minute" | "second" = "second"): string {
  const timeStyle = to === "second" ? "medium" : "short";
  const key = `${timeStyle} ${timezone}`;
  const shown =
    formatters.get(key) ?? new Intl.DateTimeFormat("sv-SE", { timeZone: timezone, dateStyle: "short", timeStyle });
  formatters.set(key, shown);
  return `${shown.format(new Date(when))} (${timezone})`;
}

/** An instant in a column of times: `2027-03-01 14:00`. */
export const minuteIn = (when: Date | string, timezone: string): string =>
  momentIn(when, timezone, "minute").slice(0, "2027-03-01 14:00".length);

/** How far a zone's clock is ahead of UTC at an instant, in minutes. */
export function offsetMinutes(timezone: string, instant: Date): number {
  const hours = STEADY_ZONES.get(timezone);
  if (hours !== undefined && instant.getTime() >= STEADY_SINCE) return hours * 60;
  const shown = `${minuteIn(instant, timezone).padStart("2027-03-01 14:00".length, "0").replace(" ", "T")}Z`;
  return Math.round((Date.parse(shown) - Math.floor(instant.getTime() / MINUTE_MS) * MINUTE_MS) / MINUTE_MS);
}

/** An instant as a zone's clock shows it, with its offset, for logs: `2026-11-24T02:43:10+09:00`. */
export function localInstant(instant: Date, timezone: string): string {
  const minutes = offsetMinutes(timezone, instant);
  const local = new Date(instant.getTime() + minutes * MINUTE_MS).toISOString().slice(0, "2026-11-24T02:43:10".length);
  const offset = new Date(Math.abs(minutes) * MINUTE_MS)
    .toISOString()
    .slice("1970-01-01T".length, "1970-01-01T00:00".length);
  return `${local}${minutes < 0 ? "-" : "+"}${offset}`;
}

/** Whether the day exists in the calendar: `2027-02-28` yes, `2027-02-30` no. */
export const isDay = (day: string): boolean => {
  const midnight = new Date(`${day}T00:00:00Z`);
  // Date turns February 30 into March 1
  return !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(day);
};

/** The same time a year later, in UTC; a year from 29 February ends on the 28th. */
export const yearAfter = (instant: string): string => yearsOn(instant, 1);

/** The same time a year earlier, in UTC: what {@link yearAfter} was told, but for 29 February. */
export const yearBefore = (instant: string): string => yearsOn(instant, -1);

const yearsOn = (instant: string, years: number): string => {
  const year = String(Number(instant.slice(0, 4)) + years).padStart(4, "0");
  const next = `${year}${instant.slice(4)}`;
  return isDay(next.slice(0, 10)) ? next : `${year}-02-28${instant.slice(10)}`;
};

/**
 * The canonical IANA name of a time zone; undefined if there is no such zone.
 *
 * @see https://tc39.es/ecma402/#sec-canonicalizetimezonename
 */
export const zoneNamed = (typed: string): string | undefined => {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: typed }).resolvedOptions().timeZone;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
};

/** more than four digits are a mistake */
const DURATION = /^(?<count>\d{1,4})(?<unit>[dw])$/;

/** The number of days in a typed duration: `90d`, `12w`; undefined if it is neither days nor weeks. */
export const daysOf = (typed: string): number | undefined => {
  const { count, unit } = DURATION.exec(typed)?.groups ?? {};
  return count === undefined ? undefined : Number(count) * (unit === "w" ? 7 : 1);
};
