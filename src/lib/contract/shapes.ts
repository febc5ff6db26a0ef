import { z } from "zod";
import { ERRORS } from "../errors/index.ts";

/** The schemas that have a name in the API document; `base` is what one extends. */
export const NAMED = new Map<z.ZodType, { readonly name: string; readonly base: z.ZodType | undefined }>();

/** Gives a schema a name in the API document. @param base a named schema that it extends */
export const named = <T extends z.ZodType>(name: string, schema: T, base?: z.ZodType): T => {
  NAMED.set(schema, { name, base });
  return schema;
};

/** A UUIDv7 in its text form. */
export const Id = z.uuid();

/** A UTC instant, ISO 8601 with `Z`. */
export const Instant = z.iso.datetime().meta({ description: "a UTC instant" });

export const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);

const InBothLanguages = z.object({ en: z.string(), ja: z.string() });

/** The RFC 9457 problem object of every failure; `type` is a code of the error table. */
export const ProblemObject = named(
  "Problem",
  z.object({
    type: z.string().meta({ description: `what failed: ${Object.keys(ERRORS).join(", ")}` }),
    title: z.string(),
    status: z.int(),
    detail: InBothLanguages,
    where: z.string().optional().meta({ description: "the parameter, field, row or address" }),
    hint: InBothLanguages.optional().meta({ description: "what to do next" }),
  }),
);

/** The path parameter of one record. */
export const byId = { id: Id };

/** A value of a field that is no secret. */
export const FieldValue = z.object({ field: z.string(), value: z.union([z.string(), z.array(z.string())]).nullable() });

/** `append` is the console's 追加更新, `replace` its 全件更新; `delete` deletes without a file; `revert` undoes a committed import. */
export const ImportMode = z.enum(["append", "replace", "delete", "revert"]);

/** Query parameter that finds records by what people call them. */
export const byName = { name: z.string().min(1) };

/** A query parameter that is true or false. */
export const flag = z
  .stringbool({ truthy: ["true"], falsy: ["false"] })
  .default(false)
  .meta({ type: "boolean", default: false });

/** Query parameters of a paged list. */
export const paging = {
  limit: z.coerce.number().int().min(1).max(1000).default(1000),
  cursor: z.string().min(1).max(4096).optional().meta({ description: "`next` of the page before" }),
};

/** Query parameters that filter a list or export; both match part of the normalised value. */
export const filters = {
  filterName: z.string().optional().meta({ description: "part of the name" }),
  filterId: z.string().optional().meta({ description: "part of the mail address, code or ユーザーID" }),
};

/** Query parameters that filter a list by an organisation and by any text of a record. */
export const searching = ({ org, text }: { readonly org: string; readonly text: string }) => ({
  org: Id.optional().meta({ description: `the id of an organisation: ${org}` }),
  search: z.string().max(1000).optional().meta({ description: text }),
});

/** Query parameter that turns a list's order round. */
export const descending = { desc: flag };

/** Query parameters of an export; the bytes are UTF-8, which the reader may re-encode. */
export const exporting = {
  ...filters,
  newline: z.enum(["crlf", "lf", "cr"]).default("crlf"),
};

/** Of a request that changes something. */
export const DryRun = z.boolean().optional().meta({ description: "true: answers what would be, and changes nothing" });
