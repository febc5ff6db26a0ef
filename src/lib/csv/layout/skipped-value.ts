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
export const UNTIL_TODAY = `${UNTIL}today`;
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

/** Returns true if a rule begins like one for days, but names no day. */
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

/** Values of rows that are usually not imported: leavers, and further posts of a person. */
const SKIPPED_VALUE = /^(?:退職(?:済み?|者)?|退社|兼務|兼任|兼職)$/;
const STATUS_HEADER = /在籍|在職|就業|雇用|勤務状|状態|状況|ステータス|退職|退社|本務|兼務|主務|status/i;
const STATUS_VALUE = /退職|退社|離職|死亡|兼務|兼任|兼職|^(?:resigned|retired|terminated|left|inactive)$/i;
const NOT_YET = /予定|見込|以外|なし|無|非/;
const FLAG_HEADER = /^(?:退職(?:済み?|者)?|退社|兼務|兼任|兼職)(?:フラグ|flg|flag|区分|の?有無)?$/i;
const FLAG_VALUE = /^(?:[○〇◯●✓✔☑レ1]|有り?|あり|はい|該当|yes|y|true|済み?)$/i;
const LEAVING_DAY_HEADER = /^(?:退職|退社|離職)(?:年月)?日(?:付)?$|^(?:leaving|termination|resignation) ?date$/i;
const MAX_STATUS_LENGTH = 20;

/** Returns true if a column has the days on which people leave. */
export const isLeavingDayHeader = (header: string): boolean => LEAVING_DAY_HEADER.test(toLooseValue(header));

/** Returns the rule for a value, see `toLooseValue`, whose rows are usually skipped; undefined for other values. */
export type SkipProposal = (value: string) => string | undefined;

/** Returns what recognises the values of leavers and of further posts in a column that has no leaving days. */
export const createStatusProposal = (header: string): SkipProposal => {
  const name = toLooseValue(header).replaceAll(/\s/g, "");
  const [isStatus, isFlag] = [STATUS_HEADER.test(name), FLAG_HEADER.test(name)];
  return (value) => {
    if (value === "" || value.length > MAX_STATUS_LENGTH) return undefined;
    const isLeft = isStatus && STATUS_VALUE.test(value) && !NOT_YET.test(value);
    return isLeft || SKIPPED_VALUE.test(value) || (isFlag && FLAG_VALUE.test(value)) ? value : undefined;
  };
};

/**
 * Returns what recognises the values of a column whose rows are usually skipped, in a column of leaving days the days
 * up to today.
 *
 * @param today see {@link toListDay}
 */
export const createSkipProposal = (header: string, today: string): SkipProposal => {
  if (!isLeavingDayHeader(header)) return createStatusProposal(header);
  const days = createSkipRule(0, [UNTIL_TODAY], today);
  return (value) => (matchSkipRule(days, value) === undefined ? undefined : UNTIL_TODAY);
};
