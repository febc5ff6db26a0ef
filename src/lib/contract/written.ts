import { z } from "zod";
import { handFields, isRequired, type Field, type Fields, type HandValue, type HandValues } from "../model/thing.ts";
import { CUSTOM_FIELD } from "../model/user.ts";
import { DryRun, Id } from "./shapes.ts";
import { EXAMPLES_OF, newValue, withExample } from "./thing-schema.ts";

const NamedValue = z.strictObject({
  name: newValue(CUSTOM_FIELD.fields.name).min(1),
  value: newValue({ type: "text", lines: true }).nullable(),
});

const handValue = (field: Field): z.ZodType<HandValue> => {
  if (field.refers !== undefined && field.type !== "texts") return Id.nullable();
  if (field.type === "texts") return z.array(newValue(field));
  if (field.type === "objects") return z.array(NamedValue);
  if (field.type === "boolean") return z.boolean();
  return field.type === "choice" ? z.enum(field.choices).nullable() : newValue(field).nullable();
};

/** What a request that writes may say besides its values. */
export const writing = {
  dryRun: DryRun,
};

interface MemberChoice {
  readonly without?: readonly string[] | undefined;
  /** what else a request may say */
  readonly more?: Readonly<Record<string, z.ZodType<HandValue | undefined>>> | undefined;
}

const membersOf = (fields: Fields, { without = [] }: MemberChoice): Record<string, z.ZodType<HandValue | undefined>> =>
  Object.fromEntries(
    handFields(fields)
      .filter(([name]) => !without.includes(name))
      .map(([name, field]) => {
        const value = handValue(field);
        return [name, isRequired(field) ? value : value.optional()];
      }),
  );

type Body = z.ZodType<HandValues & { readonly dryRun?: boolean }>;

/** The example of a value that is set by hand; undefined where the field has none. */
const exampleValue = ({ example, refers, type }: Field): unknown => {
  if (example === null || example === undefined || refers === undefined || type === "texts")
    return example ?? undefined;
  return typeof example === "object" ? (example as { readonly id: string }).id : example;
};

const exampleValues = (fields: Fields, { without = [] }: MemberChoice): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    handFields(fields).flatMap(([name, field]) => {
      const value = exampleValue(field);
      return value === undefined || without.includes(name) ? [] : [[name, value]];
    }),
  );

/** The values of a new record; one that is missing is blank. A reference is the other record's id. */
export const newRecord = (fields: Fields, choice: MemberChoice = {}): Body =>
  withExample(z.strictObject({ ...membersOf(fields, choice), ...choice.more, ...writing }) as Body, () =>
    exampleValues(fields, choice),
  );

/** A change of a record; a missing value stays as it is, null or a blank text clears it. */
export const recordChange = (fields: Fields, choice: MemberChoice = {}): Body =>
  withExample(
    z.strictObject({ ...z.object(membersOf(fields, choice)).partial().shape, ...choice.more, ...writing }) as Body,
    () => Object.fromEntries(Object.entries(exampleValues(fields, choice)).slice(0, 2)),
  );

/** What was written by hand: the record before and after; `consoleTask` is the number of what has to be done in the console. */
export const written = <R extends z.ZodType>(record: R) =>
  withExample(
    z.object({
      before: record.nullable(),
      after: record,
      consoleTask: z.int().nullable(),
      dryRun: z.boolean(),
    }),
    () => {
      const shown = EXAMPLES_OF.get(record)?.();
      return { before: shown, after: shown, consoleTask: null, dryRun: false };
    },
  );

/** Several records that are moved together, by id. */
export const several = { ids: z.array(Id).min(1).max(1000) };
