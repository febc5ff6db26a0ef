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

/** A text for people, in both languages. */
export const InBothLanguages = z.object({ en: z.string(), ja: z.string() });

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

/** `append` is the console's 追加更新, `replace` its 全件更新; `delete` deletes without a file; `undo` undoes a change. */
export const ImportMode = z.enum(["append", "replace", "delete", "undo"]);

/** Of a request that changes something. */
export const DryRun = z.boolean().optional().meta({ description: "true: answers what would be, and changes nothing" });

const SEEN =
  "the tenant's revision before the caller looked at what this changes, and was asked: if it was changed since, nothing happens: 409";

/** What a request says of what its sender saw, who was asked about it; as a member of its body, and as a query parameter. */
export const seeing = { seen: z.int().min(0).optional().meta({ description: SEEN }) };
export const seeingByQuery = { seen: z.coerce.number().int().min(0).optional().meta({ description: SEEN }) };
