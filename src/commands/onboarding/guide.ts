import { commandName, line, step } from "../../lib/advice/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import {
  answered,
  QUESTIONS,
  type OnboardingFacts,
  type OnboardingQuestion,
  type QuestionName,
} from "../../lib/onboarding/facts.ts";
import { needsAnswer } from "../../lib/onboarding/first-issue.ts";
import { WRITERS } from "../../lib/document/index.ts";
import { setUpSheet } from "../../lib/onboarding/sheet.ts";
import { inapplicable, ONBOARDING_STEPS, STEP_STATES, type OnboardingStep } from "../../lib/onboarding/steps.ts";
import { same, text, type Text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import type { Fields, InputOf } from "../field.ts";
import { GUIDE_OPTIONS, misfit, requestedGuide, showSteps, writeGuide, type ShownGuide } from "../guides/write.ts";
import { requireRight } from "../rights.ts";
import type { Tools } from "../tools.ts";
import { DRY_RUN } from "../records/options.ts";
import { BEFORE_WRITING } from "../records/written.ts";
import { withAnswersOf, writeTemplate } from "./answers.ts";
import { factsOf } from "./gather.ts";

const WHERE = commandName("onboarding guide");

const OPTIONS = {
  ...GUIDE_OPTIONS,
  interactive: {
    kind: "boolean",
    about: text("ask what only a person knows, and keep the answers", "人にしかわからないことを質問し、回答を保存する"),
  },
  answers: {
    kind: "file",
    value: "FILE",
    about: text(
      "take the answers from this YAML file, and keep them (-: stdin)",
      "この YAML ファイル(- は標準入力)の回答を登録する",
    ),
  },
  template: {
    kind: "boolean",
    about: text("write the questions as a YAML file to fill in", "質問を記入用の YAML として書き出す"),
  },
  dryRun: DRY_RUN,
  setupSheet: {
    kind: "boolean",
    about: text(
      "write the set-up sheet to fill in: --format markdown (default) or html",
      "記入用の設定シートを書き出す(--format markdown(既定)または html)",
    ),
  },
} as const satisfies Fields;

export default defineCommand({
  summary: text("show the steps of the set-up, with the pitfalls", "導入手順と注意点を示す"),
  details: [
    text(
      "The twelve steps of the maker's manual for iOS, in CLOMO's console. STEP is a number from 1 to 12; without it all are shown. Schools that use Apple School Manager have other steps.",
      "メーカーのマニュアルにある iOS の導入手順(12 項目)を、CLOMO の管理画面の操作で示します。STEP は 1 から 12 の番号で、省略するとすべて示します。Apple School Manager を利用する教育機関は別の手順になります。",
    ),
    text(
      "How the push certificate and the tokens are issued for the first time is shown only where HOME was answered to show no date within the last 7 days, and no renewal of the kind is recorded. Otherwise `renewals guide` is named: one that is issued anew in place of a renewal cuts devices off.",
      "プッシュ通知証明書とトークンを初めて作成する手順は、HOME に有効期限がないと 7 日以内に回答され、同じ種類の更新項目が登録されていない場合だけ示します。それ以外では `renewals guide` を案内します。更新の代わりに新しく作成すると、デバイスを管理できなくなるためです。",
    ),
    text(
      "Without a terminal: --template writes a file to fill in, --answers takes it back, all of it or nothing, and shows the steps by it. What the file says of HOME holds for that run alone and is not kept: of an old file it might be wrong by now.",
      "ターミナルがないときは、--template で記入用のファイルを書き出し、--answers で取り込みます(全部登録するか、何も登録しないかのどちらか)。続けて、その回答に応じた手順を示します。HOME の表示についての回答は、古いファイルでは今と異なることがあるため、その実行だけに使い、保存しません。",
    ),
  ],
  args: {
    step: { kind: "string", value: "STEP", about: text("number of a step, 1 to 12", "手順の番号(1 から 12)") },
  },
  options: OPTIONS,
  examples: [
    { line: "clomoctl onboarding guide" },
    { line: "clomoctl onboarding guide --interactive" },
    { line: "clomoctl onboarding guide --template" },
    { line: "clomoctl onboarding guide 7 --answers onboarding.yaml --dry-run" },
    { line: "clomoctl onboarding guide 7 --format html -o step7.html", about: text("to print", "印刷用") },
    { line: "clomoctl onboarding guide --setup-sheet --format html -o sheet.html" },
  ],
  exits: ["usage", "input-rejected", "not-permitted", "not-found", "locked", "interrupted"],
  changesBy: ["interactive", "answers"],
  async run(tools, { step: typed, interactive, setupSheet, answers: file, template, dryRun, ...options }) {
    const document = requestedGuide(tools, options, WHERE);
    const isForm = setupSheet || options.format !== undefined || options.output !== undefined || document === undefined;
    if (interactive && (isForm || file !== undefined)) {
      throw misfit(WHERE, "--interactive", "--answers, --setup-sheet, --format, --output, --fields, --query");
    }
    if (template && (isForm || interactive || file !== undefined || typed !== undefined)) {
      throw misfit(WHERE, "--template", "STEP, --answers, --interactive, --setup-sheet, --format, --output");
    }
    if (dryRun && file === undefined) throw needsAnswers();
    if (setupSheet && (document === undefined || typed !== undefined || options.format === "text")) {
      throw misfit(WHERE, "--setup-sheet", "STEP, --format text, --fields, --query");
    }
    if (interactive && !tools.terminal.interactive) throw needsTerminal();
    const chosen = typed === undefined ? ONBOARDING_STEPS : [stepNumbered(typed)];
    tools.describeState(() => BEFORE_WRITING);
    // they show or record what was answered
    if (interactive || template || file !== undefined) await requireRight(tools, "tenant.write");
    const recorded = await factsOf(tools);
    if (interactive) return ask(tools, recorded, chosen, typed !== undefined);
    if (template) return writeTemplate(tools, recorded);
    const facts = file === undefined ? recorded : await withAnswersOf(tools, recorded, { file, dryRun });
    if (setupSheet) return writeSheet(tools, facts, options);
    const guide = guideOf(facts, chosen);
    if (document === undefined) return showSteps(tools, guide);
    await writeGuide(tools, guide, document);
  },
});

const needsTerminal = (): Failure =>
  new Failure("usage", {
    what: text("--interactive needs a terminal", "--interactive にはターミナルが必要です"),
    where: WHERE,
    hint: text(
      `without one, answers come from a file: ${line("onboarding guide", [], { template: true })} writes it, --answers FILE takes it`,
      `ターミナルがない場合はファイルで回答できます: ${line("onboarding guide", [], { template: true })} で書き出し、--answers FILE で取り込みます`,
    ),
  });

const needsAnswers = (): Failure =>
  new Failure("usage", {
    what: text("--dry-run is of --answers", "--dry-run は --answers と一緒に指定してください"),
    where: WHERE,
    hint: text("add --answers FILE", "--answers FILE を指定してください"),
  });

/** @throws Failure `usage` */
function stepNumbered(typed: string): OnboardingStep {
  const found = ONBOARDING_STEPS.find(({ number }) => String(number) === typed.normalize("NFKC").trim());
  if (found !== undefined) return found;
  throw new Failure("usage", {
    what: text(`there is no step ${typed}`, `手順 ${typed} はありません`),
    where: WHERE,
    hint: step("a number from 1 to 12", "1 から 12 の番号を指定してください", line("onboarding status", [])),
  });
}

/** What goes before all steps. */
const WAYS = [
  [text("one step alone", "1 つの手順だけ見る"), same(line("onboarding guide", ["STEP"]))],
  [text("how it stands", "進み具合を見る"), same(line("onboarding status", []))],
] as const;

/** Steps as a document; of those that do not apply, why. */
function guideOf(facts: OnboardingFacts, chosen: readonly OnboardingStep[]): ShownGuide {
  const why = inapplicable(facts);
  const [only] = chosen;
  const title =
    chosen.length === 1 && only !== undefined
      ? text(`Set-up, step ${only.number}: ${only.title.en}`, `導入手順 ${only.number}: ${only.title.ja}`)
      : text("Setting up CLOMO MDM for iOS", "iOS の導入手順");
  if (why !== undefined) return { title, facts: [[text("does not apply", "対象外"), why]], steps: [] };
  return {
    title,
    facts: chosen.length === 1 ? [] : WAYS,
    steps: chosen.flatMap((step) =>
      step.steps(facts).map((one) => (chosen.length === 1 ? one : { ...one, under: headingOf(step, facts) })),
    ),
  };
}

const headingOf = ({ number, title, standing }: OnboardingStep, facts: OnboardingFacts): Text => {
  const { [standing(facts).state]: state } = STEP_STATES;
  return text(`Step ${number}: ${title.en} (${state.en})`, `手順 ${number}: ${title.ja}(${state.ja})`);
};

async function writeSheet(
  { terminal, outputs }: Tools,
  facts: OnboardingFacts,
  { format, output = "-" }: InputOf<typeof GUIDE_OPTIONS>,
): Promise<void> {
  await outputs.write(output, WRITERS[format === "html" ? format : "markdown"](setUpSheet(facts), terminal.language));
}

/** Asks what is not answered yet, or all of one step, and keeps each answer as soon as it is given. */
async function ask(
  tools: Tools,
  facts: OnboardingFacts,
  chosen: readonly OnboardingStep[],
  again: boolean,
): Promise<void> {
  const { terminal } = tools;
  const { client } = await tools.tenant("answers");
  let kept = 0;
  tools.describeState(() => text(`${kept} answers were kept`, `${kept} 件の回答を保存しました`));
  const answers = new Map(facts.answers);
  const known = (): OnboardingFacts => ({ ...facts, answers });
  const put = async (question: QuestionName): Promise<void> => {
    const { ask: message, choices }: OnboardingQuestion = QUESTIONS[question];
    const value = await terminal.prompts.select({
      message,
      flag: "--interactive",
      choices: Object.entries(choices).map(([choice, name]) => ({ value: choice, name })),
    });
    await client.answers.set({ answers: [{ question, value }] });
    answers.set(question, { value, at: facts.now });
    kept += 1;
  };
  if (answered(facts, "onboarding.school") === undefined) await put("onboarding.school");
  for (const step of chosen) {
    if (inapplicable(known()) !== undefined) break;
    for (const question of step.asks(known())) if (again || needsAnswer(known(), question)) await put(question);
  }
  const why = inapplicable(known());
  if (why !== undefined) await terminal.note(why);
  if (kept === 0) await terminal.note(text("nothing is left to ask", "質問することはありません"));
  await terminal.note(step("how it stands", "進み具合", line("onboarding status", [])));
}
