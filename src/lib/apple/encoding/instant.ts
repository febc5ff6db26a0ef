import { instantOf } from "../renewable.ts";

const WRITTEN = /^(?<day>\d{4}-\d{2}-\d{2})T(?<time>\d{2}:\d{2}:\d{2})(?:\.\d+)?(?<zone>Z|[+-]\d{2}:?\d{2})$/;

/** What comes later has a year of five digits in UTC. */
const LAST = Date.parse("9999-12-31T23:59:59Z");

/**
 * A date with time and zone as Apple's tokens have it: `2030-11-08T22:33:22+0000`, `…Z`. Parts of a second are left
 * out.
 *
 * @returns a UTC instant; undefined where it is none, as on the 30th of February
 */
export function instantOfText(written: string): string | undefined {
  const { day = "", time = "", zone = "" } = WRITTEN.exec(written)?.groups ?? {};
  if (day === "" || !isDay(day)) return undefined;
  const offset = zone === "Z" ? zone : `${zone.slice(0, 3)}:${zone.slice(-2)}`;
  const date = new Date(`${day}T${time}${offset}`);
  return Number.isNaN(date.getTime()) || date.getTime() > LAST ? undefined : instantOf(date);
}

/** The same moment a year later; the 28th for the 29th of February. */
export function yearAfter(instant: string): string {
  const year = String(Number(instant.slice(0, 4)) + 1).padStart(4, "0");
  const next = `${year}${instant.slice(4)}`;
  return isDay(next.slice(0, 10)) ? next : `${year}-02-28${instant.slice(10)}`;
}

/** Date takes the 30th of February for the 1st of March. */
function isDay(day: string): boolean {
  const date = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day);
}
