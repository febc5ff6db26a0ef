import { describeProblem, severityOf } from "./problem.ts";
import { characterCount, faultsOf, isUnlimited, type Rule } from "./rules.ts";
import type { Field, Fields } from "./thing.ts";
import { text, type Text } from "../text/index.ts";

/** What is wrong with a value that has the type of its field; undefined if nothing is. */
type Check = (value: unknown) => Text | undefined;

const byRule =
  (rule: Rule): Check =>
  (value) => {
    const fault = faultsOf(rule, String(value)).find(({ code }) => severityOf(code) === "error");
    return fault === undefined ? undefined : describeProblem(fault);
  };

const EMPTY = text("it must not be empty", "空にはできません");
const longer = (longest: number): Text =>
  text(`it has more than ${longest} characters`, `${longest} 文字を超えています`);

/** Undefined where a field's type is all that its values are held to. */
const checkOf = (field: Field): Check | undefined => {
  switch (field.type) {
    case "text": {
      const { rule, longest, blank } = field;
      if (rule !== undefined) return isUnlimited(rule) ? undefined : byRule(rule);
      if (longest === undefined && blank !== false) return undefined;
      return (value) => {
        if (blank === false && value === "") return EMPTY;
        return longest !== undefined && characterCount(String(value)) > longest ? longer(longest) : undefined;
      };
    }
    case "texts": {
      if (field.rule === undefined || isUnlimited(field.rule)) return undefined;
      const check = byRule(field.rule);
      return (values) => firstOf(values as readonly unknown[], check);
    }
    case "object":
    case "objects": {
      const check = valueChecker(field.of);
      return (value) => firstOf((Array.isArray(value) ? value : [value]) as readonly Members[], check);
    }
    case "choice":
    case "id":
    case "instant":
    case "day":
    case "digest":
    case "boolean":
    case "integer":
      return undefined;
    default:
      return field satisfies never;
  }
};

const firstOf = <T>(values: readonly T[], check: (value: T) => Text | undefined): Text | undefined => {
  for (const value of values) {
    const fault = check(value);
    if (fault !== undefined) return fault;
  }
  return undefined;
};

type Members = Readonly<Record<string, unknown>>;

/**
 * Checks that the values of a record are such as the tenant keeps: what its answers promise of each field. That they are
 * of their types was checked before.
 */
export const valueChecker = (fields: Fields): ((record: Members) => Text | undefined) => {
  const checks = Object.entries<Field>(fields).flatMap(([name, field]) => {
    const check = checkOf(field);
    return check === undefined ? [] : [[name, check] as const];
  });
  return (record) => {
    for (const [name, check] of checks) {
      const { [name]: value } = record;
      const fault = value === null ? undefined : check(value);
      if (fault !== undefined) return text(`${name}: ${fault.en}`, `${name}: ${fault.ja}`);
    }
    return undefined;
  };
};
