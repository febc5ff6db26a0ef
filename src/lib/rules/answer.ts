import { text } from "../text/index.ts";
import type { Rule } from "./rule.ts";

/** What a question's name is made of. */
const QUESTION = /^[a-z\d]+(?:[-.][a-z\d]+)*$/;

/** An answer names a question, and was given before now. */
export const answerOfQuestion: Rule<
  { readonly question: string; readonly at: string },
  { /** a UTC instant */ readonly now: string }
> = ({ after, facts: { now } }) => {
  if (after === undefined) return [];
  const { question, at } = after;
  if (!QUESTION.test(question)) {
    return [
      { field: "question", what: text(`no question is named "${question}"`, `「${question}」という質問はありません`) },
    ];
  }
  if (at <= now) return [];
  return [
    { field: "at", what: text(`an answer cannot be dated in the future: ${at}`, `未来の日時は記録できません: ${at}`) },
  ];
};
