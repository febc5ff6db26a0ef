import { parseAnswer, QUESTIONS } from "../derived/question.ts";
import { text, type Text } from "../text/index.ts";

interface AnswerToCheck {
  readonly question: string;
  readonly value: string | null;
  readonly at: string;
}

export const checkAnswer = ({ question, value, at }: AnswerToCheck, now: string): Text | undefined => {
  if (at > now) return text(`an answer cannot be dated in the future: ${at}`, `未来の日時は記録できません: ${at}`);
  // An answer can be withdrawn even if its question is no longer asked.
  if (value === null) return undefined;
  const form = QUESTIONS.get(question);
  if (form === undefined) return text(`there is no question "${question}"`, `「${question}」という質問はありません`);
  const read = parseAnswer(form, value, now);
  if ("wrong" in read) return read.wrong;
  if (read.value === value) return undefined;
  return text(`"${value}" must be written as "${read.value}"`, `「${value}」は「${read.value}」と書いてください`);
};

export const normaliseAnswer = (question: string, typed: string, now: string): string => {
  const form = QUESTIONS.get(question);
  const read = form && parseAnswer(form, typed, now);
  return read !== undefined && "value" in read ? read.value : typed;
};
