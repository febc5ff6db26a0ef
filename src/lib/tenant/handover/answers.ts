import type { NewAnswer } from "../../contract/index.ts";
import { ANSWER, type Answer } from "../../model/answer.ts";
import { normaliseAnswer } from "../../rules/answer.ts";
import { judgeRecord } from "../../rules/index.ts";
import { enforce } from "../../rules/rule.ts";
import { instant, newId } from "../ids.ts";
import type { Session } from "../session.ts";
import { deleteAnswer, findAnswer, writeAnswer } from "./answer-rows.ts";
import type { Writer } from "../store/store.ts";
import { checkValue } from "../records/records.ts";

/** An answer as it was, and as it is by now; null where there is none. */
interface ChangedAnswer {
  readonly before: Answer | null;
  readonly after: Answer | null;
}

/**
 * Keeps answers, all of them or none. What is answered anew with the same words is confirmed by that: author and date are
 * those of today.
 *
 * @throws Failure `input-rejected` for a name that is none, an answer of another kind, a text that is too long, or a time in the future
 */
export const setAnswers = (
  session: Session,
  { answers, dryRun = false }: { readonly answers: readonly NewAnswer[]; readonly dryRun?: boolean | undefined },
): Promise<{ readonly changed: ChangedAnswer[]; readonly dryRun: boolean }> =>
  session.change({ action: "answers.set", locks: ["answers"], dryRun }, async (writer) => {
    const changed: ChangedAnswer[] = [];
    for (const answer of answers) {
      const change = await setOne(session, writer, answer);
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

/** @returns undefined where nothing is to be changed */
async function setOne(
  session: Session,
  writer: Writer,
  { question, subject = "", value, by = session.actor, at }: NewAnswer,
): Promise<ChangedAnswer | undefined> {
  const now = instant(session.surroundings);
  const typed = value?.trim() ?? "";
  const said = typed === "" ? null : normaliseAnswer(question, typed, now);
  enforce(judgeRecord(ANSWER.name, { after: { question, value: said, at: at ?? now } }, { facts: { now } }));
  const before = (await findAnswer(writer, { question, subject })) ?? null;
  if (said === null) {
    if (before === null) return undefined;
    await deleteAnswer(writer, before.id);
    return { before, after: null };
  }
  const after: Answer = {
    id: before?.id ?? newId(session.surroundings),
    question: checked("question", question),
    subject: checked("subject", subject),
    value: checked("value", said),
    by: checked("by", by.trim() === "" ? session.actor : by.trim()),
    at: at ?? now,
  };
  if (before !== null && isSame(before, after)) return undefined;
  await writeAnswer(writer, after);
  return { before, after };
}

const isSame = (one: Answer, other: Answer): boolean =>
  one.value === other.value && one.by === other.by && one.at === other.at;

const checked = (name: "question" | "subject" | "value" | "by", typed: string): string =>
  typed === "" ? "" : checkValue(name, ANSWER.fields[name], typed);
