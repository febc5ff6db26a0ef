import { z } from "zod";
import type { ErrorCode } from "../errors/index.ts";

/** How an answer is sent, and what its schema describes. */
export const MEDIA_TYPES = {
  /** one JSON object */
  json: "application/json",
  /** one JSON object with the ETag of its plan */
  tagged: "application/json",
  /** a short list, whole: `{ items }` */
  items: "application/json",
  /** a page of a long list: `{ items, next }`, where `next` is the cursor of the following page, null at the end */
  page: "application/json",
  /** as `page`; where a request accepts NDJSON the whole list, streamed from one snapshot */
  list: "application/json",
  /** NDJSON, streamed; the schema is that of a line */
  lines: "application/x-ndjson",
  /** CSV in UTF-8 without BOM, with the console's headers, streamed */
  csv: "text/csv",
  /** several files, streamed; the schema is that of the last one, which is JSON and called {@link LAST_PART} */
  parts: "multipart/mixed",
} as const;

/** The part that ends an answer of `parts`: without it the others are not whole. */
export const LAST_PART = "end.json";

/** The header by which an export says that the audit has no record of it, as its tenant is read-only. */
export const AUDIT_HEADER = "clomoctl-audit";
export const UNAUDITED = "none";

/** Numbers of changes, as a header has them. */
export const CHANGES = /^[1-9]\d{0,14}(?:, [1-9]\d{0,14})*$/;

/** The header by which an answer tells the number of the change that it is of. */
export const CHANGE_HEADER = "clomoctl-change";

export type AnswerKind = keyof typeof MEDIA_TYPES;

/** The headers that answers have besides those of HTTP: which answers have one, and its schema. */
export const OWN_HEADERS: Readonly<
  Record<string, { readonly has: (route: Route) => boolean; readonly schema: z.ZodType }>
> = {
  ETag: {
    has: ({ answer: { kind } }) => kind === "tagged",
    schema: z.string().optional().meta({
      description: "The plan's ETag, as in the body's `etag`; missing if there is no plan. It changes with the plan.",
    }),
  },
  [AUDIT_HEADER]: {
    has: ({ answer: { isExport } }) => isExport === true,
    schema: z.literal(UNAUDITED).optional().meta({
      description:
        "The audit has no record of this export, as the tenant is read-only; missing if it has one, or needs none (one record or none).",
    }),
  },
  [CHANGE_HEADER]: {
    has: (route) => changesTenant(route) && route.answer.kind !== "tagged",
    schema: z.string().regex(CHANGES).optional().meta({
      description:
        "The number of the change that was made, as in the audit, or of several, in their order; missing if nothing was changed. An import has it in its body.",
    }),
  },
};

/** The names of all headers of answers that a client reads, in lower case; it passes on no others. */
export const ANSWER_HEADERS: readonly string[] = ["content-type", "allow", "retry-after"].concat(
  Object.keys(OWN_HEADERS).map((name) => name.toLowerCase()),
);

/** What a route answers when it succeeds. */
export interface RouteAnswer<K extends AnswerKind = AnswerKind, S extends z.ZodType = z.ZodType> {
  readonly kind: K;
  readonly schema: S;
  /** of a line of a `list`, a member for each of its columns */
  readonly line?: z.ZodType | undefined;
  readonly description: string;
  /** an export, of which the audit has a record, or a header says that it has none */
  readonly isExport?: true | undefined;
}

const answer =
  <K extends AnswerKind>(kind: K) =>
  <S extends z.ZodType>(schema: S, description: string): RouteAnswer<K, S> => ({ kind, schema, description });

export const json = answer("json");
export const tagged = answer("tagged");
export const lines = answer("lines");
export const parts = answer("parts");
export const items = <T extends z.ZodType>(item: T, description: string) =>
  answer("items")(z.object({ items: z.array(item) }), description);
const pageOf = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item), next: z.string().nullable() });
export const page = <T extends z.ZodType>(item: T, description: string) => answer("page")(pageOf(item), description);
export const list = <T extends z.ZodType>(item: T, line: z.ZodType, description: string) => ({
  ...answer("list")(pageOf(item), description),
  line,
});
export const csv = (description: string) => ({
  ...answer("csv")(z.string(), description),
  isExport: true as const,
});
export const exportedLines = <T extends z.ZodType>(line: T, description: string) => ({
  ...lines(line, description),
  isExport: true as const,
});

