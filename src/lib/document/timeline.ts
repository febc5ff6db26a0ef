import type { Level } from "./level.ts";

/** How many calendar months a time line shows, this one the first. */
export const TIMELINE_MONTHS = 15;

/** A calendar month; January is 1. */
export interface Month {
  readonly year: number;
  readonly month: number;
}

/** `2028-01`; nothing where there is no month. */
export const monthName = (month: Month | undefined): string =>
  month === undefined ? "" : `${month.year}-${String(month.month).padStart(2, "0")}`;

/** A thing on a time line. */
export interface Mark {
  readonly id: string;
  /** a value from outside */
  readonly label: string;
  /** `2027-03-01`; null where no date is known */
  readonly day: string | null;
  readonly level: Level;
  readonly isEstimated: boolean;
}

/**
 * Where something stands on a time line: left of it, expired or without a date; right of it; or between, in months from
 * its start, a fraction by the middle of the day: 14.5 is the middle of the last month.
 */
export type TimelinePosition =
  | { readonly side: "expired" | "undated" | "later" }
  | { readonly side: "within"; readonly months: number };

/** {@link TIMELINE_MONTHS} months, from the first day of the present one. */
export class Timeline {
  readonly months: readonly Month[];
  /** the present day's place, in months from the start */
  readonly today: number;
  readonly #first: number;

  /** @param today such as `2027-03-01` */
  constructor(today: string) {
    this.#first = countMonths(today);
    this.months = Array.from({ length: TIMELINE_MONTHS }, (_, index) => ({
      year: Math.trunc((this.#first + index) / 12),
      month: ((this.#first + index) % 12) + 1,
    }));
    this.today = this.at(today);
  }

  /** The place of a day (`2027-03-01`), in months from the start, below 0 or above the end too. */
  at(day: string): number {
    const month = countMonths(day);
    const days = new Date(Date.UTC(Math.trunc(month / 12), (month % 12) + 1, 0)).getUTCDate();
    return month - this.#first + (Number(day.slice(8)) - 0.5) / days;
  }

  /** Where a thing stands; one that has expired stands left of the line, whatever its day. */
  place({ day, level }: Pick<Mark, "day" | "level">): TimelinePosition {
    if (day === null) return { side: "undated" };
    if (level === "expired") return { side: "expired" };
    const months = this.at(day);
    return months < TIMELINE_MONTHS ? { side: "within", months } : { side: "later" };
  }
}

/** Months since the year 0. */
const countMonths = (day: string): number => Number(day.slice(0, 4)) * 12 + Number(day.slice(5, 7)) - 1;
