import { z } from "zod";
import {
  listApiFields,
  listEditableFields,
  isRequired,
  type Field,
  type Fields,
  type ManualValue,
  type ManualValues,
  type RecordOf,
  valueRuleOf,
} from "../../model/thing.ts";
import { describeRule, acceptsAnyText, MAX_KEY_BYTES, MAX_SEARCH_LENGTH } from "../../model/rules.ts";
import { CUSTOM_FIELD } from "../../nouns/user.ts";

export { z } from "zod";

export const Id = z.uuid();

export const Instant = z.iso.datetime().meta({ description: "UTC instant (ISO 8601 with Z)", pattern: "Z$" });

export const namedFile = {
  name: z.string().min(1).max(1000).meta({ description: "the file's name" }),
  content: z.base64().max(400_000).meta({
    description: "content of the file, in base64",
    pattern: "^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$",
  }),
};

export const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);

export const DryRun = z
  .boolean()
  .optional()
  .meta({ description: "true: return what would be done, and change nothing" });

export const byName = { name: z.string().min(1) };

export const queryFlag = z
  .stringbool({ truthy: ["true"], falsy: ["false"] })
  .default(false)
  .meta({ type: "boolean", default: false });

export const limitParameter = z.coerce.number().int().min(1);

/** A value matches a filter if the normalised value contains the filter's text. */
export const filters = {
  filterName: z.string().optional().meta({ description: "part of the name" }),
  filterId: z.string().optional().meta({ description: "part of the email address, code or ユーザーID" }),
};

export const buildOrgFilters = (org: string) => ({
  org: Id.optional().meta({ description: `ID of an organisation: ${org} or in an organisation below it` }),
  direct: queryFlag.meta({ description: "true: `org` does not include the organisations below it" }),
});

export const buildSearchFilters = (org: string) => ({
  ...buildOrgFilters(org),
  search: z.string().max(MAX_SEARCH_LENGTH).optional().meta({ description: "text to find in any value" }),
});

export const descendingOrder = { desc: queryFlag };

export const exportQuery = { ...filters, newline: z.enum(["crlf", "lf", "cr"]).default("crlf") };

export const listFormQuery = {
  limit: z.coerce.number().int().min(0).optional(),
  columns: queryFlag.meta({ description: "true: a line has a member for each column, instead of the record" }),
};

export const listQuery = { ...filters, ...listFormQuery };

/** Returns a schema without the field's rule, which the tenant checks. */
export const newValueSchema = (field: Field) => {
  const { rule, max, key } = valueRuleOf(field);
  const about = acceptsAnyText(rule) ? undefined : describeRule(rule).en;
  const bytes = key === undefined ? undefined : `at most ${MAX_KEY_BYTES} bytes in UTF-8`;
  const description = [about, bytes].filter((one) => one !== undefined).join("; ");
  const maxLength = key === undefined ? max : Math.min(max, MAX_KEY_BYTES);
  return z.string().meta({ ...(description === "" ? {} : { description }), maxLength });
};

const nonNullSchema = (field: Field): z.ZodType => {
  switch (field.type) {
    case "text":
      return newValueSchema(field);
    case "texts":
      return z.array(z.string());
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

const fieldSchema = (field: Field): z.ZodType =>
  field.nullable === true ? nonNullSchema(field).nullable() : nonNullSchema(field);

type FieldSchemas<F extends Fields> = { [K in keyof RecordOf<F>]: z.ZodType<RecordOf<F>[K], RecordOf<F>[K]> };

export const buildFieldSchemas = <F extends Fields>(fields: F): FieldSchemas<F> =>
  Object.fromEntries(listApiFields(fields).map(([name, field]) => [name, fieldSchema(field)])) as FieldSchemas<F>;

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
  if (field.type === "integer") return z.int().nullable();
  if (field.type === "digest") return namedFile.content.nullable();
  return field.type === "choice" ? z.enum(field.choices).nullable() : newValueSchema(field).nullable();
};

export const writeOptions = { dryRun: DryRun };

interface MemberOptions {
  readonly without?: readonly string[] | undefined;
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

/** Missing values are blank. A reference is the ID of the other record. */
export const newRecordSchema = (fields: Fields, choice: MemberOptions = {}): RequestBody =>
  z.strictObject({ ...buildValueSchemas(fields, choice), ...choice.more, ...writeOptions }) as RequestBody;

/** Missing values do not change. Null or a blank text clears a value. */
export const recordChangeSchema = (fields: Fields, choice: MemberOptions = {}): RequestBody =>
  z.strictObject({
    ...z.object(buildValueSchemas(fields, choice)).partial().shape,
    ...choice.more,
    ...writeOptions,
  }) as RequestBody;

export const recordIdList = { ids: z.array(Id).min(1).max(10_000) };
