import { Failure } from "../../../lib/errors/index.ts";
import { toCanonicalValue } from "../../../lib/model/rules.ts";
import {
  listEditableFields,
  type Field,
  type Fields,
  type ManualValue,
  type ManualValues,
  valueRuleOf,
} from "../../../lib/model/thing.ts";
import { describeValueWarning } from "../../../lib/model/value.ts";
import { same, text, type Text } from "../../../lib/text/index.ts";
import { requireFreeTextConfirmation } from "../password-question.ts";
import type { Tools } from "../tools.ts";
import type { Field as OptionField, Fields as OptionFields } from "../field.ts";

export const DRY_RUN_OPTION = {
  kind: "boolean",
  about: text("show the result without changing anything", "結果を表示するだけで何も変更しない"),
} as const satisfies OptionField;

interface ValueOptionSettings {
  readonly without?: readonly string[] | undefined;
  /** true for a new record, so that a missing required field is a usage error */
  readonly isNew?: boolean | undefined;
  readonly required?: readonly string[] | undefined;
}

const toOptionName = (name: string, { short, shownAs }: Field): string =>
  name === "accountName" ? name : (shownAs ?? short ?? name);

const isClearable = ({ type, refers, nullable, clearable, column }: Field): boolean => {
  if (type === "texts") return column?.required === undefined;
  return nullable === true && (refers === undefined || clearable !== false);
};

const buildOption = (name: string, field: Field, isRequired: boolean): OptionField => {
  const about = field.label ?? same(name);
  const required = isRequired || undefined;
  const blank = (!isRequired && isClearable(field)) || undefined;
  if (field.type === "objects") {
    return { kind: "string", value: "NAME=VALUE", repeatable: true, about };
  }
  const to = field.type === "texts" ? field.follows?.[0] : field.refers?.to;
  const word = to?.toUpperCase() ?? "TEXT";
  const named = to === "org" ? text(`${about.en} (code or path)`, `${about.ja}(組織コードかパス)`) : about;
  if (field.type === "texts") return { kind: "string", value: word, repeatable: true, required, blank, about: named };
  if (field.refers !== undefined) return { kind: "string", value: word, blank, about: named };
  const rule = "rule" in field ? field.rule : undefined;
  if (field.type === "boolean") return { kind: "choice", choices: ["yes", "no"], about };
  if (field.type === "digest") return { kind: "file", blank, about };
  if (field.type === "integer")
    return { kind: "number", min: rule?.kind === "count" ? 0 : Number.MIN_SAFE_INTEGER, required, blank, about };
  const value = field.type === "choice" && field.choices.length > 8 ? "CHOICE" : undefined;
  if (field.type === "choice") return { kind: "choice", choices: field.choices, value, required, blank, about };
  if (rule?.kind === "choice") return { kind: "choice", choices: rule.choices, value: "TEXT", required, blank, about };
  return { kind: "string", value: "TEXT", required, blank, about };
};

export const buildValueOptions = (
  fields: Fields,
  { without = [], isNew = false, required = [] }: ValueOptionSettings = {},
): OptionFields =>
  Object.fromEntries(
    listEditableFields(fields)
      .filter(([name]) => !without.includes(name))
      .map(([name, field]) => {
        const isRequired = required.includes(name) || (isNew && field.column?.required !== undefined);
        return [toOptionName(name, field), buildOption(name, field, isRequired)];
      }),
  );

export type RecordResolver = (typed: string) => Promise<string>;

/** Asks about values that look like passwords. */
export const parseValueOptions = async (
  tools: Pick<Tools, "terminal" | "globals">,
  fields: Fields,
  input: Readonly<Record<string, unknown>>,
  resolve: Readonly<Record<string, RecordResolver>> = {},
): Promise<ManualValues> => {
  const byOption = Object.entries(fields).map(([name, field]) => [toOptionName(name, field), field] as const);
  await requireFreeTextConfirmation(tools, Object.fromEntries(byOption), input);
  const values: Record<string, ManualValue> = {};
  for (const [name, field] of listEditableFields(fields)) {
    const { [toOptionName(name, field)]: given } = input;
    if (given === undefined || (Array.isArray(given) && given.length === 0)) continue;
    if (field.type === "objects") values[name] = (given as readonly string[]).map(parseCustomValue);
    else if (field.type === "texts") {
      const texts = (given as readonly (string | null)[]).filter((one) => one !== null);
      const { follows } = field;
      values[name] =
        follows === undefined ? texts : await Promise.all(texts.map(findResolver(resolve, follows.join("."))));
    } else if (field.type === "boolean") values[name] = given === "yes";
    else if (given !== null && field.type === "digest")
      values[name] = await findResolver(resolve, "file")(given as string);
    else if (field.type === "day" && given !== null) values[name] = toCanonicalValue({ kind: "day" }, given as string);
    else if (given === null || field.refers === undefined) values[name] = given as ManualValue;
    else values[name] = await findResolver(resolve, field.refers.to)(given as string);
  }
  return values;
};

const findResolver = (resolve: Readonly<Record<string, RecordResolver>>, thing: string): RecordResolver => {
  const { [thing]: found } = resolve;
  if (found === undefined) throw new TypeError(`nothing finds a ${thing}`);
  return found;
};

function parseCustomValue(given: string): { readonly name: string; readonly value: string | null } {
  const at = given.indexOf("=");
  if (at > 0) return { name: given.slice(0, at), value: given.slice(at + 1) || null };
  throw new Failure("usage", {
    what: text(`--custom expects NAME=VALUE, not "${given}"`, `--custom は「項目名=値」で指定してください: ${given}`),
    where: "--custom",
  });
}

type FieldValues = Readonly<Record<string, unknown>>;

export const findDoubtfulValues = (
  fields: Fields,
  before: object | null,
  after: object,
): readonly { readonly name: Text; readonly doubt: Text }[] =>
  listEditableFields(fields).flatMap(([name, field]) => {
    const { [field.shownAs ?? name]: was } = (before ?? {}) as FieldValues;
    const { [field.shownAs ?? name]: is } = after as FieldValues;
    if (field.type === "objects" || JSON.stringify(was) === JSON.stringify(is)) return [];
    const of = valueRuleOf(field);
    return [is].flat().flatMap((one) => {
      const doubt = typeof one === "string" ? describeValueWarning(of, one) : undefined;
      return doubt === undefined ? [] : [{ name: field.label ?? same(field.column?.header ?? name), doubt }];
    });
  });
