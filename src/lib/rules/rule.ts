import { Failure } from "../errors/index.ts";
import type { Text } from "../text/index.ts";
import type { ProblemCode, ProblemParams } from "../model/problem.ts";

export interface RuleProblem {
  /** the field that is the reason; undefined if there are several such fields */
  readonly field?: string | undefined;
  readonly what: Text;
  readonly code?: ProblemCode | undefined;
  readonly params?: ProblemParams | undefined;
}

export const throwFirstProblem = ([problem]: readonly RuleProblem[]): void => {
  if (problem !== undefined) throw new Failure("input-rejected", { what: problem.what });
};
