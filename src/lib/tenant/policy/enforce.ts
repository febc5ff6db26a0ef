import { enforce, type RuleProblem } from "../../rules/rule.ts";
import { text } from "../../text/index.ts";
import type { Actor } from "./asker.ts";
import { isPermitted } from "./check.ts";

/**
 * Enforces rules for an actor. If a hint suggests something that the actor may not do, the hint is to ask a system
 * administrator instead.
 *
 * @throws Failure `input-rejected` with the first problem
 */
export const enforceForActor = (asker: Actor, [problem]: readonly RuleProblem[]): void => {
  if (problem === undefined) return;
  const mayMend = problem.needs === undefined || isPermitted(asker, problem.needs);
  enforce([mayMend ? problem : { ...problem, hint: ASK_SYSTEM_ADMINISTRATOR }]);
};

const ASK_SYSTEM_ADMINISTRATOR = text("ask a system administrator", "システム管理者に依頼してください");
