import { z } from "zod";
import type { ErrorCode } from "../errors/index.ts";
import type { AnyOperation } from "../tenant/operation.ts";

/** How each kind of response is sent, and what its schema describes. */
export const MEDIA_TYPES = {
  json: "application/json",
  /** one JSON object, and an ETag header for its plan */
  tagged: "application/json",
  /** a complete short list: `{ items }` */
  items: "application/json",
  /** a page of a long list: `{ items, next }`, where `next` is the next page's cursor, or null on the last page */
  page: "application/json",
  /** like `page`, but if the request accepts NDJSON, the complete list, streamed from one snapshot */
  list: "application/json",
  /** NDJSON, streamed; the schema describes one line */
  lines: "application/x-ndjson",
  /** CSV in UTF-8 without BOM, with the console's headers, streamed */
  csv: "text/csv",
  /** several files, streamed; the schema describes the last file, which is JSON and is named {@link LAST_PART} */
  parts: "multipart/mixed",
} as const;

/** The name of the last part of a `parts` response. Without this part, the response is incomplete. */
export const LAST_PART = "end.json";

/** The response header of an export that has no audit record, because the tenant is read-only. */
export const AUDIT_HEADER = "clomoctl-audit";
export const NO_AUDIT_RECORD = "none";

/** Matches the numbers of changes in a header, such as `17, 18`. */
export const CHANGE_NUMBERS = /^[1-9]\d{0,14}(?:, [1-9]\d{0,14})*$/;

/** The response header with the numbers of the changes that the request made. */
export const CHANGE_HEADER = "clomoctl-change";

/** The response header with the id that the server's log and the audit log have for the request. */
export const REQUEST_ID_HEADER = "x-request-id";

export type ResponseKind = keyof typeof MEDIA_TYPES;

/** The response headers that the contract itself defines: which routes have them, and their schemas. */
export const CONTRACT_HEADERS: Readonly<
  Record<string, { readonly has: (route: Route) => boolean; readonly schema: z.ZodType }>
> = {
  ETag: {
    has: ({ answer: { kind } }) => kind === "tagged",
    schema: z.string().optional().meta({
      description:
        "The plan's ETag, the same as `etag` in the body; missing if there is no plan. It changes whenever the plan changes.",
    }),
  },
  [AUDIT_HEADER]: {
    has: ({ answer: { isExport } }) => isExport === true,
    schema: z.literal(NO_AUDIT_RECORD).optional().meta({
      description:
        "The audit log has no record of this export, because the tenant is read-only. The header is missing if there is an audit record, or if none is needed (at most one record was exported).",
    }),
  },
  [CHANGE_HEADER]: {
    has: (route) => changesTenant(route) && route.answer.kind !== "tagged",
    schema: z.string().regex(CHANGE_NUMBERS).optional().meta({
      description:
        "Number of the change that was made, as in the audit log, or the numbers of several changes in their order. Missing if nothing was changed. For an import, the number is in the response body instead.",
    }),
  },
};

/** The names of all response headers that a client reads, in lower case. The client passes on no other headers. */
export const RESPONSE_HEADERS: readonly string[] = ["content-type", "allow", "retry-after", REQUEST_ID_HEADER].concat(
  Object.keys(CONTRACT_HEADERS).map((name) => name.toLowerCase()),
);

export interface RouteResponse<K extends ResponseKind = ResponseKind, S extends z.ZodType = z.ZodType> {
  readonly kind: K;
  readonly schema: S;
  /** schema of one line of a `list`, with a member for each column of the list */
  readonly line?: z.ZodType | undefined;
  readonly description: string;
  /** true for an export: it has an audit record, or a header that says that it does not have an audit record */
  readonly isExport?: true | undefined;
}

const createResponseBuilder =
  <K extends ResponseKind>(kind: K) =>
  <S extends z.ZodType>(schema: S, description: string): RouteResponse<K, S> => ({ kind, schema, description });

export const jsonResponse = createResponseBuilder("json");
export const jsonResponseWithEtag = createResponseBuilder("tagged");
export const ndjsonResponse = createResponseBuilder("lines");
export const multipartResponse = createResponseBuilder("parts");
export const itemsResponse = <T extends z.ZodType>(item: T, description: string) =>
  createResponseBuilder("items")(z.object({ items: z.array(item) }), description);
const pageSchema = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item), next: z.string().nullable() });
export const pageResponse = <T extends z.ZodType>(item: T, description: string) =>
  createResponseBuilder("page")(pageSchema(item), description);
export const listResponse = <T extends z.ZodType>(item: T, line: z.ZodType, description: string) => ({
  ...createResponseBuilder("list")(pageSchema(item), description),
  line,
});
export const csvExport = (description: string) => ({
  ...createResponseBuilder("csv")(z.string(), description),
  isExport: true as const,
});

/** Maximum length of a JSON body, in KiB. */
export const MAX_BODY_KIB = 1024;

const MAX_OPEN_BODY_KIB = 16;

/** Returns the maximum length of a route's JSON body, in KiB. */
export const getMaxBodyKib = ({ isOpen, bodyKib = MAX_BODY_KIB }: Pick<Route, "isOpen" | "bodyKib">): number =>
  isOpen === true ? MAX_OPEN_BODY_KIB : bodyKib;

