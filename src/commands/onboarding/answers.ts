import { line } from "../../lib/advice/index.ts";
import { readNamedText } from "../../lib/files/index.ts";
import type { QuestionGroup } from "../../lib/handover/checklist/question.ts";
import { MOMENTARY_QUESTION_PREFIX } from "../../lib/model/answer.ts";
import { getAnswerFormat } from "../../lib/model/question.ts";
import {
  findOnboardingAnswer,
  QUESTION_NAMES,
  QUESTIONS,
  type OnboardingFacts,
  type OnboardingQuestion,
  type QuestionName,
} from "../../lib/onboarding/facts.ts";
import { ONBOARDING_STEPS } from "../../lib/onboarding/steps.ts";
import { formatCount, text, type Text } from "../../lib/text/index.ts";
import { STATE_UNCHANGED, DRY_RUN_NOTE, STATE_MAYBE_CHANGED } from "../records/change-result.ts";
import { resolveTimezoneWithoutTenant, type Tools } from "../tools.ts";
import { isQuestionName } from "./gather.ts";

const TEMPLATE_COMMAND = line("onboarding guide", [], { template: true });

function buildQuestionGroup(title: Text, names: readonly QuestionName[], facts: OnboardingFacts): QuestionGroup {
  const questions = names.map((id) => {
    const { ask }: OnboardingQuestion = QUESTIONS[id];
    const said = facts.answers.get(id);
    const answer = said === undefined ? null : { ...said, by: said.by ?? "" };
    const due = findOnboardingAnswer(facts, id) === undefined ? ("missing" as const) : null;
    const known = { recorded: null, answer, due, required: true, yearly: false };
    return { id, subject: "", ...getAnswerFormat(id), wording: ask, label: ask, ...known };
  });
  return { title, questions };
}

const HOME_ANSWERS_NOTE = text(
  "what HOME shows now: used for this run only, never saved",
  "今の HOME の表示: この実行だけに使い、保存しません",
);

/** Writes the questions that apply now, step by step, as a YAML file to fill in. */
export async function writeAnswersTemplate(tools: Tools, facts: OnboardingFacts): Promise<void> {
  const { terminal } = tools;
  const { renderAnswersTemplate } = await import("../../lib/handover/checklist/answers-file.ts");
  const groups = ONBOARDING_STEPS.map(({ number, title, asks }) => {
    const names = asks(facts);
    const [en, ja] = names.some((name) => name.startsWith(MOMENTARY_QUESTION_PREFIX))
      ? [` (${HOME_ANSWERS_NOTE.en})`, `(${HOME_ANSWERS_NOTE.ja})`]
      : ["", ""];
    return buildQuestionGroup(
      text(`step ${number}: ${title.en}${en}`, `手順 ${number}: ${title.ja}${ja}`),
      names,
      facts,
    );
  });
  const school = buildQuestionGroup(text("before you start", "はじめに"), ["onboarding.school"], facts);
  await terminal.out.write(
    renderAnswersTemplate([school, ...groups], terminal.language, await resolveTimezoneWithoutTenant(tools)),
  );
}

/**
 * Saves the answers from an answers file, all of them or none. Answers on what HOME shows are not saved and apply to
 * this run only: an old file would show the steps of a first issue although a certificate has been in use since.
 *
 * @returns the facts with the answers
 * @throws Failure `input-rejected` with the line
 */
export async function applyAnswersFile(
  tools: Tools,
  facts: OnboardingFacts,
  { file, dryRun }: { readonly file: string; readonly dryRun: boolean },
): Promise<OnboardingFacts> {
  const { terminal, clock } = tools;
  const content = await readNamedText(tools, file);
  const where = file === "-" ? "stdin" : file;
  const { readAnswers } = await import("../../lib/handover/checklist/answers-file.ts");
  const all = readAnswers(content, where, {
    groups: [buildQuestionGroup(text("all questions", "すべての質問"), QUESTION_NAMES, facts)],
    now: clock.now().toISOString(),
    template: TEMPLATE_COMMAND,
  });
  const kept = all.filter(({ question }) => !question.startsWith(MOMENTARY_QUESTION_PREFIX));
  if (kept.length > 0) {
    const { client } = await tools.tenant("answers");
    tools.describeState(() => STATE_MAYBE_CHANGED);
    await client.answers.set({ answers: [...kept], dryRun });
    if (dryRun) tools.describeState(() => STATE_UNCHANGED);
    else tools.describeDone(describeSavedAnswers(kept.length));
  }
  await terminal.note(dryRun ? DRY_RUN_NOTE : describeSavedAnswers(kept.length));
  if (kept.length < all.length) await terminal.note(describeHomeAnswers(where));
  const answers = new Map(facts.answers);
  for (const { question, value, by } of all) {
    if (!isQuestionName(question)) continue;
    if (value === null) answers.delete(question);
    else answers.set(question, { value, by, at: facts.now });
  }
  return { ...facts, answers };
}

const describeSavedAnswers = (count: number): Text =>
  count === 0
    ? text("no answers were saved", "登録した回答はありません")
    : text(`${formatCount(count, "answer")} saved`, `回答を ${count} 件登録しました`);

const describeHomeAnswers = (file: string): Text =>
  text(
    `what HOME shows is taken from ${file} for this run only and not saved; check that HOME still shows the same`,
    `HOME の表示は、この実行だけ ${file} のとおりとして扱い、保存しません。今も同じ表示か確認してください`,
  );
