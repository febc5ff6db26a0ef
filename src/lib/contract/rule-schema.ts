import { z } from "@hono/zod-openapi";
import { describeProblem, severityOf } from "../model/problem.ts";
import { describeRule, faultsOf, type Rule } from "../model/rules.ts";

/** JSON Schema keywords equivalent to a rule. Lengths count characters (code points) in both. */
export type RuleKeywords = {
  readonly description: string;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly enum?: string[];
};

const textKeywords = ({ min, max, charset }: Extract<Rule, { kind: "text" }>): Omit<RuleKeywords, "description"> => {
  const character = charset === undefined ? "[\\s\\S]" : "[0-9A-Za-z]";
  const pattern = min === undefined ? `^${character}*$` : `^(?:${character}{${min},})?$`;
  return {
    ...(max === undefined ? {} : { maxLength: max }),
    ...(min === undefined && charset === undefined ? {} : { pattern }),
  };
};

/** The keywords of a rule. Every pattern accepts blank, which breaks no rule, and values that only cause a warning. */
export const ruleKeywords = (rule: Rule): RuleKeywords => {
  const description = describeRule(rule).en;
  switch (rule.kind) {
    case "text":
      return { description, ...textKeywords(rule) };
    case "mail-address":
      return { description, pattern: "^(?:[^@\\s\\p{Cc}]+@[^@\\s\\p{Cc}]+)?$" };
    case "boolean":
      return { description, pattern: "^(?:[Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee])?$" };
    case "choice":
      return { description, enum: ["", ...rule.choices] };
    case "port":
      return { description };
  }
};

const isUnlimited = (rule: Rule): boolean =>
  rule.kind === "text" && rule.min === undefined && rule.max === undefined && rule.charset === undefined;

/** The schema of a value that satisfies `rule`: the rule's own check, its description and its JSON Schema keywords. */
export const schemaOf = (rule: Rule) => {
  if (isUnlimited(rule)) return z.string();
  const checked = z.string().superRefine((value, context) => {
    const fault = faultsOf(rule, value).find(({ code }) => severityOf(code) === "error");
    if (fault !== undefined) context.addIssue({ code: "custom", message: describeProblem(fault).en });
  });
  return checked.openapi(ruleKeywords(rule));
};
