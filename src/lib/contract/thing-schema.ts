import { z } from "zod";
import {
  exampleLine,
  exampleOf,
  listColumnsOf,
  shownFields,
  type Field,
  type Fields,
  type RecordOf,
} from "../model/thing.ts";
import { characterCount, describeRule, isUnlimited, patternOf, type Rule } from "../model/rules.ts";
import { MAX_KEY_BYTES, valueRuleOf } from "../model/value-rule.ts";
import { Id, Instant, Sha256 } from "./shapes.ts";

/** JSON Schema keywords of values that are there: they accept blank, what only causes a warning, and what the console may have. */
export const ruleKeywords = (rule: Rule) => {
  const pattern = patternOf(rule);
  return {
    description: describeRule(rule).en,
    ...(pattern !== undefined && { pattern }),
    ...(rule.kind === "choice" && { enum: ["", ...rule.choices] }),
  };
};

/**
 * The schema of a value to be written: its rule in words and its greatest length. What breaks one is no malformed request:
 * the tenant says so.
 */
export const newValue = (field: Field) => {
  const { rule, max, key } = valueRuleOf(field);
  const about = isUnlimited(rule) ? undefined : describeRule(rule).en;
  const bytes = key === undefined ? undefined : `at most ${MAX_KEY_BYTES} bytes in UTF-8`;
  const description = [about, bytes].filter((one) => one !== undefined).join("; ");
  const maxLength = key === undefined ? max : Math.min(max, MAX_KEY_BYTES);
  return z.string().meta({ ...(description === "" ? {} : { description }), maxLength });
};

/** The schema of a value that satisfies `rule`: its description and its JSON Schema keywords, and a check of these. */
export const schemaOf = (rule: Rule) => {
  if (isUnlimited(rule)) return z.string();
  const { pattern, enum: choices, description } = ruleKeywords(rule);
  const expression = pattern === undefined ? undefined : new RegExp(pattern, "u");
  const fits = (value: string): boolean => expression?.test(value) !== false && choices?.includes(value) !== false;
  return z
    .string()
    .refine(fits, { error: `not ${description}` })
    .meta(ruleKeywords(rule));
};

const textSchema = ({ rule, longest, blank }: Extract<Field, { readonly type: "text" }>): z.ZodType => {
  if (rule !== undefined) return schemaOf(rule);
  const least = blank === false ? z.string().min(1) : z.string();
  if (longest === undefined) return least;
  // zod's own limit counts UTF-16 units, JSON Schema's characters
  return least
    .refine((value) => characterCount(value) <= longest, { error: `at most ${longest} characters` })
    .meta({ maxLength: longest });
};

const bareSchema = (field: Field): z.ZodType => {
  switch (field.type) {
    case "text":
      return textSchema(field);
    case "texts":
      return z.array(field.rule === undefined ? z.string() : schemaOf(field.rule));
    case "choice":
      return z.enum(field.choices);
    case "id":
      return Id;
    case "instant":
      return Instant;
    case "day":
      return z.iso.date();
    case "digest":
      return Sha256;
    case "boolean":
      return z.boolean();
    case "integer":
      return z.int();
    case "object":
      return z.object(membersOf(field.of));
    case "objects":
      return z.array(z.object(membersOf(field.of)));
  }
};

/** The schema of a field's value. */
const fieldSchema = (field: Field): z.ZodType => {
  const schema = bareSchema(field);
  if (field.nullable !== true) return schema;
  const { enum: choices } = field.type === "text" && field.rule !== undefined ? ruleKeywords(field.rule) : {};
  // JSON Schema holds null to `enum`, whatever `type` says
  return choices === undefined ? schema.nullable() : schema.nullable().meta({ enum: [...choices, null] });
};

type FieldSchemas<F extends Fields> = { [K in keyof RecordOf<F>]: z.ZodType<RecordOf<F>[K]> };

/** The schemas of a thing's fields, by the names of the tenant API. */
export const membersOf = <F extends Fields>(fields: F): FieldSchemas<F> =>
  Object.fromEntries(shownFields(fields).map(([name, field]) => [name, fieldSchema(field)])) as FieldSchemas<F>;

const changedTexts = (fields: Fields) =>
  Object.fromEntries(
    shownFields(fields).flatMap(([name, field]) =>
      field.type === "text" ? [[name, field.nullable === true ? newValue(field).nullable() : newValue(field)]] : [],
    ),
  );

/** The schemas of a thing's fields in a request that writes them: what breaks a rule of a text is no malformed request. */
export const changeMembersOf = <F extends Fields>(fields: F): FieldSchemas<F> => ({
  ...membersOf(fields),
  ...changedTexts(fields),
});

/** Makes the examples of the schemas made here: only the document and tests need them. */
export const EXAMPLES_OF = new WeakMap<z.ZodType, () => unknown>();

/** Gives a schema its example. */
export const withExample = <S extends z.ZodType>(schema: S, example: () => unknown): S => {
  EXAMPLES_OF.set(schema, example);
  return schema;
};

/** The schema of a thing's record. */
export const recordSchema = <F extends Fields>(fields: F) =>
  withExample(z.object(membersOf(fields)), () => exampleOf(fields));

/** The schema of a line of a thing's list: a member for each of its columns. */
export const lineSchema = (fields: Fields) =>
  withExample(
    z.object(Object.fromEntries(listColumnsOf(fields).map(({ key, field }) => [key, fieldSchema(field)]))),
    () => exampleLine(fields),
  );
