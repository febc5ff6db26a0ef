import { findForm, readAnswer } from "../model/question.ts";
import { text } from "../text/index.ts";
import type { Facts, Rule } from "./rule.ts";

/** An answer; its value is null if it is taken back. */
interface JudgedAnswer {
  readonly question: string;
  readonly value: string | null;
  /** a UTC instant */
  readonly at: string;
}

/** An answer is one to a question that is asked, of the kind that it asks for, and was given before now. */
export const answerOfQuestion: Rule<JudgedAnswer, Pick<Facts, "now">> = {
  name: "answer-of-question",
  of: "answer",
  on: ["create", "edit"],
  fields: ["question", "value", "at"],
  facts: ["now"],
  judge: ({ after, facts: { now } }) => {
    if (after === undefined) return [];
    const { question, value, at } = after;
    if (at > now) {
      return [
        {
          field: "at",
          what: text(`an answer cannot be dated in the future: ${at}`, `未来の日時は記録できません: ${at}`),
        },
      ];
    }
    // what is taken back may be of a question that is no longer asked
    if (value === null) return [];
    const form = findForm(question);
    if (form === undefined) {
      return [
        {
          field: "question",
          what: text(`no question is named "${question}"`, `「${question}」という質問はありません`),
        },
      ];
    }
    const read = readAnswer(form, value, now);
    if ("wrong" in read) return [{ field: "value", what: read.wrong }];
    if (read.value === value) return [];
    return [
      {
        field: "value",
        what: text(
          `"${value}" has to be written as "${read.value}"`,
          `「${value}」は「${read.value}」と書いてください`,
        ),
      },
    ];
  },
};

/** Returns an answer as it is kept; one that the question does not take stays as typed, and is refused by the rule. */
export const normaliseAnswer = (question: string, typed: string, now: string): string => {
  const form = findForm(question);
  const read = form && readAnswer(form, typed, now);
  return read !== undefined && "value" in read ? read.value : typed;
};
