import type { Text } from "../../text/index.ts";

export interface Step {
  /** unique within the guide, and the same in both languages */
  readonly id: string;
  /** heading of the group of steps that this step belongs to */
  readonly under?: Text | undefined;
  readonly what: Text;
  /** the screen; both languages use the labels of the Japanese console */
  readonly where?: Text | undefined;
  /** what can go wrong in this step, and what the consequences are */
  readonly trap?: Text | undefined;
  /** how to see that the step worked */
  readonly check?: Text | undefined;
}

export interface StepCondition {
  /** one fact of each list must be known or true */
  readonly when?: readonly (readonly string[])[];
  /** none of these facts may be known or true */
  readonly unless?: readonly string[];
}

/** A text of a guide, with `{placeholders}` for facts. */
export interface GuideLine extends StepCondition {
  readonly words: Text;
}

export interface GuideFact extends GuideLine {
  readonly label: Text;
}

export type LineKind = "what" | "where" | "trap" | "check";

/** A step as written in `guides/*.md`. Lines of the same kind are joined to one text. */
export interface GuideStep extends StepCondition {
  readonly id: string;
  readonly lines: readonly (GuideLine & { readonly kind: LineKind })[];
}

export interface GuideSource {
  readonly title: Text;
  readonly facts: readonly GuideFact[];
  readonly steps: readonly GuideStep[];
}
