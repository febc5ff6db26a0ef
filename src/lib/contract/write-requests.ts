import { z } from "zod";
import {
  listEditableFields,
  isRequired,
  type Field,
  type Fields,
  type ManualValue,
  type ManualValues,
} from "../model/thing.ts";
import { CUSTOM_FIELD } from "../model/user.ts";
import { DryRun, Id } from "./shapes.ts";
import { SCHEMA_EXAMPLES, newValueSchema, withExample } from "./thing-schema.ts";

const CustomValue = z.strictObject({
  name: newValueSchema(CUSTOM_FIELD.fields.name).min(1),
  value: newValueSchema({ type: "text", lines: true }).nullable(),
});

const buildManualValueSchema = (field: Field): z.ZodType<ManualValue> => {
  if (field.refers !== undefined && field.type !== "texts") return Id.nullable();
  if (field.type === "texts") {
    const values = z.array(newValueSchema(field));
    return field.most === undefined ? values : values.max(field.most);
  }
  if (field.type === "objects") return z.array(CustomValue);
  if (field.type === "boolean") return z.boolean();
  return field.type === "choice" ? z.enum(field.choices).nullable() : newValueSchema(field).nullable();
};

/** Members that every write request may have in addition to the values of the record. */
export const writeOptions = {
  dryRun: DryRun,
};

interface MemberOptions {
  readonly without?: readonly string[] | undefined;
  /** additional members of the request */
  readonly more?: Readonly<Record<string, z.ZodType<ManualValue | undefined>>> | undefined;
}

const buildValueSchemas = (
  fields: Fields,
  { without = [] }: MemberOptions,
): Record<string, z.ZodType<ManualValue | undefined>> =>
  Object.fromEntries(
    listEditableFields(fields)
      .filter(([name]) => !without.includes(name))
      .map(([name, field]) => {
        const value = buildManualValueSchema(field);
        return [name, isRequired(field) ? value : value.optional()];
      }),
  );

type RequestBody = z.ZodType<ManualValues & { readonly dryRun?: boolean }>;

const findExampleValue = ({ example, refers, type }: Field): unknown => {
  if (example === null || example === undefined || refers === undefined || type === "texts")
    return example ?? undefined;
  return typeof example === "object" ? (example as { readonly id: string }).id : example;
};

const buildExampleValues = (fields: Fields, { without = [] }: MemberOptions): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    listEditableFields(fields).flatMap(([name, field]) => {
      const value = findExampleValue(field);
      return value === undefined || without.includes(name) ? [] : [[name, value]];
    }),
  );

/**
 * Returns the schema for the values of a new record. A missing value is blank; a reference is the ID of the other
 * record.
 */
export const newRecordSchema = (fields: Fields, choice: MemberOptions = {}): RequestBody =>
  withExample(
    z.strictObject({ ...buildValueSchemas(fields, choice), ...choice.more, ...writeOptions }) as RequestBody,
    () => buildExampleValues(fields, choice),
  );

/**
 * Returns the schema for a change to a record. A missing value is left unchanged; null or a blank text clears the
 * value.
 */
export const recordChangeSchema = (fields: Fields, choice: MemberOptions = {}): RequestBody =>
  withExample(
    z.strictObject({
      ...z.object(buildValueSchemas(fields, choice)).partial().shape,
      ...choice.more,
      ...writeOptions,
    }) as RequestBody,
    () => Object.fromEntries(Object.entries(buildExampleValues(fields, choice)).slice(0, 2)),
  );

/**
 * Returns the schema for the result of a manual write: the record before and after, and in `consoleTask` the number of
 * the task to do in the console.
 */
export const writeResultSchema = <R extends z.ZodType>(record: R) =>
  withExample(
    z.object({
      before: record.nullable(),
      after: record,
      consoleTask: z.int().nullable(),
      dryRun: z.boolean(),
    }),
    () => {
      const shown = SCHEMA_EXAMPLES.get(record)?.();
      return { before: shown, after: shown, consoleTask: null, dryRun: false };
    },
  );

/** The IDs of the records that one request changes or deletes together. */
export const recordIdList = { ids: z.array(Id).min(1).max(1000) };
