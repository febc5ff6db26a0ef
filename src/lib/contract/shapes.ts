import { z } from "@hono/zod-openapi";
import type { ZodType } from "zod";
import { ERRORS } from "../errors/index.ts";

/** A UUIDv7 in its text form. */
export const Id = z.uuid();

/** A UTC instant, ISO 8601 with `Z`. */
export const Instant = z.iso.datetime();

export const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** The RFC 9457 problem object of every failure; `type` is a code of the error table. */
export const ProblemObject = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.object({ en: z.string(), ja: z.string() }),
    where: z.string().optional(),
    hint: z.object({ en: z.string(), ja: z.string() }).optional(),
  })
  .openapi("Problem");

export type ProblemObject = z.infer<typeof ProblemObject>;

/** A page of a list: `next` is the cursor of the following page, null at the end. */
export const page = <T extends ZodType>(item: T) => z.object({ items: z.array(item), next: z.string().nullable() });

/** Query parameters of a paged list. */
export const paging = {
  limit: z.coerce.number().int().min(1).max(1000).default(1000),
  cursor: z.string().optional(),
} as const;

/** Query parameters that narrow a list or export; both match part of the normalised value. */
export const filters = {
  filterName: z.string().optional(),
  filterId: z.string().optional(),
} as const;

export const json = <T extends ZodType>(schema: T, description: string) => ({
  description,
  content: { "application/json": { schema } },
});

/** One JSON object a line, streamed. */
export const lines = <T extends ZodType>(schema: T, description: string) => ({
  description,
  content: { "application/x-ndjson": { schema } },
});

/** UTF-8 CSV with the console's headers, streamed. */
export const csvText = (description: string) => ({
  description,
  content: { "text/csv": { schema: z.string() } },
});

const statuses = [...new Set(Object.values(ERRORS).map((error) => error.status))].filter((status) => status >= 400);

/** The failures every route can answer with. */
export const failures = Object.fromEntries(
  statuses.map((status) => [
    status,
    { description: "Problem", content: { "application/problem+json": { schema: ProblemObject } } },
  ]),
) as Record<400, { description: string; content: { "application/problem+json": { schema: typeof ProblemObject } } }>;
