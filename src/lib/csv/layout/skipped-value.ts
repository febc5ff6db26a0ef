import { dayOf, isCalendarDay, LAST_DAY } from "../../model/time.ts";
import { toLooseValue } from "./columns.ts";

/** Cells that make a row be skipped. */
export interface SkipRule {
  readonly position: number;
  /** see `toLooseValue` */
  readonly values: ReadonlySet<string>;
  /** last of the days that make a row be skipped; undefined if no days do */
  readonly lastDay: string | undefined;
}

/** The start of a rule for all days up to a day: `<=today`, or a day such as `<=2027-03-31`. */
const UNTIL = "<=";
/** The rule for days that have come. */
const UNTIL_TODAY = `${UNTIL}today`;
const LIST_TIMEZONE = "Asia/Tokyo";

/** The first years of the eras, less one. */
const YEARS_BEFORE: ReadonlyMap<string, number> = new Map([
  ["昭和", 1925],
  ["S", 1925],
  ["平成", 1988],
  ["H", 1988],
  ["令和", 2018],
  ["R", 2018],
]);
const DAY = /^(昭和|平成|令和|[SHR])?(\d{4}|\d{1,2}|元)(?:年|[-/.])(\d{1,2})(?:月|[-/.])(\d{1,2})日?(?:[ T].*)?$/;
const COMPACT_DAY = /^(\d{4})(\d\d)(\d\d)$/;

/** Returns the calendar day that a cell of a list contains, such as `2027-03-31`; undefined if it contains none. */
const parseListDay = (value: string): string | undefined => {
  const [, era = "", year = "", month = "", date = ""] = DAY.exec(value) ?? [];
  const [, ...compact] = COMPACT_DAY.exec(value) ?? [];
  const whole = era === "" ? year : String((YEARS_BEFORE.get(era) ?? 0) + (year === "元" ? 1 : Number(year)));
  const day = (compact.length > 0 ? compact : [whole, month.padStart(2, "0"), date.padStart(2, "0")]).join("-");
  return day.length === "2027-03-31".length && isCalendarDay(day) ? day : undefined;
};

/** Returns the calendar day of an instant in lists, such as `2027-03-31`. */
export const toListDay = (instant: Date | string): string => dayOf(instant, LIST_TIMEZONE);

const parseLastDay = (rule: string, today: string): string | undefined => {
  if (!rule.startsWith(UNTIL)) return undefined;
  return rule === UNTIL_TODAY ? today : parseListDay(rule.slice(UNTIL.length).trim());
};

export const isFaultyRule = (rule: string): boolean =>
  rule.startsWith(UNTIL) && parseLastDay(rule, LAST_DAY) === undefined;

/**
 * Returns the rule for the cells at a position: the values, and the last day if there is a rule for days.
 *
 * @param today see {@link toListDay}
 */
export const createSkipRule = (position: number, rules: readonly string[], today: string): SkipRule => {
  const days = rules.map((rule) => parseLastDay(toLooseValue(rule), today));
  return {
    position,
    values: new Set(rules.map(toLooseValue).filter((_, at) => days[at] === undefined)),
    lastDay: days
      .filter((day) => day !== undefined)
      .toSorted()
      .at(-1),
  };
};

/**
 * Returns what in a rule a cell fulfils: its value, or the days that are skipped.
 *
 * @param value see `toLooseValue`
 */
export const matchSkipRule = ({ values, lastDay }: SkipRule, value: string): string | undefined => {
  if (values.has(value)) return value;
  if (lastDay === undefined) return undefined;
  const day = parseListDay(value);
  return day !== undefined && day <= lastDay ? `${UNTIL}${lastDay}` : undefined;
};
