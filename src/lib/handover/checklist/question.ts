import type { Answer } from "../../model/answer.ts";
import { YES_NO, type QuestionForm, type QuestionKind } from "../../model/question.ts";
import { same, text, type Text } from "../../text/index.ts";
import { isSameText, sharesWord } from "./people.ts";

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

/** Questions whose answer is an account, by the end of their names. */
const OF_ACCOUNT = /[.-](?:account|user)$/u;

type KnownAnswer = Pick<Question, "id" | "kind" | "answer" | "recorded">;

/** Whether what was answered is another than what is recorded; of two days neither need be wrong, and accounts and people are named by one word of several. */
export const isOtherwise = ({ id, kind, answer, recorded }: KnownAnswer): boolean => {
  if (kind === "date" || answer === null || recorded === null) return false;
  const isNamed = kind === "person" || (kind === "text" && OF_ACCOUNT.test(id));
  return !(isNamed ? sharesWord : isSameText)(recorded, answer.value);
};

/** Marks an answer that differs from the record; it stands behind what is recorded. */
export const differingAnswer = (answer: string): Text =>
  text(` (answered: ${answer}; which holds?)`, `(回答は ${answer}。どちらが正しいか要確認)`);

/** Returns what is known in answer to a question, for people: a record with the answer that differs from it behind, else the answer, else the record; null for nothing. */
export const knownWords = (question: KnownAnswer): Text | null => {
  const { kind, answer, recorded } = question;
  if (answer !== null && recorded !== null && isOtherwise(question)) {
    const [{ en, ja }, other] = [toldValue(kind, recorded), toldValue(kind, answer.value)];
    return text(en + differingAnswer(other.en).en, ja + differingAnswer(other.ja).ja);
  }
  const value = valueOf(question);
  return value === null ? null : toldValue(kind, value);
};

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