/** How long a JSON body may be, in MiB. */
export const BODY_MIB = 1;

/** What a route takes besides its method and path, and what it answers. */
interface RouteOptions {
  /** its operationId, unique in the API */
  readonly id: string;
  readonly summary: string;
  /** an answer, where it does not follow from the examples of a thing's fields */
  readonly example?: unknown;
  /** the parameter in its path, if it has one */
  readonly params?: z.ZodRawShape;
  /** any other query parameter is rejected */
  readonly query?: z.ZodRawShape;
  /** the JSON body of the request */
  readonly body?: z.ZodType;
  /** how long it may be, in MiB; {@link BODY_MIB} unless said */
  readonly bodyMib?: number;
  /** takes a CSV file: its bytes as they are */
  readonly file?: true;
  /** takes what an export of all resources answers: the parts of its records, and no others */
  readonly takesParts?: true;
  /** acts on a plan that its caller has seen, named by its ETag in If-Match */
  readonly ifMatch?: true;
  readonly answer: RouteAnswer;
  /** of the answer; 200 unless something was made */
  readonly status?: 200 | 201;
  /** false where it writes but leaves the tenant's data as they are: plans, and what was sent to whom */
  readonly changes?: false;
  /** failures besides those that its method, path and body imply */
  readonly fails?: readonly ErrorCode[];
}

type Method = "get" | "post" | "put" | "patch" | "delete";

/** A route of the tenant API. */
export interface Route extends RouteOptions {
  readonly method: Method;
  /** with its parameter in braces */
  readonly path: string;
}

/** Whether a route changes the tenant's data, for which a protected context wants its name. */
export const changesTenant = ({ method, changes }: Pick<Route, "method" | "changes">): boolean =>
  method !== "get" && changes !== false;

/** Routes by the names of the client's methods. */
export type Routes = Readonly<Record<string, Route>>;

/** A noun of the tenant API: its tag in the document, which is the first part of its paths, and its routes. */
export interface Noun {
  readonly description: string;
  readonly routes: Routes;
}

const route =
  <M extends Method>(method: M) =>
  <const O extends RouteOptions>(path: string, operation: O) => ({ ...operation, method, path });

export const get = route("get");
export const post = route("post");
export const put = route("put");
export const patch = route("patch");
export const remove = route("delete");

const idempotencyKey = z
  .string()
  .regex(/^[\x21-\x7e]{1,255}$/)
  .optional()
  .meta({
    description:
      "A value unique to one request, sent again with its retries: the tenant does the work once and gives retries the same answer. The same key with another body is refused.",
  });

const ifMatch = z.string().min(1).meta({
  description: "The ETag of the plan the caller saw, with or without quotes. If the plan has changed since: 409.",
});

/** The content type of an Excel workbook. @see https://www.iana.org/assignments/media-types */
export const XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

const FILE = {
  description:
    "The file's bytes as they are. The content type names their charset: `text/csv; charset=` utf-8, shift_jis (CP932), utf-16le or utf-16be. Of any length. Or an Excel workbook (.xlsx) of at most 64 MiB.",
  content: { "text/csv": { schema: z.string() }, [XLSX_TYPE]: { schema: z.string() } },
  required: true,
};

const PARTS = {
  description:
    "Files as `POST /v1/exports` answers them: a part for each resource, named by Content-Disposition, with a record a line. Of any length.",
  content: { "multipart/mixed": { schema: z.string() } },
  required: true,
};

/** The request of a route, by the parts that are validated; every POST may be repeated by its Idempotency-Key. */
export const requestOf = ({ method, params, query = {}, body, file, takesParts, ifMatch: matches }: Route) => ({
  query: z.strictObject(query),
  ...(params === undefined ? {} : { params: z.object(params) }),
  ...(method === "post"
    ? { headers: z.object({ "idempotency-key": idempotencyKey, ...(matches === true ? { "if-match": ifMatch } : {}) }) }
    : {}),
  ...(body === undefined ? {} : { body: { content: { "application/json": { schema: body } }, required: true } }),
  ...(file === true ? { body: FILE } : {}),
  ...(takesParts === true ? { body: PARTS } : {}),
});
