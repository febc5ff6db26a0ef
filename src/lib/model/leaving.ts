import { normaliseHeader, toLooseValue } from "./normalise.ts";
import { isCalendarDay } from "./time.ts";

/**
 * What a column says about a row: whether and when the person leaves, from which day the row is in effect, when the
 * person joined or joined again, or that the row is not read.
 */
export const ROW_SUBJECTS = ["leaving", "effect", "joining", "rejoining", "skip"] as const;
export type RowSubject = (typeof ROW_SUBJECTS)[number];

/** `none`: the cell says nothing. `day`: a number of five digits is a day as spreadsheets count it. */
export const WORD_MEANINGS = ["left", "stays", "none", "day", "skip"] as const;
export type WordMeaning = (typeof WORD_MEANINGS)[number];

export interface RowColumn {
  readonly header: string;
  readonly says: RowSubject;
  /** answers about cells; the word {@link SERIAL_WORD} means all numbers of five digits */
  readonly words?: readonly { readonly word: string; readonly means: WordMeaning }[] | undefined;
}

export const SERIAL_WORD = "#####";

const HEADERS: readonly (readonly [says: RowSubject, headers: readonly string[]])[] = [
  [
    "leaving",
    `退職日 退職年月日 退社日 退社年月日 離職日 離職年月日 退職予定日 退職予定年月日 最終出勤日 lastday leavingdate
     terminationdate 退職 退職区分 退職フラグ 在籍区分 在籍状況 在職区分 在職状況 異動区分 employmentstatus`.split(
      /\s+/,
    ),
  ],
  ["effect", ["発令日", "異動日", "適用日"]],
  ["joining", ["入社日"]],
  ["rejoining", ["再入社日", "再雇用日"]],
];
/** What a column of days may say whose header is none of these. */
const LIKELY_HEADERS: readonly (readonly [says: RowSubject, header: RegExp])[] = [
  ["leaving", /退/u],
  ["effect", /発令|異動|適用|効力|effect/iu],
  ["rejoining", /再(?:入社|採用|雇用)/u],
  ["joining", /^(?!.*(?:終了|満了|期限|喪失|取消|end)).*(?:入社|採用|雇用|hire|join)/iu],
];
const MOVEMENT_HEADER = /^(?:異動|在籍|在職|発令|人事|入退社|申請|処理|変更)?(?:区分|種別)$/;

/** Returns what a column with this header says about a row in every list of people; undefined if that is not known. */
export const findRowSubject = (header: string): RowSubject | undefined => {
  const name = normaliseHeader(header);
  if (MOVEMENT_HEADER.test(name)) return "leaving";
  return HEADERS.find(([, headers]) => headers.some((one) => normaliseHeader(one) === name))?.[0];
};

export const guessRowSubject = (header: string, hasDays: boolean): RowSubject | undefined => {
  if (isLeavingHeader(header)) return "leaving";
  return hasDays ? LIKELY_HEADERS.find(([, pattern]) => pattern.test(header))?.[0] : undefined;
};

/** Returns true for a header of kinds of rows: the column may say who is meant. */
export const isKindHeader = (header: string): boolean =>
  /区分|種別|状況|状態|事由|内容|フラグ|ステータス|status/iu.test(header.normalize("NFKC"));

const KNOWN_WORDS: ReadonlyMap<string, WordMeaning> = new Map([
  ...["退職", "退社", "離職", "退職済", "退職済み", "退職者", "退社者"].map((word) => [word, "left"] as const),
  ...["在職", "在籍", "在職中", "在籍中", "現職"].map((word) => [word, "stays"] as const),
]);

export const isLeavingHeader = (header: string): boolean =>
  /(?:退職|退社|離職)(?!者)|在籍|在職|leav|terminat|resign|last.?day/iu.test(header.normalize("NFKC"));

export const isLeavingWord = (value: string): boolean => KNOWN_WORDS.has(toLooseValue(value).replaceAll(/\s/gu, ""));

/** The last year before the first one of each era. */
const ERA_NAMES = { 明治: 1867, 大正: 1911, 昭和: 1925, 平成: 1988, 令和: 2018 };
const ERAS: Readonly<Record<string, number>> = { ...ERA_NAMES, M: 1867, T: 1911, S: 1925, H: 1988, R: 2018 };
const MIDNIGHT =
  "(?:(?:午前|AM)? ?0?0(?::00(?::00(?:\\.0+)?)?|時(?:0?0分(?:0?0秒)?)?)(?: ?AM)?|(?:午前|AM) ?12(?::00(?::00)?|時)|12:00(?::00)? ?AM)(?:Z|[+-]\\d\\d:?\\d\\d)?";
const WEEKDAY = "\\(?(?:[日月火水木金土](?:曜日?)?|(?:sun|mon|tue|wed|thu|fri|sat)[a-z]*\\.?)\\)?";
const DAY_PATTERN = new RegExp(
  `^(?:(?<year>\\d{4})|(?<era>${Object.keys(ERAS).join("|")}) ?(?<count>元|\\d\\d?))(?: ?年 ?(?<m>\\d\\d?) ?月 ?(?<d>\\d\\d?) ?日|(?<by>[./-])(?<month>\\d\\d?)\\k<by>(?<day>\\d\\d?))` +
    `(?: ?,? ?${WEEKDAY})?(?:[T ]? ?${MIDNIGHT})?$`,
  "iu",
);
const DIGITS_PATTERN = /^(?<year>\d{4})(?<month>\d\d)(?<day>\d\d)$/;
/** Days as spreadsheets count them, from 1954 to 2099. */
const SERIAL_PATTERN = /^(?:[2-6]\d{4}|7[0-2]\d{3})$/;
/** Texts without digits or of zeros or nines only, and the first days of some programs, which often mean "no day". */
const NO_DAY_PATTERN =
  /^(?:\D*|0+(?:\D+0+)*\D*|9{2,}(?:\D+9{2,})*\D*|(?:0001|1753|1900|1904|1970)\D?0?1\D?0?1|1900\D?0?1\D?00?|1899\D?12\D?3[01])$/u;
