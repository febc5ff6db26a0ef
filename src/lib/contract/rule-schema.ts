import { z } from "@hono/zod-openapi";
import { describeProblem, severityOf } from "../model/problem.ts";
import { describeRule, faultsOf, isUnlimited, patternOf, type Rule } from "../model/rules.ts";

/** JSON Schema keywords equivalent to a rule: they accept blank, and what only causes a warning. Lengths count characters (code points). */
export const ruleKeywords = (rule: Rule) => {
  const pattern = patternOf(rule);
  return {
    description: describeRule(rule).en,
    ...(rule.kind === "text" && rule.max !== undefined && { maxLength: rule.max }),
    ...(pattern !== undefined && { pattern }),
    ...(rule.kind === "choice" && { enum: ["", ...rule.choices] }),
  };
};

/** The schema of a value that satisfies `rule`: the rule's own check, its description and its JSON Schema keywords. */
export const schemaOf = (rule: Rule) => {
  if (isUnlimited(rule)) return z.string();
  const checked = z.string().superRefine((value, context) => {
    const fault = faultsOf(rule, value).find(({ code }) => severityOf(code) === "error");
    if (fault !== undefined) context.addIssue({ code: "custom", message: describeProblem(fault).en });
  });
  return checked.openapi(ruleKeywords(rule));
};
