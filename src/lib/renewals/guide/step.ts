import type { Text } from "../../text/index.ts";

export interface Step {
  readonly id: string;
  readonly what: Text;
  /** screen of the console, whose labels are Japanese in both languages */
  readonly where?: Text | undefined;
  readonly trap?: Text | undefined;
  readonly check?: Text | undefined;
}

export interface StepCondition {
  /** lists of fact names; in each list, at least one fact must have a value */
  readonly when?: readonly (readonly string[])[];
  /** fact names; the text is omitted if one of these facts has a value */
  readonly unless?: readonly string[];
}

/** The text has `{placeholders}` for facts. */
export interface GuideLine extends StepCondition {
  readonly words: Text;
}

export interface GuideFact extends GuideLine {
  readonly label: Text;
}

export type LineKind = "what" | "where" | "trap" | "check";

/** Lines of the same kind are joined into one text. */
export interface GuideStep extends StepCondition {
  readonly id: string;
  readonly lines: readonly (GuideLine & { readonly kind: LineKind })[];
}

export interface GuideSource {
  readonly title: Text;
  readonly facts?: readonly GuideFact[];
  readonly steps: readonly GuideStep[];
}
