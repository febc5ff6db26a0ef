import { comparisonKey } from "../model/normalise.ts";
import { isRequired, type Field, type Fields } from "../model/thing.ts";
import { valueRuleOf, type ValueRule } from "../model/value-rule.ts";
import { refusalOf } from "../model/value.ts";
import { text, type Text } from "../text/index.ts";
import type { RuleProblem } from "./rule.ts";

/** Returns why a value that has the type of its field is refused; undefined if it is not. */
export type ValueCheck = (value: unknown) => Text | undefined;

const BLANK = text("must not be blank", "空にできません");
const BLANK_IN_LIST = text("one of them is blank", "空の値があります");
const NONE = text("at least one is needed", "1 つ以上必要です");

const isBlank = (value: unknown): boolean => typeof value !== "string" || value.trim() === "";

const checkOfText = (
  field: Extract<Field, { readonly type: "text" }>,
  of: ValueRule,
  isOfConsole: boolean,
): ValueCheck => {
  const isNeeded = field.blank === false || isRequired(field);
  return (value) => {
    if (isBlank(value)) return isNeeded ? BLANK : undefined;
    return refusalOf(of, String(value), isOfConsole);
  };
};

const checkOfTexts = ({ column, comparison = "exact" }: Field, of: ValueRule, isOfConsole: boolean): ValueCheck => {
  const isNeeded = column?.required !== undefined;
  return (value) => {
    const values = value as readonly string[];
    const keys = new Set<string>();
    for (const one of values) {
      if (isBlank(one)) return BLANK_IN_LIST;
      const refusal = refusalOf(of, one, isOfConsole);
      if (refusal !== undefined) return refusal;
      const key = comparisonKey(comparison, one);
      if (keys.has(key)) return text(`${one} is given twice`, `「${one}」が重複しています`);
      keys.add(key);
    }
    return isNeeded && values.length === 0 ? NONE : undefined;
  };
};

/** Returns the check of a field's values; undefined where its type is all that they are held to. */
export const valueCheckOf = (field: Field, isOfConsole = false): ValueCheck | undefined => {
  switch (field.type) {
    case "text":
      return checkOfText(field, valueRuleOf(field), isOfConsole);
    case "texts":
      return checkOfTexts(field, valueRuleOf(field), isOfConsole);
    case "object":
    case "objects": {
      const check = recordCheckOf(field.of, isOfConsole);
      return (value) => {
        for (const one of [value].flat()) {
          const [problem] = one === null ? [] : check(one as object);
          if (problem?.field !== undefined)
            return text(`${problem.field}: ${problem.what.en}`, `${problem.field}: ${problem.what.ja}`);
        }
        return undefined;
      };
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

/** Returns the check of records that have the types of their fields: the first problem of each field. */
export const recordCheckOf = (fields: Fields, isOfConsole = false): ((record: object) => readonly RuleProblem[]) => {
  const checks = Object.entries<Field>(fields).flatMap(([name, field]) => {
    const check = valueCheckOf(field, isOfConsole);
    return check === undefined ? [] : [[name, check] as const];
  });
  return (record) => {
    const problems: RuleProblem[] = [];
    for (const [name, check] of checks) {
      const what = check((record as Readonly<Record<string, unknown>>)[name] ?? null);
      if (what !== undefined) problems.push({ field: name, what });
    }
    return problems;
  };
};

const NULL_FOR_BLANK = text("must be null if it is blank", "空の場合は null にしてください");

/** Returns the check of records whose writers all keep a blank as null, as what is missing is found by that. */
export const blankCheckOf = (fields: Fields): ((record: object) => readonly RuleProblem[]) => {
  const names = nullableTexts(fields);
  return (record) =>
    Object.entries(record)
      .filter(([name, value]) => names.includes(name) && value !== null && isBlank(value))
      .map(([field]) => ({ field, what: NULL_FOR_BLANK }));
};

/** Returns values with null for each blank that a field allows. */
export const withoutBlanks = <T extends object>(fields: Fields, values: T): T => {
  const names = nullableTexts(fields);
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, names.includes(name) && isBlank(value) ? null : value]),
  ) as T;
};

const nullableTexts = (fields: Fields): readonly string[] =>
  Object.entries(fields).flatMap(([name, { type, nullable }]) => (type === "text" && nullable === true ? [name] : []));
