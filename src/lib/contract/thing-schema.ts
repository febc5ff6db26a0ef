import { z } from "zod";
import {
  buildExampleLine,
  buildExampleRecord,
  buildListColumns,
  listApiFields,
  type Field,
  type Fields,
  type RecordOf,
} from "../model/thing.ts";
import { countCharacters, describeRule, isUnlimited, buildRulePattern, type Rule } from "../model/rules.ts";
import { MAX_KEY_BYTES, valueRuleOf } from "../model/value-rule.ts";
import { Id, Instant, Sha256 } from "./shapes.ts";

/**
 * Returns JSON Schema keywords for stored values. They accept blank values, values that cause a warning, and all values
 * that the console can have.
 */
export const buildRuleKeywords = (rule: Rule) => {
  const pattern = buildRulePattern(rule);
  return {
    description: describeRule(rule).en,
    ...(pattern !== undefined && { pattern }),
    ...(rule.kind === "choice" && { enum: ["", ...rule.choices] }),
  };
};

/**
 * Returns the schema of a value to be written: a description of its rule, and its maximum length. A value that breaks
 * the rule does not make the request malformed; the tenant rejects it with its own message.
 */
export const newValueSchema = (field: Field) => {
  const { rule, max, key } = valueRuleOf(field);
  const about = isUnlimited(rule) ? undefined : describeRule(rule).en;
  const bytes = key === undefined ? undefined : `at most ${MAX_KEY_BYTES} bytes in UTF-8`;
  const description = [about, bytes].filter((one) => one !== undefined).join("; ");
  const maxLength = key === undefined ? max : Math.min(max, MAX_KEY_BYTES);
  return z.string().meta({ ...(description === "" ? {} : { description }), maxLength });
};

/**
 * Returns the schema of values that satisfy `rule`: a description, JSON Schema keywords, and a check that the keywords
 * are satisfied.
 */
export const ruleSchema = (rule: Rule) => {
  if (isUnlimited(rule)) return z.string();
  const { pattern, enum: choices, description } = buildRuleKeywords(rule);
  const expression = pattern === undefined ? undefined : new RegExp(pattern, "u");
  const fits = (value: string): boolean => expression?.test(value) !== false && choices?.includes(value) !== false;
  return z
    .string()
    .refine(fits, { error: `not ${description}`, params: { ja: `${describeRule(rule).ja}ではありません` } })
    .meta(buildRuleKeywords(rule));
};

const textSchema = ({ rule, longest, blank }: Extract<Field, { readonly type: "text" }>): z.ZodType => {
  if (rule !== undefined) return ruleSchema(rule);
  const least = blank === false ? z.string().min(1) : z.string();
  if (longest === undefined) return least;
  // zod's own limit counts UTF-16 units, but JSON Schema counts characters
  return least
    .refine((value) => countCharacters(value) <= longest, {
      error: `at most ${longest} characters`,
      params: { ja: `${longest} 文字まで` },
    })
    .meta({ maxLength: longest });
};

const nonNullSchema = (field: Field): z.ZodType => {
  switch (field.type) {
    case "text":
      return textSchema(field);
    case "texts":
      return z.array(field.rule === undefined ? z.string() : ruleSchema(field.rule));
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
      return z.object(buildFieldSchemas(field.of));
    case "objects":
      return z.array(z.object(buildFieldSchemas(field.of)));
  }
};

const fieldSchema = (field: Field): z.ZodType => {
  const schema = nonNullSchema(field);
  if (field.nullable !== true) return schema;
  const { enum: choices } = field.type === "text" && field.rule !== undefined ? buildRuleKeywords(field.rule) : {};
  // JSON Schema applies `enum` to null too, whatever `type` says
  return choices === undefined ? schema.nullable() : schema.nullable().meta({ enum: [...choices, null] });
};

type FieldSchemas<F extends Fields> = { [K in keyof RecordOf<F>]: z.ZodType<RecordOf<F>[K], RecordOf<F>[K]> };

/** Returns the schemas of the fields of a record type, by their names in the tenant API. */
export const buildFieldSchemas = <F extends Fields>(fields: F): FieldSchemas<F> =>
  Object.fromEntries(listApiFields(fields).map(([name, field]) => [name, fieldSchema(field)])) as FieldSchemas<F>;

const buildNewTextSchemas = (fields: Fields) =>
  Object.fromEntries(
    listApiFields(fields).flatMap(([name, field]) =>
      field.type === "text"
        ? [[name, field.nullable === true ? newValueSchema(field).nullable() : newValueSchema(field)]]
        : [],
    ),
  );

/** Returns a record type's field schemas for writes; a text that breaks its rule is not a malformed request. */
export const buildChangeSchemas = <F extends Fields>(fields: F): FieldSchemas<F> => ({
  ...buildFieldSchemas(fields),
  ...buildNewTextSchemas(fields),
});

/** Functions that make the examples of the schemas created here. Only the API document and tests need the examples. */
export const SCHEMA_EXAMPLES = new WeakMap<z.ZodType, () => unknown>();

export const withExample = <S extends z.ZodType>(schema: S, example: () => unknown): S => {
  SCHEMA_EXAMPLES.set(schema, example);
  return schema;
};

export const recordSchema = <F extends Fields>(fields: F) =>
  withExample(z.object(buildFieldSchemas(fields)), () => buildExampleRecord(fields));

/** Returns the schema of a line of a list, with a member for each column of the list. */
export const lineSchema = (fields: Fields) =>
  withExample(
    z.object(Object.fromEntries(buildListColumns(fields).map(({ key, field }) => [key, fieldSchema(field)]))),
    () => buildExampleLine(fields),
  );
