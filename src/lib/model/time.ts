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

/** more than 9999 of them is a mistake */
const DURATION = /^(?<count>\d{1,4})(?<unit>[dw])$/;

/** The days of a duration as it is typed: `90d`, `12w`; undefined where it is neither days nor weeks. */
export const daysOf = (typed: string): number | undefined => {
  const { count, unit } = DURATION.exec(typed)?.groups ?? {};
  return count === undefined ? undefined : Number(count) * (unit === "w" ? 7 : 1);
};
