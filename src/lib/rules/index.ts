import { ACCOUNT_RULES, accountNameKeptRule, schemeItemsRule } from "./account.ts";
import { validAnswerRule } from "./answer.ts";
import { customFieldNameRule } from "./custom-field.ts";
import { DEVICE_RULES } from "./device.ts";
import { ORG_RULES } from "./org.ts";
import type { AnyRule, Change, Facts, RuleProblem } from "./rule.ts";
import { renewalPhoneRule, TENANT_RULES } from "./tenant.ts";

/** All rules. Every writer enforces these rules: see `src/lib/tenant/store/judge.ts`. */
export const RULES = [
  ...TENANT_RULES,
  customFieldNameRule,
  ...ORG_RULES,
  schemeItemsRule,
  accountNameKeptRule,
  ...ACCOUNT_RULES,
  ...DEVICE_RULES,
  renewalPhoneRule,
  validAnswerRule,
] as const satisfies readonly AnyRule[];

/** Where new values come from: manual edits or an imported file, the console, or an undo. */
export type ChangeSource = "edits" | "console" | "undo";

/** Returns the rules for a record type that apply to a change. */
export const selectRules = (of: string, bringing: ChangeSource): readonly AnyRule[] =>
  RULES.filter(
    ({ of: subject, spares }: AnyRule) =>
      subject === of && (spares === undefined || bringing === "edits" || (bringing === "undo" && spares === "console")),
  );

type JudgedState = Readonly<Record<string, unknown>>;

const isRuleApplicable = (rule: AnyRule, { before, after }: Pick<Change<JudgedState>, "before" | "after">): boolean => {
  const { on, fields } = rule;
  if (
    ![before, after].every(
      (state, at) => state === undefined || matchesPattern(at === 0 ? rule.before : rule.after, state),
    )
  )
    return false;
  if (before === undefined || after === undefined) return on.includes(before === undefined ? "create" : "delete");
  return on.includes("edit") && fields.some((name) => !isSameValue(before[name], after[name]));
};

const matchesPattern = (suspects: AnyRule["after"] = {}, state: JudgedState): boolean =>
  Object.entries(suspects).every(([name, value]) => {
    const { [name]: is = null } = state;
    return typeof value === "object" && value !== null && "not" in value ? is !== value.not : is === value;
  });

const isSameValue = (one: unknown, other: unknown): boolean =>
  one === other || (typeof one === "object" && JSON.stringify(one) === JSON.stringify(other));

/**
 * Returns the problems that the rules find in a change to a record. A rule is skipped if a field or fact that it needs
 * is missing.
 */
export const judgeRecord = (
  of: string,
  change: { readonly before?: object | undefined; readonly after?: object | undefined },
  { facts = {} }: { readonly facts?: Partial<Facts> } = {},
): readonly RuleProblem[] => {
  const [before, after] = [change.before, change.after] as [JudgedState | undefined, JudgedState | undefined];
  const isKnown = (rule: AnyRule): boolean =>
    rule.fields.every((name) => [before, after].every((state) => state === undefined || name in state)) &&
    (rule.facts ?? []).every((name) => name in facts);
  return selectRules(of, "edits")
    .filter((rule) => isKnown(rule) && isRuleApplicable(rule, { before, after }))
    .flatMap((rule) => rule.judge({ before, after, facts }));
};
