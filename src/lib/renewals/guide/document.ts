import type { Document, Section, StepBlock } from "../../document/blocks.ts";
import { text } from "../../text/index.ts";
import type { Guide, Step } from "./index.ts";

const TRAP = text("Careful", "注意");
const CHECK = text("Then", "確認");
const WHERE = text("Where", "画面");

/** A step as documents show it. */
export const shownStep = ({ id, what, where, trap, check }: Step): StepBlock => ({
  id,
  what,
  below: [
    ...(where === undefined ? [] : [{ label: WHERE, words: where }]),
    ...(trap === undefined ? [] : [{ label: TRAP, words: trap, isTrap: true as const }]),
    ...(check === undefined ? [] : [{ label: CHECK, words: check }]),
  ],
});

/** A guide as a document: its steps, numbered for themselves under each heading. */
export const guideDocument = ({ title, facts, steps }: Pick<Guide, "title" | "facts" | "steps">): Document => {
  const parts: { readonly under: Step["under"]; readonly steps: Step[] }[] = [];
  for (const step of steps) {
    const last = parts.at(-1);
    if (last !== undefined && last.under?.en === step.under?.en) last.steps.push(step);
    else parts.push({ under: step.under, steps: [step] });
  }
  const stepsOf = (all: readonly Step[]) => ({ kind: "steps" as const, steps: all.map(shownStep) });
  return {
    title,
    intro: [
      ...(facts.length === 0 ? [] : [{ kind: "facts" as const, rows: facts }]),
      ...parts.flatMap((part) => (part.under === undefined ? [stepsOf(part.steps)] : [])),
    ],
    sections: parts.flatMap(({ under, steps: own }, at): readonly Section[] =>
      under === undefined ? [] : [{ id: `part-${at + 1}`, title: under, blocks: [stepsOf(own)] }],
    ),
  };
};
