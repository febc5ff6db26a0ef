import { Failure } from "../../errors/index.ts";
import { ANSWER, type Answer } from "../../nouns/answer.ts";
import { checkAnswer, normaliseAnswer } from "../../derived/question.ts";
import { getCurrentInstant, createId } from "../store/ids.ts";
import type { Session } from "../ledger/session.ts";
import { deleteAnswer, findAnswer, writeAnswer } from "./handover-answer-rows.ts";
import type { Writer } from "../store/types.ts";
import { checkFieldValue, validateFieldValue } from "../ledger/records.ts";

/** By default, the acting account gives the answer now. The value null removes an answer. */
export interface NewAnswer extends Pick<Answer, "question"> {
  readonly value: string | null;
  readonly by?: string | undefined;
  readonly at?: string | undefined;
}

type AnswerChange = Readonly<Record<"before" | "after", Answer | null>>;

/** Stores all answers or none. An unchanged answer gets a new author and date. @throws `input-rejected` */
export const setAnswers = (
  session: Session,
  { answers, dryRun = false }: { readonly answers: readonly NewAnswer[]; readonly dryRun?: boolean | undefined },
): Promise<{ readonly changed: AnswerChange[]; readonly dryRun: boolean }> =>
  session.change({ action: "answers.set", locks: ["answers"], dryRun }, async (writer) => {
    const changed: AnswerChange[] = [];
    for (const answer of answers) {
      const change = await setAnswer(session, writer, answer);
      if (change !== undefined) changed.push(change);
    }
    const told = changed.map(({ before, after }) => after ?? before).filter((answer) => answer !== null);
    return {
      result: { changed, dryRun },
      objects: told.map(({ id, question }) => ({ thing: ANSWER.name, id, name: question })),
      before: { answers: changed.map(({ before }) => before) },
      after: { answers: changed.map(({ after }) => after) },
    };
  });

async function setAnswer(
  session: Session,
  writer: Writer,
  { question, value, by = session.actorName, at }: NewAnswer,
): Promise<AnswerChange | undefined> {
  const now = getCurrentInstant(session.surroundings);
  if (at !== undefined) checkFieldValue("at", ANSWER.fields.at, at);
  const typed = value?.trim() ?? "";
  const said = typed === "" ? null : normaliseAnswer(question, typed, now);
  const what = checkAnswer({ question, value: said, at: at ?? now }, now);
  if (what !== undefined) throw new Failure("input-rejected", { what });
  const before = (await findAnswer(writer, question)) ?? null;
  if (said === null) {
    if (before === null) return undefined;
    await deleteAnswer(writer, before.id);
    return { before, after: null };
  }
  const after: Answer = {
    id: before?.id ?? createId(session.surroundings),
    question: validateAnswerText("question", question),
    value: validateAnswerText("value", said),
    by: validateAnswerText("by", by.trim() === "" ? session.actorName : by.trim()),
    at: at ?? now,
  };
  if (before?.value === after.value && before.by === after.by && before.at === after.at) return undefined;
  await writeAnswer(writer, after);
  return { before, after };
}

const validateAnswerText = (name: "question" | "value" | "by", typed: string): string =>
  validateFieldValue(name, ANSWER.fields[name], typed);
