import { enforce, type RuleProblem } from "../../rules/rule.ts";
import { text } from "../../text/index.ts";
import type { Actor } from "./asker.ts";
import { may } from "./check.ts";

/**
 * Enforces rules on what somebody does: who may not do what a hint takes asks a system administrator.
 *
 * @throws Failure `input-rejected` with the first problem
 */
export const enforceFor = (asker: Actor, [problem]: readonly RuleProblem[]): void => {
  if (problem === undefined) return;
  const mayMend = problem.needs === undefined || may(asker, problem.needs);
  enforce([mayMend ? problem : { ...problem, hint: ASK_SYSTEM }]);
};

const ASK_SYSTEM = text("ask a system administrator", "システム管理者に依頼してください");
