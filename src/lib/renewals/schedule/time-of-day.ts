import { Failure } from "../../errors/index.ts";
import { offsetMinutes } from "../../model/time.ts";
import { text } from "../../text/index.ts";

/** A time on the clock, in some zone. */
export interface TimeOfDay {
  /** 0 to 23 */
  readonly hour: number;
  /** 0 to 59 */
  readonly minute: number;
}

const MINUTE_MS = 60_000;
const DAY_MINUTES = 24 * 60;

/** Parses a time of day, `09:00`. @throws `usage` when it is not one */
export function parseTimeOfDay(typed: string): TimeOfDay {
  const [, hour, minute] = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(typed) ?? [];
  if (hour === undefined || minute === undefined) {
    throw new Failure("usage", {
      what: text(`${typed} is not a time of day`, `「${typed}」は時刻ではありません`),
      where: "--at",
      hint: text("use HH:MM, from 00:00 to 23:59", "09:00 のように 00:00〜23:59 で指定してください"),
    });
  }
  return { hour: Number(hour), minute: Number(minute) };
}

const twoDigits = (value: number): string => String(value).padStart(2, "0");

/** `09:00` */
export const formatTimeOfDay = ({ hour, minute }: TimeOfDay): string => `${twoDigits(hour)}:${twoDigits(minute)}`;

/** A time as another zone's clock shows it. */
export interface ZonedTime {
  readonly time: TimeOfDay;
  /** the clocks' difference changes within a year, as summer time comes and goes */
  readonly drifts: boolean;
}

/** What the clock of `to` shows when that of `from` shows `time`, as things are at `now`. */
export function convert(
  { hour, minute }: TimeOfDay,
  { from, to, now }: { readonly from: string; readonly to: string; readonly now: Date },
): ZonedTime {
  const difference = (instant: Date): number => offsetMinutes(to, instant) - offsetMinutes(from, instant);
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
