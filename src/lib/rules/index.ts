import { ACCOUNT_RULES, accountNameStays, schemeItems } from "./account.ts";
import { answerOfQuestion } from "./answer.ts";
import { customFieldName } from "./custom-field.ts";
import { DEVICE_RULES } from "./device.ts";
import { ORG_RULES } from "./org.ts";
import type { AnyRule, Change, Facts, RuleProblem } from "./rule.ts";
import { fieldsOfOwnApp } from "./secured-user.ts";
import { phoneOfRenewal, TENANT_RULES } from "./tenant.ts";

/** All rules. Every writer enforces the rules of this list: see `src/lib/tenant/store/judge.ts`. */
export const RULES = [
  ...TENANT_RULES,
  customFieldName,
  ...ORG_RULES,
  schemeItems,
  accountNameStays,
  ...ACCOUNT_RULES,
  fieldsOfOwnApp,
  ...DEVICE_RULES,
  phoneOfRenewal,
  answerOfQuestion,
] as const satisfies readonly AnyRule[];

/** What a change brings: an edit by hand or by a file, whole states by a bundle, or what the console has. */
export type Bringing = "edits" | "states" | "console";

/** Returns the rules of a thing that a change is held to. */
export const rulesFor = (of: string, bringing: Bringing): readonly AnyRule[] =>
  RULES.filter((rule: AnyRule) => rule.of === of && (bringing === "edits" || !SPARED[bringing].includes(rule.spares)));

const SPARED: Readonly<Record<Exclude<Bringing, "edits">, readonly AnyRule["spares"][]>> = {
  states: ["states"],
  console: ["states", "console"],
};

type State = Readonly<Record<string, unknown>>;

const isConcerned = (rule: AnyRule, { before, after }: Pick<Change<State>, "before" | "after">): boolean => {
  const { on, fields } = rule;
  if (
    ![before, after].every((state, at) => state === undefined || isSuspect(at === 0 ? rule.before : rule.after, state))
  )
    return false;
  if (before === undefined || after === undefined) return on.includes(before === undefined ? "create" : "delete");
  return on.includes("edit") && fields.some((name) => !isSame(before[name], after[name]));
};

const isSuspect = (suspects: AnyRule["after"] = {}, state: State): boolean =>
  Object.entries(suspects).every(([name, value]) => {
    const { [name]: is = null } = state;
    return typeof value === "object" && value !== null && "not" in value ? is !== value.not : is === value;
  });

const isSame = (one: unknown, other: unknown): boolean =>
  one === other || (typeof one === "object" && JSON.stringify(one) === JSON.stringify(other));

/** Returns what the rules of a thing say of one record, as far as its fields and some facts are known. */
export const judgeRecord = (
  of: string,
  change: { readonly before?: object | undefined; readonly after?: object | undefined },
  { bringing = "edits", facts = {} }: { readonly bringing?: Bringing; readonly facts?: Partial<Facts> } = {},
): readonly RuleProblem[] => {
  const [before, after] = [change.before, change.after] as [State | undefined, State | undefined];
  const isKnown = (rule: AnyRule): boolean =>
    rule.fields.every((name) => [before, after].every((state) => state === undefined || name in state)) &&
    (rule.facts ?? []).every((name) => name in facts);
  return rulesFor(of, bringing)
    .filter((rule) => isKnown(rule) && isConcerned(rule, { before, after }))
    .flatMap((rule) => rule.judge({ before, after, facts }));
};