/** The request and the response of a route, without its method and path. */
interface RouteOptions {
  /** operationId of the route, unique in the API */
  readonly id: string;
  readonly summary: string;
  /** example of a response, if it cannot be derived from the examples of the fields */
  readonly example?: unknown;
  /** the parameter in the path, if the path has one */
  readonly params?: z.ZodRawShape;
  /** the query parameters; any other parameter is rejected */
  readonly query?: z.ZodRawShape;
  /** the JSON body of the request */
  readonly body?: z.ZodType;
  /** maximum length of the body in KiB; default {@link MAX_BODY_KIB} */
  readonly bodyKib?: number;
  /** true if the body is a file (CSV or a workbook), sent unchanged */
  readonly file?: true;
  /** true if the body consists of the record parts of an export of all resources, and of no other parts */
  readonly takesParts?: true;
  /** true if the route acts on a plan that the caller has seen: the request names the plan's ETag in If-Match */
  readonly ifMatch?: true;
  readonly answer: RouteResponse;
  /** status of the response; default 200; 201 if the route creates something */
  readonly status?: 200 | 201;
  readonly isOpen?: true;
  /**
   * true if the work grows with the number of records, or waits for another service: over a socket, it has no time
   * limit, and is interrupted when the server stops. Routes that accept a file always are like this
   */
  readonly isLong?: true;
  /** true if a POST takes an Idempotency-Key: a repeated request gets the first response, and does the work only once */
  readonly isRepeatable?: true;
  readonly operation?: AnyOperation;
  /** false if the route writes something other than the tenant's data: for example, a plan or the reminder log */
  readonly changes?: false;
  /** failures in addition to those that the method, path and body imply */
  readonly fails?: readonly ErrorCode[];
}

type Method = "get" | "post" | "put" | "patch" | "delete";

/** A route of the tenant API. */
export interface Route extends RouteOptions {
  readonly method: Method;
  /** path, with the parameter in braces */
  readonly path: string;
}

/** Returns true if a route changes the tenant's data. In a protected context, it requires the context's name. */
export const changesTenant = ({ method, changes }: Pick<Route, "method" | "changes">): boolean =>
  method !== "get" && changes !== false;

/** Returns true if the time of a route is not limited. A route whose response is streamed begins to respond at once. */
export const isUnlimited = ({ isLong, file, takesParts }: Route): boolean =>
  isLong === true || file === true || takesParts === true;

export const isStream = ({ answer: { kind }, file }: Route): boolean =>
  file !== true && ["lines", "csv", "parts"].includes(kind);

/** Routes, by the names of the client's methods. */
export type Routes = Readonly<Record<string, Route>>;

/** A noun of the tenant API, with its routes: a tag in the API document, and the first part of its paths. */
export interface Noun {
  readonly description: string;
  readonly routes: Routes;
}

const createRouteBuilder =
  <M extends Method>(method: M) =>
  <const O extends RouteOptions>(path: string, operation: O) => ({ ...operation, method, path });

export const get = createRouteBuilder("get");
export const post = createRouteBuilder("post");
export const put = createRouteBuilder("put");
export const patch = createRouteBuilder("patch");
export const remove = createRouteBuilder("delete");

const idempotencyKey = z
  .string()
  .regex(/^[\x21-\x7e]{1,255}$/)
  .optional()
  .meta({
    description:
      "A value unique to one request, sent again with retries of the request. The tenant does the work once, and retries get the same response. The same key with a different body is refused.",
  });

const ifMatch = z.string().min(1).meta({
  description:
    "The ETag of the plan that the caller saw, with or without quotes. If the plan has changed since then, the response is 409.",
});

/** The content type of an Excel workbook. @see https://www.iana.org/assignments/media-types */
export const XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

const FILE_BODY = {
  description:
    "The bytes of the file, unchanged. The content type specifies the charset: `text/csv; charset=` followed by utf-8, shift_jis (CP932), utf-16le or utf-16be. A server limits the size (413). Alternatively, an Excel workbook (.xlsx) of at most 64 MiB.",
  content: { "text/csv": { schema: z.string() }, [XLSX_TYPE]: { schema: z.string() } },
  required: true,
};

const MULTIPART_BODY = {
  description:
    "Files in the form in which `POST /v1/exports` returns them: a part for each resource, named by Content-Disposition, with one record per line. A server limits the size (413).",
  content: { "multipart/mixed": { schema: z.string() } },
  required: true,
};

const isEmptyAccepted = (body: z.ZodType): boolean => body.safeParse({}).success;

const buildHeaders = ({ isRepeatable, ifMatch: matches }: Route) => ({
  ...(isRepeatable === true && { "idempotency-key": idempotencyKey }),
  ...(matches === true && { "if-match": ifMatch }),
});

export const buildRequest = (route: Route) => {
  const { params, query = {}, body, file, takesParts } = route;
  return {
    query: z.strictObject(query),
    ...(params === undefined ? {} : { params: z.object(params) }),
    headers: z.object(buildHeaders(route)),
    ...(body === undefined
      ? {}
      : { body: { content: { "application/json": { schema: body } }, required: !isEmptyAccepted(body) } }),
    ...(file === true ? { body: FILE_BODY } : {}),
    ...(takesParts === true ? { body: MULTIPART_BODY } : {}),
  };
};
