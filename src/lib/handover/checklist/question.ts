import type { Answer } from "../../model/answer.ts";
import { YES_NO, type QuestionForm, type QuestionKind } from "../../model/question.ts";
import { same, type Text } from "../../text/index.ts";

/** What only a person knows. */
export interface Question extends QuestionForm {
  /** its name: `contact.deputy` */
  readonly id: string;
  /** the id of what it is about; "" of the tenant */
  readonly subject: string;
  /** what it is about, for people; undefined of the tenant */
  readonly about?: string | undefined;
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

/** A value as people read it: that of a question of yes and no in their language. */
export const toldValue = (kind: QuestionKind, value: string): Text =>
  kind === "yes-no" ? (YES_NO[value as keyof typeof YES_NO] ?? same(value)) : same(value);

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
