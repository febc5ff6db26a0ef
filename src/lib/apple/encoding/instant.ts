import { isDay } from "../../model/time.ts";

/** An instant as an expiry is kept: UTC, to the second. @throws RangeError when it is not a date */
export const instantOf = (date: Date): string => `${date.toISOString().slice(0, -5)}Z`;

const WRITTEN = /^(?<day>\d{4}-\d{2}-\d{2})T(?<time>\d{2}:\d{2}:\d{2})(?:\.\d+)?(?<zone>Z|[+-]\d{2}:?\d{2})$/;

/** What comes later has a year of five digits in UTC. */
const LAST = Date.parse("9999-12-31T23:59:59Z");

/**
 * A date with time and zone as Apple's tokens have it: `2030-11-08T22:33:22+0000`, `…Z`. Parts of a second are left
 * out.
 *
 * @returns a UTC instant; undefined where it is invalid, such as the 30th of February
 */
export function instantOfText(written: string): string | undefined {
  const { day = "", time = "", zone = "" } = WRITTEN.exec(written)?.groups ?? {};
  if (day === "" || !isDay(day)) return undefined;
  const offset = zone === "Z" ? zone : `${zone.slice(0, 3)}:${zone.slice(-2)}`;
  const date = new Date(`${day}T${time}${offset}`);
  return Number.isNaN(date.getTime()) || date.getTime() > LAST ? undefined : instantOf(date);
}
