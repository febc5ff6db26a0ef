import type { Text } from "../../text/index.ts";

export interface Step {
  /** unique within the guide, and equal in both languages */
  readonly id: string;
  /** heading of the group that contains this step */
  readonly under?: Text | undefined;
  readonly what: Text;
  /** the screen; its labels are Japanese in both languages, as in the console */
  readonly where?: Text | undefined;
  /** a possible mistake in this step, and its consequences */
  readonly trap?: Text | undefined;
  /** how to verify that the step worked */
  readonly check?: Text | undefined;
}

export interface StepCondition {
  /** names of facts; at least one fact in each list must have a value or be true */
  readonly when?: readonly (readonly string[])[];
  /** names of facts; the text is omitted if one of these facts has a value or is true */
  readonly unless?: readonly string[];
}

/** A text of a guide has `{placeholders}` for facts. */
export interface GuideLine extends StepCondition {
  readonly words: Text;
}

export interface GuideFact extends GuideLine {
  readonly label: Text;
}

export type LineKind = "what" | "where" | "trap" | "check";

/** A step has the form of `guides/*.md`. Lines of the same kind are joined into one text. */
export interface GuideStep extends StepCondition {
  readonly id: string;
  readonly lines: readonly (GuideLine & { readonly kind: LineKind })[];
}

export interface GuideSource {
  readonly title: Text;
  readonly facts: readonly GuideFact[];
  readonly steps: readonly GuideStep[];
}
