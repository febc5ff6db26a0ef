import type { Answer } from "../../model/answer.ts";
import { YES_NO, type AnswerFormat, type QuestionKind } from "../../model/question.ts";
import { same, text, type Text } from "../../text/index.ts";
import { isSameText, sharesWord } from "./people.ts";

/** A question about something that only a person knows, with its answer. */
export interface Question extends AnswerFormat {
  /** name of the question: `contact.dealer` */
  readonly id: string;
  /** ID of what the question is about; "" if it is about the tenant */
  readonly subject: string;
  /** what the question is about, for people; undefined if it is about the tenant */
  readonly about?: string | undefined;
  readonly wording: Text;
  /** label of the answer: `パスワードの保管場所` */
  readonly label: Text;
  readonly required: boolean;
  /** whether the answer must be confirmed every year */
  readonly yearly: boolean;
  /** the value in the records, so that nobody has to be asked; null if nothing is recorded */
  readonly recorded: string | null;
  /** what somebody answered; null if nobody has answered */
  readonly answer: Pick<Answer, "value" | "by" | "at"> | null;
  /** why to ask: nothing is known, or the answer is too old; null: do not ask */
  readonly due: "missing" | "old" | null;
}

/** Questions that belong together. */
export interface QuestionGroup {
  readonly title: Text;
  readonly questions: readonly Question[];
}

/** Returns what is known in reply to a question: the answer, or else the recorded value; null if nothing is known. */
export const getCurrentValue = ({ answer, recorded }: Pick<Question, "answer" | "recorded">): string | null =>
  answer?.value ?? recorded;

/** Returns a value in the form that is shown to people: for a yes-or-no question, in their language. */
export const describeKnownValue = (kind: QuestionKind, value: string): Text =>
  kind === "yes-no" ? (YES_NO[value as keyof typeof YES_NO] ?? same(value)) : same(value);

const ACCOUNT_QUESTION_NAME = /[.-](?:account|user)$/u;

type KnownAnswer = Pick<Question, "id" | "kind" | "answer" | "recorded">;

/**
 * Returns true if the answer differs from the record. Two dates never count as different, because both may be right.
 * For an account or a person, one common word is enough to count as equal.
 */
const hasConflictingAnswer = ({ id, kind, answer, recorded }: KnownAnswer): boolean => {
  if (kind === "date" || answer === null || recorded === null) return false;
  const isNamed = kind === "person" || (kind === "text" && ACCOUNT_QUESTION_NAME.test(id));
  return !(isNamed ? sharesWord : isSameText)(recorded, answer.value);
};

/** Returns the note about an answer that differs from the record. The note follows the recorded value. */
export const describeConflictingAnswer = (answer: string): Text =>
  text(` (answer: ${answer}; check which is correct)`, `(回答は ${answer}。どちらが正しいか要確認)`);

/**
 * Returns what is known in reply to a question, for people: if the answer differs from the record, the recorded value
 * followed by the answer; otherwise the answer or the recorded value; null if nothing is known.
 */
export const describeKnownAnswer = (question: KnownAnswer): Text | null => {
  const { kind, answer, recorded } = question;
  if (answer !== null && recorded !== null && hasConflictingAnswer(question)) {
    const [{ en, ja }, other] = [describeKnownValue(kind, recorded), describeKnownValue(kind, answer.value)];
    return text(en + describeConflictingAnswer(other.en).en, ja + describeConflictingAnswer(other.ja).ja);
  }
  const value = getCurrentValue(question);
  return value === null ? null : describeKnownValue(kind, value);
};
