import { throwFirstProblem, type RuleProblem } from "../../rules/rule.ts";
import { text } from "../../text/index.ts";
import type { Actor } from "./asker.ts";
import { isOperationPermitted } from "./check.ts";

/**
 * Enforces rules for an actor. If a hint suggests something that the actor may not do, it is replaced with the hint to
 * ask a system administrator.
 *
 * @throws Failure `input-rejected` with the first problem
 */
export const enforceForActor = (asker: Actor, [problem]: readonly RuleProblem[]): void => {
  if (problem === undefined) return;
  const mayMend = problem.needs === undefined || isOperationPermitted(asker, problem.needs);
  throwFirstProblem([mayMend ? problem : { ...problem, hint: ASK_SYSTEM_ADMINISTRATOR_HINT }]);
};

const ASK_SYSTEM_ADMINISTRATOR_HINT = text("ask a system administrator", "システム管理者に依頼してください");
