import { Failure } from "../../errors/index.ts";
import { getOffsetMinutes } from "../../model/time.ts";
import { text } from "../../text/index.ts";

/** A time of day in some time zone. */
export interface TimeOfDay {
  /** 0 to 23 */
  readonly hour: number;
  /** 0 to 59 */
  readonly minute: number;
}

const MINUTE_MS = 60_000;
const DAY_MINUTES = 24 * 60;

/** Parses a time of day, such as `09:00`. @throws `usage` if the text is not a time of day */
export function parseTimeOfDay(typed: string): TimeOfDay {
  const [, hour, minute] = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(typed) ?? [];
  if (hour === undefined || minute === undefined) {
    throw new Failure("usage", {
      what: text(`"${typed}" is not a time of day`, `「${typed}」は時刻ではありません`),
      where: "--at",
      hint: text("use HH:MM, from 00:00 to 23:59", "09:00 のように 00:00〜23:59 で指定してください"),
    });
  }
  return { hour: Number(hour), minute: Number(minute) };
}

const toTwoDigits = (value: number): string => String(value).padStart(2, "0");

/** Formats a time of day as `09:00`. */
export const formatTimeOfDay = ({ hour, minute }: TimeOfDay): string => `${toTwoDigits(hour)}:${toTwoDigits(minute)}`;

/** A time of day that was converted to another time zone. */
export interface ZonedTime {
  readonly time: TimeOfDay;
  /** true if the offset between the time zones changes within a year, because of daylight saving time */
  readonly drifts: boolean;
}

/** Converts a clock time from the zone `from` to the zone `to`, with the offsets that apply at `now`. */
export function convertTimeOfDay(
  { hour, minute }: TimeOfDay,
  { from, to, now }: { readonly from: string; readonly to: string; readonly now: Date },
): ZonedTime {
  const difference = (instant: Date): number => getOffsetMinutes(to, instant) - getOffsetMinutes(from, instant);
  const present = difference(now);
  const months = Array.from(
    { length: 12 },
    (_, month) => new Date(now.getTime() + month * 30 * DAY_MINUTES * MINUTE_MS),
  );
  const minutes = (((hour * 60 + minute + present) % DAY_MINUTES) + DAY_MINUTES) % DAY_MINUTES;
  return {
    time: { hour: Math.floor(minutes / 60), minute: minutes % 60 },
    drifts: months.some((instant) => difference(instant) !== present),
  };
}