const FIRST_YEAR = 1868;
const FIRST_YEAR_WITHOUT_MEANING = 2100;
/** Spreadsheets count days from this one. */
const SERIAL_EPOCH = Date.UTC(1899, 11, 30);

export const fromSerial = (digits: string): string =>
  new Date(SERIAL_EPOCH + Number(digits) * 86_400_000).toISOString().slice(0, 10);

const parseDay = (value: string): string | undefined => {
  const found = (DAY_PATTERN.exec(value) ?? DIGITS_PATTERN.exec(value))?.groups;
  if (found === undefined) return undefined;
  const { year, era = "", count, month = found["m"] ?? "", day = found["d"] ?? "" } = found;
  const inEra = (ERAS[era.toUpperCase()] ?? 0) + (count === "元" ? 1 : Number(count));
  const whole = year === undefined ? inEra : Number(year);
  const text = `${whole}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
  if (whole < FIRST_YEAR || !isCalendarDay(text)) return undefined;
  return whole < FIRST_YEAR_WITHOUT_MEANING ? text : "none";
};

type CellReading =
  | { readonly is: "day"; readonly day: string }
  | { readonly is: "left" | "stays" | "none" }
  /** nobody said what the cell means; `serial`: it may be a day, `text`: it may stand for no day */
  | { readonly is: "serial" | "text" | "unreadable" };

/** Reads a cell about leaving, effect or joining. @param words answers by the loose value of a cell */
export const readRowCell = (value: string, words: ReadonlyMap<string, WordMeaning>): CellReading => {
  const loose = toLooseValue(value).replaceAll(/\s+/gu, " ");
  if (loose === "") return { is: "none" };
  const isSerial = SERIAL_PATTERN.test(loose);
  const means =
    words.get(loose) ?? (isSerial ? words.get(SERIAL_WORD) : undefined) ?? KNOWN_WORDS.get(loose.replaceAll(" ", ""));
  if (means === "day") return { is: "day", day: fromSerial(loose) };
  if (means !== undefined) return { is: means === "skip" ? "none" : means };
  if (NO_DAY_PATTERN.test(loose)) return { is: "text" };
  const day = parseDay(loose);
  if (day !== undefined) return day === "none" ? { is: "none" } : { is: "day", day };
  return { is: isSerial ? "serial" : "unreadable" };
};

export interface SubjectCell {
  readonly position: number;
  readonly says: RowSubject;
  readonly words: ReadonlyMap<string, WordMeaning>;
}

/** Days such as `2027-03-31`. With `on`, a last day up to and including this day counts as past. */
export interface ReferenceDays {
  readonly today: string;
  readonly on?: string | undefined;
}

export const isMainPost = (value: string): boolean => /^(?:本務?|本職|主務?)$/u.test(toLooseValue(value));

/** A word of a second post, which says nothing about the person. */
export const isSecondPost = (value: string): boolean => /^(?:兼務?|兼任|兼職|副務?)$/u.test(toLooseValue(value));

/** `stays` also if nothing says that the person left; `later`: if the last day or the day of effect is not past. */
export type LeavingState = "left" | "later" | "stays";

/**
 * Judges whether the person of a row has left. A list of leavers (`isOfLeavers`) need not have a column that says so.
 *
 * @param report called with the position of a cell that is unclear
 */
export const judgeLeaving = (
  columns: readonly SubjectCell[],
  cells: readonly string[],
  { today, on, isOfLeavers }: ReferenceDays & { readonly isOfLeavers: boolean },
  report: (position: number) => void,
): LeavingState => {
  let isUnclear = false;
  const read = (subject: RowSubject) =>
    columns.flatMap(({ position, says, words }) => {
      if (says !== subject) return [];
      const reading = readRowCell(cells[position] ?? "", words);
      const isDayColumn = subject !== "leaving";
      const isClear = reading.is === "day" || reading.is === "none";
      if (isClear || (!isDayColumn && (reading.is === "left" || reading.is === "stays"))) return [reading];
      isUnclear = true;
      report(position);
      return [];
    });
  const daysOf = (readings: ReturnType<typeof read>): readonly string[] =>
    readings.flatMap((one) => (one.is === "day" ? [one.day] : []));
  const leaving = read("leaving");
  const last = daysOf(leaving).toSorted().at(-1);
  const again = daysOf(read("rejoining"));
  const [effects, joined] = [daysOf(read("effect")), [...daysOf(read("joining")), ...again]];
  // a row with a cell that nobody can read is an error, and never one of a leaver
  if (isUnclear || leaving.some(({ is }) => is === "stays")) return "stays";
  if (last !== undefined && !(last < today || (on !== undefined && last <= on))) return "later";
  const isSaid = last !== undefined || leaving.some(({ is }) => is === "left");
  if (!isSaid && !(isOfLeavers && columns.every(({ says }) => says !== "leaving"))) return "stays";
  if (last === undefined && again.length > 0) {
    // the person may have left before joining again, or after it
    report(columns.find(({ says }) => says === "rejoining")?.position ?? 0);
    return "stays";
  }
  if (effects.some((day) => day > (on ?? today))) return "later";
  return joined.some((day) => last !== undefined && day > last) ? "stays" : "left";
};
