import type { ZodType } from "zod";
import { InputProblem, PlanAction, PlanRow } from "../contract/index.ts";

/** The shape of a line of a streamed list. */
export interface LineShape<T> {
  readonly schema: ZodType<T>;
  /**
   * True only if the schema accepts the value unchanged. Values it does not recognise are left to the schema, which
   * takes several times as long: lists have millions of lines.
   */
  readonly isUsual: (value: unknown) => value is T;
}

type Fields = Readonly<Record<string, unknown>>;

/** Whether it is an object with exactly this number of keys: if that many known ones are found, there are no others. */
const isObject = (value: unknown, keys: number): value is Fields => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  let count = 0;
  for (const _ in value) count += 1;
  return count === keys;
};

const isText = (value: unknown): value is string => typeof value === "string";

const isEvery = (value: unknown, isOne: (item: unknown) => boolean): boolean =>
  Array.isArray(value) && value.every(isOne);

const isCount = (value: unknown): boolean => Number.isSafeInteger(value);

const isAfter = (value: unknown): boolean => {
  if (!isObject(value, 2) || !isText(value["field"])) return false;
  const { value: arrived } = value;
  return arrived === null || isText(arrived) || isEvery(arrived, isText);
};

const ACTIONS: readonly unknown[] = PlanAction.options;

const isPlanRow = (value: unknown): value is PlanRow =>
  isObject(value, 8) &&
  isCount(value["row"]) &&
  isCount(value["line"]) &&
  isText(value["key"]) &&
  ACTIONS.includes(value["action"]) &&
  isEvery(value["changed"], isText) &&
  typeof value["setsSecret"] === "boolean" &&
  typeof value["exists"] === "boolean" &&
  isEvery(value["after"], isAfter);

const isParams = (value: unknown): boolean =>
  typeof value === "object" &&
  value !== null &&
  !Array.isArray(value) &&
  !Object.hasOwn(value, "__proto__") &&
  Object.values(value).every((param) => isText(param) || Number.isFinite(param));

const isProblem = (value: unknown): value is InputProblem =>
  isObject(value, 7) &&
  isText(value["code"]) &&
  (value["severity"] === "error" || value["severity"] === "warning") &&
  isCount(value["row"]) &&
  isCount(value["line"]) &&
  isCount(value["column"]) &&
  isText(value["header"]) &&
  isParams(value["params"]);

/** A row of a plan. */
export const PLAN_ROW: LineShape<PlanRow> = { schema: PlanRow, isUsual: isPlanRow };

/** A problem of the input. */
export const INPUT_PROBLEM: LineShape<InputProblem> = { schema: InputProblem, isUsual: isProblem };
