const DAY_MS = 86_400_000;

/** One formatter a zone: making one costs more than all its uses. */
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

const HOUR_MS = 3_600_000;

/** Hours east of Greenwich, of zones without summer time since 1952: Intl takes 10 ms for its first formatter. */
const STEADY_ZONES = new Map([
  ["Asia/Tokyo", 9],
  ["UTC", 0],
]);
const STEADY_SINCE = Date.UTC(1952, 0, 1);

/** The calendar day of an instant in a zone, as `2027-03-01`. */
export const dayOf = (instant: Date, timezone: string): string => {
  const hours = STEADY_ZONES.get(timezone);
  if (hours !== undefined && instant.getTime() >= STEADY_SINCE) {
    return new Date(instant.getTime() + hours * HOUR_MS).toISOString().replace(/T.*/, "");
  }
  const parts = new Map(
    formatterOf(timezone)
      .formatToParts(instant)
      .map(({ type, value }) => [type, value]),
  );
  const year = parts.get("year") ?? "";
  // the last instant of 9999, which certificates without an end carry, lies in 10000 east of Greenwich
  return `${year.length > 4 ? `+${year.padStart(6, "0")}` : year.padStart(4, "0")}-${parts.get("month")}-${parts.get("day")}`;
};

/**
 * Calendar days from today to the day of an expiry, both in the zone; 0 on the day itself, negative afterwards.
 *
 * @param expiresAt a UTC instant
 * @param timezone an IANA name; never the process's own
 */
export const daysLeft = (expiresAt: string, now: Date, timezone: string): number =>
  Math.round((Date.parse(dayOf(new Date(expiresAt), timezone)) - Date.parse(dayOf(now, timezone))) / DAY_MS);
