import type { Document, Section, StepBlock } from "../../document/blocks.ts";
import { text } from "../../text/index.ts";
import type { FilledGuide } from "./fill.ts";
import type { Step } from "./step.ts";

export type ContentStep = Omit<Step, "id">;

export interface GuideContent extends Pick<FilledGuide, "title" | "facts"> {
  readonly steps: readonly ContentStep[];
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

export const buildGuideDocument = ({ title, facts, steps }: GuideContent): Document => {
  const parts: { readonly under: Step["under"]; readonly steps: ContentStep[] }[] = [];
  for (const step of steps) {
    const last = parts.at(-1);
    if (last !== undefined && last.under?.en === step.under?.en) last.steps.push(step);
    else parts.push({ under: step.under, steps: [step] });
  }
  const buildStepList = (all: readonly ContentStep[]) => ({ kind: "steps" as const, steps: all.map(toStepBlock) });
  return {
    title,
    intro: [
      ...(facts.length === 0 ? [] : [{ kind: "facts" as const, rows: facts }]),
      ...parts.flatMap((part) => (part.under === undefined ? [buildStepList(part.steps)] : [])),
    ],
    sections: parts.flatMap(({ under, steps: own }): readonly Section[] =>
      under === undefined ? [] : [{ title: under, blocks: [buildStepList(own)] }],
    ),
  };
};
