import { comparisonKey } from "../model/normalise.ts";
import { isRequired, type Field, type Fields, valueRuleOf, type ValueRule } from "../model/thing.ts";
import { isCalendarDay } from "../model/time.ts";
import { describeRefusal } from "../model/value.ts";
import { text, type Text } from "../text/index.ts";
import { Failure } from "../errors/index.ts";
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

/** Returns the reason for rejection; undefined if the value is accepted. The caller has checked the type. */
export type ValueCheck = (value: unknown) => Text | undefined;

const MUST_NOT_BE_BLANK = text("must not be blank", "空にできません");
const BLANK_VALUE_IN_LIST = text("one of the values is blank", "空の値が含まれています");
const VALUE_REQUIRED = text("at least one value is required", "値が 1 つ以上必要です");

const isBlank = (value: unknown): boolean => typeof value !== "string" || value.trim() === "";

const createTextCheck = (field: Extract<Field, { readonly type: "text" }>, of: ValueRule): ValueCheck => {
  const isNeeded = field.blank === false || isRequired(field);
  return (value) => {
    if (isBlank(value)) return isNeeded ? MUST_NOT_BE_BLANK : undefined;
    return describeRefusal(of, String(value));
  };
};

const createTextListCheck = (
  { column, comparison = "exact", most = Infinity }: Extract<Field, { readonly type: "texts" }>,
  of: ValueRule,
): ValueCheck => {
  const isNeeded = column?.required !== undefined;
  return (value) => {
    const values = value as readonly string[];
    if (values.length > most)
      return text(`${values.length} values; the maximum is ${most}`, `値が ${values.length} 個です(上限 ${most} 個)`);
    const keys = new Set<string>();
    for (const one of values) {
      if (isBlank(one)) return BLANK_VALUE_IN_LIST;
      const refusal = describeRefusal(of, one);
      if (refusal !== undefined) return refusal;
      const key = comparisonKey(comparison, one);
      if (keys.has(key)) return text(`"${one}" appears more than once`, `「${one}」が重複しています`);
      keys.add(key);
    }
    return isNeeded && values.length === 0 ? VALUE_REQUIRED : undefined;
  };
};

const TYPE_PATTERNS = {
  id: /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
  instant: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/,
  day: /^\d{4}-\d\d-\d\d$/,
  digest: /^[0-9a-f]{64}$/,
};

/** `Date.parse` alone would accept February 30 as March 2. */
const isCalendarTime = (pattern: RegExp, value: string): boolean =>
  pattern.test(value) && isCalendarDay(value.slice(0, "2026-01-01".length)) && !Number.isNaN(Date.parse(value));

export const hasFieldType = (field: Field, value: unknown): boolean => {
  if (value === null) return field.nullable === true || field.type === "text";
  switch (field.type) {
    case "text":
      return typeof value === "string";
    case "texts":
      return Array.isArray(value) && value.every((one) => typeof one === "string");
    case "choice":
      return typeof value === "string" && field.choices.includes(value);
    case "boolean":
      return typeof value === "boolean";
    case "integer":
      return Number.isSafeInteger(value);
    case "object":
    case "objects":
      return typeof value === "object";
    case "id":
    case "digest":
      return typeof value === "string" && TYPE_PATTERNS[field.type].test(value);
    case "day":
    case "instant":
      return typeof value === "string" && isCalendarTime(TYPE_PATTERNS[field.type], value);
  }
};

export const createValueCheck = (field: Field): ValueCheck | undefined => {
  if (field.type === "text") return createTextCheck(field, valueRuleOf(field));
  if (field.type === "texts") return createTextListCheck(field, valueRuleOf(field));
  if (field.type === "integer")
    return (value) => describeRefusal(valueRuleOf(field), String((value as number | null) ?? ""));
  if (field.type !== "object" && field.type !== "objects") return undefined;
  const check = createRecordCheck(field.of);
  return (value) => {
    for (const one of [value].flat()) {
      const [problem] = one === null ? [] : check(one as object);
      if (problem?.field !== undefined)
        return text(`${problem.field}: ${problem.what.en}`, `${problem.field}: ${problem.what.ja}`);
    }
    return undefined;
  };
};

/** Returns the first problem of each field. The caller has checked the types. */
const createRecordCheck = (fields: Fields): ((record: object) => readonly RuleProblem[]) => {
  const checks = Object.entries<Field>(fields).flatMap(([name, field]) => {
    const check = createValueCheck(field);
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

export const replaceBlanksWithNull = <T extends object>(fields: Fields, values: T): T => {
  const names = listNullableTexts(fields);
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, names.includes(name) && isBlank(value) ? null : value]),
  ) as T;
};

const listNullableTexts = (fields: Fields): readonly string[] =>
  Object.entries(fields).flatMap(([name, { type, nullable }]) => (type === "text" && nullable === true ? [name] : []));

/** Checks that the name can be a header and a value of `--custom`. @param isFree true if no column has the name */
export const checkCustomFieldName = (name: string, isFree: boolean): Text | undefined => {
  if (name.trim() !== name)
    return text(`the name begins or ends with a space: "${name}"`, `項目名「${name}」の前後に空白があります`);
  if (name.includes("=")) {
    return text(
      "the name of a custom field cannot contain =, which ends the name in --custom NAME=VALUE (a clomoctl rule)",
      "項目名に「=」は使えません。--custom 項目名=値 の区切りに使うためです(clomoctl 独自の規則)",
    );
  }
  if (isFree) return undefined;
  return text(
    `"${name}" cannot be a column name: another column has this name, or it is not a valid header`,
    `「${name}」は列名にできません(すでに使われているか、列名に使えない名前です)`,
  );
};
