/**
 * The name a time zone has in the IANA database; undefined where there is no such zone.
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

/** An instant for people: day and time to the second in their zone, as `2027-03-01 14:00:00 (Asia/Tokyo)`. */
export function momentIn(instant: string, timezone = "Asia/Tokyo"): string {
  const shown = new Intl.DateTimeFormat("sv-SE", { timeZone: timezone, dateStyle: "short", timeStyle: "medium" });
  return `${shown.format(new Date(instant))} (${timezone})`;
}
