import { isCalendarDay } from "../../model/time.ts";

/** Returns UTC without milliseconds. @throws RangeError if the date is invalid */
export const formatInstant = (date: Date): string => `${date.toISOString().slice(0, -5)}Z`;

const INSTANT_PATTERN = /^(?<day>\d{4}-\d{2}-\d{2})T(?<time>\d{2}:\d{2}:\d{2})(?:\.\d+)?(?<zone>Z|[+-]\d{2}:?\d{2})$/;

const MAX_INSTANT_MS = Date.parse("9999-12-31T23:59:59Z");

/** Reads a date of Apple's tokens, such as `2030-11-08T22:33:22+0000`. Returns UTC; undefined if invalid. */
export function parseInstant(written: string): string | undefined {
  const { day = "", time = "", zone = "" } = INSTANT_PATTERN.exec(written)?.groups ?? {};
  if (day === "" || !isCalendarDay(day)) return undefined;
  const offset = zone === "Z" ? zone : `${zone.slice(0, 3)}:${zone.slice(-2)}`;
  const date = new Date(`${day}T${time}${offset}`);
  return Number.isNaN(date.getTime()) || date.getTime() > MAX_INSTANT_MS ? undefined : formatInstant(date);
}
