import { line } from "../../lib/advice/index.ts";
import { readNamedText } from "../../lib/files/index.ts";
import type { QuestionGroup } from "../../lib/handover/checklist/question.ts";
import { OF_THE_MOMENT } from "../../lib/model/answer.ts";
import { formOf } from "../../lib/model/question.ts";
import {
  answered,
  QUESTION_NAMES,
  QUESTIONS,
  type OnboardingFacts,
  type OnboardingQuestion,
  type QuestionName,
} from "../../lib/onboarding/facts.ts";
import { ONBOARDING_STEPS } from "../../lib/onboarding/steps.ts";
import { counted, text, type Text } from "../../lib/text/index.ts";
import { BEFORE_WRITING, DRY, WHILE_WRITING } from "../records/written.ts";
import { zoneInEffect, type Tools } from "../tools.ts";
import { isQuestion } from "./gather.ts";

const TEMPLATE = line("onboarding guide", [], { template: true });

/** Questions of the onboarding as a file of answers has them. */
function groupOf(title: Text, names: readonly QuestionName[], facts: OnboardingFacts): QuestionGroup {
  const questions = names.map((id) => {
    const { ask }: OnboardingQuestion = QUESTIONS[id];
    const said = facts.answers.get(id);
    const answer = said === undefined ? null : { ...said, by: said.by ?? "" };
    const due = answered(facts, id) === undefined ? ("missing" as const) : null;
    const known = { recorded: null, answer, due, required: true, yearly: false };
    return { id, subject: "", ...formOf(id), wording: ask, label: ask, ...known };
  });
  return { title, questions };
}

const OF_THIS_RUN = text(
  "as HOME is now: for this run alone, never kept",
  "今の HOME の表示: この実行だけに使い、保存しません",
);

/** What is asked now, step by step, as a YAML file to fill in. */
export async function writeTemplate(tools: Tools, facts: OnboardingFacts): Promise<void> {
  const { terminal } = tools;
  const { answersTemplate } = await import("../../lib/handover/checklist/answers-file.ts");
  const groups = ONBOARDING_STEPS.map(({ number, title, asks }) => {
    const names = asks(facts);
    const [en, ja] = names.some((name) => name.startsWith(OF_THE_MOMENT))
      ? [` (${OF_THIS_RUN.en})`, `(${OF_THIS_RUN.ja})`]
      : ["", ""];
    return groupOf(text(`step ${number}: ${title.en}${en}`, `手順 ${number}: ${title.ja}${ja}`), names, facts);
  });
  const school = groupOf(text("before all steps", "はじめに"), ["onboarding.school"], facts);
  await terminal.out.write(answersTemplate([school, ...groups], terminal.language, await zoneInEffect(tools)));
}

/**
 * Keeps the answers of a file, all of them or none. How HOME looks is not kept: of an old file it would show a first
 * issue where a certificate has been in use since, so it holds for this run alone.
 *
 * @returns the facts with them
 * @throws Failure `input-rejected` with the line
 */
export async function withAnswersOf(
  tools: Tools,
  facts: OnboardingFacts,
  { file, dryRun }: { readonly file: string; readonly dryRun: boolean },
): Promise<OnboardingFacts> {
  const { terminal, clock } = tools;
  const content = await readNamedText(tools, file);
  const where = file === "-" ? "stdin" : file;
  const { readAnswers } = await import("../../lib/handover/checklist/answers-file.ts");
  const all = readAnswers(content, where, {
    groups: [groupOf(text("all", "すべて"), QUESTION_NAMES, facts)],
    now: clock.now().toISOString(),
    template: TEMPLATE,
  });
  const kept = all.filter(({ question }) => !question.startsWith(OF_THE_MOMENT));
  if (kept.length > 0) {
    const { client } = await tools.tenant("answers");
    tools.describeState(() => WHILE_WRITING);
    await client.answers.set({ answers: [...kept], dryRun });
    if (dryRun) tools.describeState(() => BEFORE_WRITING);
    else tools.describeDone(keptLine(kept.length));
  }
  await terminal.note(dryRun ? DRY : keptLine(kept.length));
  if (kept.length < all.length) await terminal.note(ofThisRun(where));
  const answers = new Map(facts.answers);
  for (const { question, value, by } of all) {
    if (!isQuestion(question)) continue;
    if (value === null) answers.delete(question);
    else answers.set(question, { value, by, at: facts.now });
  }
  return { ...facts, answers };
}

const keptLine = (count: number): Text =>
  count === 0
    ? text("no answer was kept", "登録した回答はありません")
    : text(`${counted(count, "answer")} kept`, `回答を ${count} 件登録しました`);

const ofThisRun = (file: string): Text =>
  text(
    `what HOME shows is taken from ${file} for this run alone, and not kept: look whether HOME still is so`,
    `HOME の表示は、この実行だけ ${file} のとおりとして扱い、保存しません。今も同じ表示か確認してください`,
  );
