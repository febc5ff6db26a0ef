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
