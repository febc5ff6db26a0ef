import type { Level } from "./level.ts";

/** Number of calendar months that a timeline shows, starting with the current month. */
export const TIMELINE_MONTHS = 15;

/** A calendar month; January is 1. */
export interface Month {
  readonly year: number;
  readonly month: number;
}

/** Formats a month as `2028-01`; returns an empty string if there is no month. */
export const formatMonth = (month: Month | undefined): string =>
  month === undefined ? "" : `${month.year}-${String(month.month).padStart(2, "0")}`;

/** An item on a timeline. */
export interface TimelineItem {
  readonly id: string;
  /** name of the item, a value from outside */
  readonly label: string;
  /** `2027-03-01`; null if the date is not known */
  readonly day: string | null;
  readonly level: Level;
  readonly isEstimated: boolean;
}

/**
 * Position of an item on a timeline: before it (expired or undated), after it, or within it. A position within it is
 * given in months from the start of the timeline, up to the middle of the day: 14.5 is the middle of the last month.
 */
export type TimelinePosition =
  | { readonly side: "expired" | "undated" | "later" }
  | { readonly side: "within"; readonly months: number };

/** A period of {@link TIMELINE_MONTHS} months, which starts on the first day of the current month. */
export class Timeline {
  readonly months: readonly Month[];
  /** position of today, in months from the start */
  readonly today: number;
  readonly #first: number;

  /** @param today date such as `2027-03-01` */
  constructor(today: string) {
    this.#first = countMonths(today);
    this.months = Array.from({ length: TIMELINE_MONTHS }, (_, index) => ({
      year: Math.trunc((this.#first + index) / 12),
      month: ((this.#first + index) % 12) + 1,
    }));
    this.today = this.at(today);
  }

  /** Returns the position of a day (`2027-03-01`) in months from the start; it may be below 0 or after the end. */
  at(day: string): number {
    const month = countMonths(day);
    const days = new Date(Date.UTC(Math.trunc(month / 12), (month % 12) + 1, 0)).getUTCDate();
    return month - this.#first + (Number(day.slice(8)) - 0.5) / days;
  }

  /** Returns the position of an item. An expired item is before the timeline, whatever its date. */
  place({ day, level }: Pick<TimelineItem, "day" | "level">): TimelinePosition {
    if (day === null) return { side: "undated" };
    if (level === "expired") return { side: "expired" };
    const months = this.at(day);
    return months < TIMELINE_MONTHS ? { side: "within", months } : { side: "later" };
  }
}

/** Returns the number of months since the year 0. */
const countMonths = (day: string): number => Number(day.slice(0, 4)) * 12 + Number(day.slice(5, 7)) - 1;
