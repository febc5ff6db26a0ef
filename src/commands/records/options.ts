import { Failure } from "../../lib/errors/index.ts";
import { handFields, type Field, type Fields, type HandValue, type HandValues } from "../../lib/model/thing.ts";
import { valueRuleOf } from "../../lib/model/value-rule.ts";
import { doubtOf } from "../../lib/model/value.ts";
import { same, text, type Text } from "../../lib/text/index.ts";
import type { Field as OptionField, Fields as OptionFields } from "../field.ts";

/** `--dry-run` of every command that writes a single record. */
export const DRY_RUN = {
  kind: "boolean",
  about: text("show what would be, and change nothing", "結果を表示するだけで何も変更しない"),
} as const satisfies OptionField;

/** A verb's own words for a field. */
interface OptionChoice {
  /** fields that another verb sets, or an argument */
  readonly without?: readonly string[] | undefined;
  /** a missing value of a required field is a usage error, as of a new record */
  readonly isNew?: boolean | undefined;
}

const NAMES = { org: "orgs", user: "users" } as const;

const isNamed = (name: string): name is keyof typeof NAMES => Object.hasOwn(NAMES, name);

/** The option of a field, in camelCase: `parent` of `parentId`, `email` of `emails`. */
const optionName = (name: string, { short, shownAs }: Field): string =>
  name === "accountName" ? name : (shownAs ?? short ?? name);

/** The words of a switch that is set by hand. */
const SWITCH = { yes: text("yes", "はい"), no: text("no", "いいえ") };

/** Whether a blank removes what is there; what the tenant alone refuses to clear says itself why. */
const isClearable = ({ type, refers, nullable, clearable, column }: Field): boolean => {
  if (type === "texts") return column?.required === undefined;
  return nullable === true && (refers === undefined || clearable !== false);
};

const optionOf = (name: string, field: Field, isNew: boolean): OptionField => {
  const about = field.label ?? same(name);
  const required = isNew && field.column?.required !== undefined ? true : undefined;
  const blank = isClearable(field) ? true : undefined;
  if (field.type === "objects") {
    return { kind: "string", value: "NAME=VALUE", repeatable: true, about, names: "custom-fields" };
  }
  if (field.type === "texts") return { kind: "string", value: "TEXT", repeatable: true, required, blank, about };
  if (field.refers !== undefined) {
    const { to } = field.refers;
    return { kind: "string", value: to.toUpperCase(), blank, about, names: isNamed(to) ? NAMES[to] : undefined };
  }
  const rule = "rule" in field ? field.rule : undefined;
  if (field.type === "boolean") return { kind: "choice", choices: Object.keys(SWITCH), called: SWITCH, about };
  if (field.type === "choice") return { kind: "choice", choices: field.choices, blank, about };
  if (rule?.kind === "choice") return { kind: "choice", choices: rule.choices, value: "TEXT", blank, about };
  return { kind: "string", value: "TEXT", required, blank, about };
};

/** The options that set the fields of a record by hand: `--name-kana TEXT`; an empty value removes what is there. */
export const valueOptions = (fields: Fields, { without = [], isNew = false }: OptionChoice = {}): OptionFields =>
  Object.fromEntries(
    handFields(fields)
      .filter(([name]) => !without.includes(name))
      .map(([name, field]) => [optionName(name, field), optionOf(name, field, isNew)]),
  );

/** Finds the record that a name names. @returns its id */
export type Resolve = (typed: string) => Promise<string>;

/**
 * The values that options give, as the tenant API takes them; those that are not given are missing.
 *
 * @param resolve by the thing that a field names
 * @throws `usage` where a custom field is not `NAME=VALUE`, and as the resolvers
 */
export const valuesOf = async (
  fields: Fields,
  input: Readonly<Record<string, unknown>>,
  resolve: Readonly<Record<string, Resolve>> = {},
): Promise<HandValues> => {
  const values: Record<string, HandValue> = {};
  for (const [name, field] of handFields(fields)) {
    const { [optionName(name, field)]: given } = input;
    if (given === undefined || (Array.isArray(given) && given.length === 0)) continue;
    if (field.type === "objects") values[name] = (given as readonly string[]).map(namedValue);
    else if (field.type === "texts") values[name] = (given as readonly (string | null)[]).filter((one) => one !== null);
    else if (field.type === "boolean") values[name] = given === "yes";
    else if (given === null || field.refers === undefined) values[name] = given as HandValue;
    else values[name] = await resolverOf(resolve, field.refers.to)(given as string);
  }
  return values;
};

const resolverOf = (resolve: Readonly<Record<string, Resolve>>, thing: string): Resolve => {
  const { [thing]: found } = resolve;
  if (found === undefined) throw new TypeError(`nothing finds a ${thing}`);
  return found;
};

function namedValue(given: string): { readonly name: string; readonly value: string | null } {
  const at = given.indexOf("=");
  if (at > 0) return { name: given.slice(0, at), value: given.slice(at + 1) || null };
  throw new Failure("usage", {
    what: text(`--custom takes NAME=VALUE, not ${given}`, `--custom は「項目名=値」で指定してください: ${given}`),
    where: "--custom",
  });
}

/** @throws `usage` where an edit has nothing to set */
export function refuseNothing(values: object, command: string): void {
  if (Object.keys(values).length > 0) return;
  throw new Failure("usage", {
    what: text("nothing to change", "変更する内容がありません"),
    where: command,
    hint: text(`see ${command} --help`, `${command} --help を見てください`),
  });
}

type FieldValues = Readonly<Record<string, unknown>>;

/** Returns what is doubtful in the fields in which a record differs by now, though it was taken. */
export const doubtsIn = (
  fields: Fields,
  before: object | null,
  after: object,
): readonly { readonly name: Text; readonly doubt: Text }[] =>
  handFields(fields).flatMap(([name, field]) => {
    const { [field.shownAs ?? name]: was } = (before ?? {}) as FieldValues;
    const { [field.shownAs ?? name]: is } = after as FieldValues;
    if (field.type === "objects" || JSON.stringify(was) === JSON.stringify(is)) return [];
    const of = valueRuleOf(field);
    return [is].flat().flatMap((one) => {
      const doubt = typeof one === "string" ? doubtOf(of, one) : undefined;
      return doubt === undefined ? [] : [{ name: field.label ?? same(field.column?.header ?? name), doubt }];
    });
  });
