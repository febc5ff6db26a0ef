import type { Answer } from "../../model/answer.ts";
import { isTelephoneNumber } from "../../model/renewal.ts";
import { parseTypedDate } from "../../model/typed-date.ts";
import { same, text, type Text } from "../../text/index.ts";

/** What an answer is. Of a password only the place where it is kept is asked. */
export const QUESTION_KINDS = {
  text: text("text", "文字列"),
  person: text("person", "人"),
  phone: text("telephone number", "電話番号"),
  date: text("date", "日付"),
  "yes-no": text("yes or no", "はい・いいえ"),
  link: text("document or link", "文書またはリンク"),
  place: text("place", "場所"),
  choice: text("one of these", "次のいずれか"),
} as const satisfies Readonly<Record<string, Text>>;

export type QuestionKind = keyof typeof QUESTION_KINDS;

/** What only a person knows. */
export interface Question {
  /** its name: `contact.deputy` */
  readonly id: string;
  /** the id of what it is about; "" of the tenant */
  readonly subject: string;
  /** what it is about, for people; undefined of the tenant */
  readonly about?: string | undefined;
  readonly kind: QuestionKind;
  /** of a `choice`: what may be answered, by the values that are kept */
  readonly choices?: Readonly<Record<string, Text>> | undefined;
  readonly wording: Text;
  /** what its answer is called: `パスワードの保管場所` */
  readonly label: Text;
  readonly required: boolean;
  /** its answer has to be confirmed every year */
  readonly yearly: boolean;
  /** what the records say, so that nobody has to be asked; null where they say nothing */
  readonly recorded: string | null;
  /** what somebody has answered; null where nobody has */
  readonly answer: Pick<Answer, "value" | "by" | "at"> | null;
  /** why it is to be asked: nothing is known, the records say otherwise, or it was long ago; null: it need not be */
  readonly due: "missing" | "differs" | "old" | null;
}

/** Questions that belong together. */
export interface QuestionGroup {
  readonly title: Text;
  readonly questions: readonly Question[];
}

/** What is known in answer to a question: what somebody said, else what the records say; null for nothing. */
export const valueOf = ({ answer, recorded }: Pick<Question, "answer" | "recorded">): string | null =>
  answer?.value ?? recorded;

/** The answers to a question of yes and no, for people. */
export const YES_NO = { yes: text("yes", "はい"), no: text("no", "いいえ") } as const satisfies Readonly<
  Record<string, Text>
>;

/** A value as people read it: that of a question of yes and no in their language. */
export const toldValue = (kind: QuestionKind, value: string): Text =>
  kind === "yes-no" ? (YES_NO[value as keyof typeof YES_NO] ?? same(value)) : same(value);

const YES = /^(?:y|yes|はい)$/iu;
const NO = /^(?:n|no|いいえ)$/iu;

/** An answer as it is kept, or what is wrong with it. */
export type ReadAnswer = { readonly value: string } | { readonly wrong: Text };

/** Somewhere it is tomorrow already: a day ahead is let pass. */
const isAhead = (day: string, today: string): boolean => Date.parse(day) - Date.parse(today) > DAY_MS;

const DAY_MS = 24 * 60 * 60 * 1000;

const chosenFrom = (choices: Readonly<Record<string, Text>>, typed: string): ReadAnswer => {
  const found = Object.entries(choices).find(([value, { en, ja }]) => [value, en, ja].includes(typed));
  if (found !== undefined) return { value: found[0] };
  const all = Object.keys(choices).join(", ");
  return { wrong: text(`"${typed}" is none of: ${all}`, `「${typed}」は選べません。使えるもの: ${all}`) };
};

/**
 * Reads a typed answer: a date as `2027-03-31`, yes and no as these words, a choice as its value or its words. Dates are asked of what has been: since when,
 * when last.
 *
 * @param today a day: `2027-03-31`
 */
export function readAnswer(
  { kind, choices = {} }: Pick<Question, "kind" | "choices">,
  typed: string,
  today: string,
): ReadAnswer {
  const value = typed.trim();
  switch (kind) {
    case "yes-no":
      if (YES.test(value)) return { value: "yes" };
      if (NO.test(value)) return { value: "no" };
      return {
        wrong: text(`"${value}" is neither yes nor no`, `「${value}」は「はい」「いいえ」のどちらでもありません`),
      };
    case "date": {
      const date = parseTypedDate(value);
      if (date !== undefined && "day" in date) {
        return isAhead(date.day, today) ? { wrong: inFuture(date.day, today) } : { value: date.day };
      }
      return {
        wrong: text(
          `"${value}" is no date; write it as 2027-03-31`,
          `「${value}」は日付ではありません。2027-03-31 のように入力してください`,
        ),
      };
    }
    case "phone":
      if (isTelephoneNumber(value)) return { value };
      return { wrong: text(`"${value}" is no telephone number`, `「${value}」は電話番号ではありません`) };
    case "choice":
      return chosenFrom(choices, value);
    case "text":
    case "person":
    case "link":
    case "place":
      return { value };
  }
}

const inFuture = (day: string, today: string): Text =>
  text(
    `${day} is in the future; write a day that has been (today is ${today})`,
    `${day} は未来の日付です。今日(${today})までの日付を入力してください`,
  );

/** Digits of a telephone number that stay readable. */
const SHOWN_DIGITS = 2;

/** A telephone number for mails, and for reports that are mailed: `***-****-**78`. */
export const masked = (phone: string): string => {
  const digits = phone.match(/\p{Nd}/gu)?.length ?? 0;
  let seen = 0;
  return phone.replaceAll(/\p{Nd}/gu, (digit) => {
    seen += 1;
    return seen > digits - SHOWN_DIGITS && digits > SHOWN_DIGITS * 2 ? digit : "*";
  });
};
