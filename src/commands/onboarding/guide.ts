import { commandName, line, step } from "../../lib/advice/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import type { OnboardingFacts } from "../../lib/onboarding/facts.ts";
import {
  ANSWER_COMMAND,
  describeInapplicability,
  listStepContents,
  ONBOARDING_STEPS,
  STEP_STATES,
  type OnboardingStep,
} from "../../lib/onboarding/steps.ts";
import type { GuideContent } from "../../lib/renewals/guide/fill.ts";
import { same, text, type Text } from "../../lib/text/index.ts";
import { defineCommand } from "../kit/command.ts";
import { GUIDE_OPTIONS, writeGuide } from "../kit/files/write-guides.ts";
import { loadOnboardingFacts } from "./gather.ts";

export default defineCommand({
  summary: text("show the set-up steps and their pitfalls", "導入手順と注意点を示す"),
  details: text(
    "The steps to issue a push certificate or token for the first time are shown only under two conditions: within the last 7 days, you answered that HOME shows no expiry date; and no renewal item of this kind is recorded. Otherwise, the guide refers to `renewals guide`. If you issue a new certificate or token instead of renewing it, devices can no longer be managed.",
    "プッシュ通知証明書やトークンを初めて作成する手順は、次の 2 つの条件を満たす場合だけ表示します。HOME に有効期限がないと過去 7 日以内に回答したこと。同じ種類の「年次更新・期限」が登録されていないこと。それ以外の場合は `renewals guide` を案内します。更新せずに新しく作成すると、デバイスを管理できなくなるためです。",
  ),
  args: {
    step: { kind: "string", value: "STEP", about: text("step number, 1 to 12", "手順の番号(1 から 12)") },
  },
  options: GUIDE_OPTIONS,
  examples: [{ line: "clomoctl onboarding guide" }, { line: "clomoctl onboarding guide 7 -o step7.txt" }],
  exits: ["usage", "input-rejected", "not-found"],
  async run(tools, { step: typed, ...options }) {
    const chosen = typed === undefined ? ONBOARDING_STEPS : [findStep(typed)];
    const facts = await loadOnboardingFacts(tools);
    await writeGuide(tools, buildGuide(facts, chosen), options);
  },
});

function findStep(typed: string): OnboardingStep {
  const found = ONBOARDING_STEPS.find(({ number }) => String(number) === typed.normalize("NFKC").trim());
  if (found !== undefined) return found;
  throw new Failure("usage", {
    what: text(`there is no step ${typed}`, `手順 ${typed} はありません`),
    where: commandName("onboarding guide"),
    hint: step(
      "use a number from 1 to 12; to list the steps",
      "1 から 12 の番号を指定してください。手順の一覧",
      line("onboarding status", []),
    ),
  });
}

function buildGuide(facts: OnboardingFacts, chosen: readonly OnboardingStep[]): GuideContent {
  const why = describeInapplicability(facts);
  const [only, ...others] = chosen;
  const isOne = only !== undefined && others.length === 0;
  const title = isOne
    ? text(`Set-up, step ${only.number}: ${only.title.en}`, `導入手順 ${only.number}: ${only.title.ja}`)
    : text("Setting up CLOMO MDM for iOS", "iOS の導入手順");
  if (why !== undefined) return { title, facts: [[text("does not apply", "対象外"), why]], steps: [] };
  const content = chosen.map((step) => ({
    title: formatStepHeading(step, facts),
    steps: listStepContents(step, facts),
  }));
  return {
    title,
    facts: [[text("record which steps are done", "完了した手順を登録する"), same(`${ANSWER_COMMAND}`)]],
    steps: isOne ? content.flatMap(({ steps }) => steps) : [],
    sections: isOne ? [] : content,
  };
}

const formatStepHeading = ({ number, title, standing }: OnboardingStep, facts: OnboardingFacts): Text => {
  const { [standing(facts).state]: state } = STEP_STATES;
  return text(`Step ${number}: ${title.en} (${state.en})`, `手順 ${number}: ${title.ja}(${state.ja})`);
};
