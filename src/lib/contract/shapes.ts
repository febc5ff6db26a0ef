import { createRoute, z, type RouteConfig } from "@hono/zod-openapi";
import type { ZodType } from "zod";
import { ERRORS, titleOf, type ErrorCode } from "../errors/index.ts";

/** A UUIDv7 in its text form. */
export const Id = z.uuid();

/** A UTC instant, ISO 8601 with `Z`. */
export const Instant = z.iso.datetime().openapi({ description: "a UTC instant" });

export const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);

const InBothLanguages = z.object({ en: z.string(), ja: z.string() });

/** The RFC 9457 problem object of every failure; `type` is a code of the error table. */
export const ProblemObject = z
  .object({
    type: z.string().openapi({ description: `what failed: ${Object.keys(ERRORS).join(", ")}` }),
    title: z.string(),
    status: z.int(),
    detail: InBothLanguages,
    where: z.string().optional().openapi({ description: "the parameter, field, row or address" }),
    hint: InBothLanguages.optional().openapi({ description: "what to do next" }),
  })
  .openapi("Problem");

export type ProblemObject = z.infer<typeof ProblemObject>;

/** A page of a list: `next` is the cursor of the following page, null at the end. */
export const page = <T extends ZodType>(item: T) => z.object({ items: z.array(item), next: z.string().nullable() });

/** Query parameters of a paged list. */
export const paging = {
  limit: z.coerce.number().int().min(1).max(1000).default(1000),
  cursor: z.string().min(1).max(4096).optional().openapi({ description: "`next` of the page before" }),
} as const;

/** Query parameters that filter a list or export; both match part of the normalised value. */
export const filters = {
  filterName: z.string().optional().openapi({ description: "part of the name" }),
  filterId: z.string().optional().openapi({ description: "part of the mail address, code or ユーザーID" }),
} as const;

/** The JSON body of a request; unknown keys are rejected. */
export const jsonBody = <T extends ZodType>(schema: T) =>
  ({ body: { content: { "application/json": { schema } }, required: true } }) as const;

/** The unchanged bytes of a file; the content type names its charset. */
export const csvBody = {
  body: {
    description:
      "The file's bytes as they are. The content type names their charset: `text/csv; charset=` utf-8, shift_jis (CP932), utf-16le or utf-16be. Of any length.",
    content: { "text/csv": { schema: z.string() } },
    required: true,
  },
} as const;

export const json = <T extends ZodType>(schema: T, description: string) => ({
  description,
  content: { "application/json": { schema } },
});

/** The ETag of a plan, as a header of its import's answer. */
const etagHeader = z.object({
  ETag: z.string().optional().openapi({
    description: "The plan's ETag, as in the body's `etag`; missing if there is no plan. It changes with the plan.",
  }),
});

/** A JSON answer with an ETag. */
export const tagged = <T extends ZodType>(schema: T, description: string) => ({
  ...json(schema, description),
  headers: etagHeader,
});

/** One JSON object per line, streamed. */
export const lines = <T extends ZodType>(schema: T, description: string) => ({
  description: `${description}. One JSON object a line (NDJSON), each line ended by LF, streamed.`,
  // the key is typed loosely: a body typed as JSON could not be answered as a stream
  content: { "application/x-ndjson": { schema } } as Readonly<Record<string, { readonly schema: T }>>,
});

/** A page, or where a request accepts NDJSON the whole list, streamed. */
export const pageOrLines = <T extends ZodType>(item: T, line: ZodType, description: string) => ({
  description: `${description}. With \`Accept: application/x-ndjson\` not a page but all of them: one JSON object a line, with a member for each column of the list, each line ended by LF, streamed from one snapshot; \`limit\` and \`cursor\` do not apply then.`,
  content: { ...json(page(item), description).content, ...lines(line, description).content },
});

/** UTF-8 CSV with the console's headers, streamed. */
export const csvText = (description: string) => ({
  description: `${description}. CSV in UTF-8 without BOM, with the console's headers, streamed.`,
  content: { "text/csv": { schema: z.string() } },
});

const problem = (description: string) => ({
  description,
  content: { "application/problem+json": { schema: ProblemObject } },
});

/** HTTP statuses that the error table lacks; the type of the problem is `usage`. */
const HTTP_FAULTS = {
  413: "The JSON body is longer than 1 MiB",
  415: "The content type is not the one named here, or its charset is unknown",
} as const;

/** The failures a route can answer with; any can be `unexpected`, and `usage` for an unknown parameter or field. */
export const failures = (codes: readonly ErrorCode[] = [], http: readonly (keyof typeof HTTP_FAULTS)[] = []) => {
  const all: readonly ErrorCode[] = ["usage", ...codes, "unexpected"];
  const responses = Object.fromEntries([
    ...all.map((code) => [ERRORS[code].status, problem(`\`${code}\`: ${titleOf(code)}`)] as const),
    ...http.map((status) => [status, problem(HTTP_FAULTS[status])] as const),
  ]);
  return responses as Record<400, ReturnType<typeof problem>>;
};

/**
 * A route of the tenant API. Undeclared query parameters are rejected, even if it declares none.
 *
 * @see createRoute
 */
export const route = <P extends string, R extends Omit<RouteConfig, "path"> & { path: P }>(
  config: R,
): ReturnType<typeof createRoute<P, R>> =>
  createRoute<P, R>({ ...config, request: { query: z.strictObject({}), ...config.request } });
