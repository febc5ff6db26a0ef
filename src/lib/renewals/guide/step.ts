import type { Text } from "../../text/index.ts";

/** A file that a step has downloaded. */
export type DownloadKind = "signing-request" | "push-certificate" | "ade-token" | "vpp-token";

/** One step of a renewal, in the order in which it is done. */
export interface Step {
  /** unique within the guide; does not change with the language */
  readonly id: string;
  /** the heading that it stands under with its neighbours; undefined in a guide without */
  readonly under?: Text | undefined;
  readonly what: Text;
  /** the screen, by the names it has in the Japanese console, in both languages */
  readonly where?: Text | undefined;
  /** what goes wrong here, and what that costs */
  readonly trap?: Text | undefined;
  /** how to see that it worked */
  readonly check?: Text | undefined;
  /** the file that is there afterwards */
  readonly waitsFor?: DownloadKind | undefined;
  /** the upload of the renewed file begins here: a file that was downloaded already needs no step before */
  readonly beginsUpload?: true | undefined;
}

/** When something of a guide is shown. */
export interface StepCondition {
  /** of each list, one fact is known or true */
  readonly when?: readonly (readonly string[])[];
  /** none of these facts is known or true */
  readonly unless?: readonly string[];
}

/** Words of a guide, with `{placeholders}` for facts. */
export interface GuideLine extends StepCondition {
  readonly words: Text;
}

/** A fact above the steps. */
export interface GuideFact extends GuideLine {
  readonly label: Text;
}

/** The parts of a step. */
export type LineKind = "what" | "where" | "trap" | "check";

/** A step as `guides/*.md` has it; lines of one kind become one text. */
export interface GuideStep extends StepCondition {
  readonly id: string;
  readonly waitsFor?: DownloadKind;
  readonly beginsUpload?: true;
  readonly lines: readonly (GuideLine & { readonly kind: LineKind })[];
}

/** A guide as `guides/*.md` has it. */
export interface GuideSource {
  readonly title: Text;
  readonly facts: readonly GuideFact[];
  readonly steps: readonly GuideStep[];
}
