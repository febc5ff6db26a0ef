import { z } from "zod";
import { ERRORS } from "../errors/index.ts";

/** The schemas that have a name in the API document. `base` is the schema that a schema extends. */
export const NAMED_SCHEMAS = new Map<z.ZodType, { readonly name: string; readonly base: z.ZodType | undefined }>();

export const nameSchema = <T extends z.ZodType>(name: string, schema: T, base?: z.ZodType): T => {
  NAMED_SCHEMAS.set(schema, { name, base });
  return schema;
};

/** A UUIDv7 in its text form. */
export const Id = z.uuid();

/** A UTC instant, ISO 8601 with `Z`. */
export const Instant = z.iso.datetime().meta({ description: "UTC instant (ISO 8601 with Z)", pattern: "Z$" });

/** The fields of a body with a small file. */
export const namedFile = {
  name: z.string().min(1).max(1000).meta({ description: "the file's name" }),
  content: z.base64().max(400_000).meta({
    description: "content of the file, in base64",
    pattern: "^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$",
  }),
};

export const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** A text for people, in English and Japanese. */
export const BilingualText = z.object({ en: z.string(), ja: z.string() });

/** The RFC 9457 problem object of every failure. `type` is a code of the error table. */
export const ProblemObject = nameSchema(
  "Problem",
  z.object({
    type: z.string().meta({ description: `code of the failure: ${Object.keys(ERRORS).join(", ")}` }),
    title: z.string(),
    status: z.int(),
    detail: BilingualText,
    where: z.string().optional().meta({ description: "the parameter, field, row or address that caused the failure" }),
    hint: BilingualText.optional().meta({ description: "what to do next" }),
  }),
);

/** The path parameter that identifies a record. */
export const byId = { id: Id };

/** `append` is the console's 追加更新, `replace` 全件更新; `delete` deletes without a file; `undo` undoes a change. */
export const ImportMode = z.enum(["append", "replace", "delete", "undo"]);

/** The `dryRun` member of a request that changes something. */
export const DryRun = z
  .boolean()
  .optional()
  .meta({ description: "true: return what would be done, and change nothing" });

const SEEN_REVISION_DESCRIPTION =
  "the tenant's revision from before the caller read the data that this request changes; if the data was changed since then, the request changes nothing and fails with 409";

/** The tenant's revision that the caller saw before confirming; here in the body, below as a query parameter. */
export const seenRevision = { seen: z.int().min(0).optional().meta({ description: SEEN_REVISION_DESCRIPTION }) };
export const seenRevisionQuery = {
  seen: z.coerce.number().int().min(0).optional().meta({ description: SEEN_REVISION_DESCRIPTION }),
};
