import { joinTexts, text, type Language, type Text } from "../../text/index.ts";
import { GUIDES, type GuideFacts } from "./guides.ts";
import type { GuideStep, LineKind, Step, StepCondition } from "./step.ts";
import type { Block, Document, StepBlock } from "../../document/blocks.ts";

type FactValues = Readonly<Record<string, Text | boolean | null>>;

export interface FilledGuide {
  readonly title: Text;
  readonly facts: readonly (readonly [label: Text, value: Text])[];
  readonly steps: readonly Step[];
}

export function fillGuide<N extends keyof GuideFacts>(name: N, facts: Readonly<GuideFacts[N]>): FilledGuide {
  const { title, facts: above = [], steps } = GUIDES[name];
  const holds = (one: StepCondition): boolean => isShown(one, facts);
  return {
    title: fillText(title, facts),
    facts: above.filter(holds).map(({ label, words }) => [label, fillText(words, facts)] as const),
    steps: steps.filter(holds).map((step) => fillStep(step, facts)),
  };
}

function isShown({ when = [], unless = [] }: StepCondition, facts: FactValues): boolean {
  const isKnown = (name: string): boolean => facts[name] !== null && facts[name] !== false;
  return when.every((names) => names.some(isKnown)) && !unless.some(isKnown);
}

function fillText({ en, ja }: Text, facts: FactValues): Text {
  const fill = (words: string, language: Language): string =>
    words.replaceAll(/\{([a-z]+)\}/g, (_, name: string) => (facts[name] as Text)[language]);
  return text(fill(en, "en"), fill(ja, "ja"));
}

function fillStep({ id, lines }: GuideStep, facts: FactValues): Step {
  const wordsOf = (kind: LineKind): Text | undefined => {
    const shown = lines.filter((line) => line.kind === kind && isShown(line, facts));
    return shown.length === 0
      ? undefined
      : joinTexts(
          shown.map((line) => fillText(line.words, facts)),
          text(" ", ""),
        );
  };
  const what = wordsOf("what") ?? text("", "");
  return { id, what, where: wordsOf("where"), trap: wordsOf("trap"), check: wordsOf("check") };
}

export type ContentStep = Omit<Step, "id">;

export interface GuideContent extends Pick<FilledGuide, "title" | "facts"> {
  readonly steps: readonly ContentStep[];
  readonly sections?: readonly { readonly title: Text; readonly steps: readonly ContentStep[] }[];
}

const TRAP_LABEL = text("Caution", "注意");
const CHECK_LABEL = text("Check", "確認");
const WHERE_LABEL = text("Where", "画面");

const toStepBlock = ({ what, where, trap, check }: ContentStep): StepBlock => ({
  what,
  below: [
    ...(where === undefined ? [] : [{ label: WHERE_LABEL, words: where }]),
    ...(trap === undefined ? [] : [{ label: TRAP_LABEL, words: trap }]),
    ...(check === undefined ? [] : [{ label: CHECK_LABEL, words: check }]),
  ],
});

const buildStepList = (steps: readonly ContentStep[]): Block => ({ kind: "steps", steps: steps.map(toStepBlock) });

export const buildGuideDocument = ({ title, facts, steps, sections = [] }: GuideContent): Document => ({
  title,
  intro: [
    ...(facts.length === 0 ? [] : [{ kind: "facts" as const, rows: facts }]),
    ...(steps.length === 0 ? [] : [buildStepList(steps)]),
  ],
  sections: sections.map((section) => ({ title: section.title, blocks: [buildStepList(section.steps)] })),
});
