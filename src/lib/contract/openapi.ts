import {
  OpenAPIRegistry,
  OpenApiGeneratorV31,
  zodToOpenAPIRegistry,
  type RouteConfig,
} from "@asteasolutions/zod-to-openapi";
import { z } from "zod";
import { ERRORS, problemTitleOf, type ErrorCode } from "../errors/index.ts";
import { ALL_NOUNS } from "./all.ts";
import { EXAMPLES, type RouteExample } from "./examples.ts";
import { MAX_BODY_MIB, MEDIA_TYPES, CONTRACT_HEADERS, buildRequest, type ResponseKind, type Route } from "./route.ts";
import { NAMED_SCHEMAS, ProblemObject } from "./shapes.ts";

const API_DESCRIPTION = `The tenant API of clomoctl: the command line uses it to access a tenant, in the same process or over HTTP.

This API belongs to the clomoctl project. No public CLOMO API is known, and this is not a CLOMO API: it does not connect to CLOMO's service, and CLOMO's vendor is not involved in it.

- Every failure is an RFC 9457 problem object whose \`type\` is a code and whose texts are in English and Japanese.
- Unknown query parameters and unknown keys of JSON bodies are rejected.
- Imports are planned first, then committed with the plan's ETag. If something that the plan relies on has changed since the plan was made, the commit is rejected with 409.
- Every POST accepts an Idempotency-Key, except the requests for reset codes, whose responses are never repeated.
- Lists of rows are NDJSON, and exports are CSV in UTF-8; both are streamed.
- HEAD works wherever GET does; other methods get the response 405.`;

/** Text that the document adds to the description of a response, by the kind of response. */
const RESPONSE_NOTES: Readonly<Partial<Record<ResponseKind, string>>> = {
  list: ". With `Accept: application/x-ndjson`, the response is the complete list instead of a page, streamed from one snapshot: one JSON object per line, with a member for each column of the list. Each line ends with LF. `limit` and `cursor` do not apply then.",
  lines: ". NDJSON, streamed: one JSON object per line. Each line ends with LF.",
  csv: ". CSV in UTF-8 without BOM, with the console's headers, streamed.",
  parts: ". Multipart (RFC 2046), streamed: one file after another. The last file follows this schema.",
};

/** Builds the response headers that the contract itself defines. */
const buildHeaders = (route: Route) => {
  const own = Object.entries(CONTRACT_HEADERS).filter(([, { has }]) => has(route));
  return own.length === 0
    ? {}
    : { headers: z.object(Object.fromEntries(own.map(([name, { schema }]) => [name, schema]))) };
};

const buildResponse = (route: Route, example: RouteExample | undefined) => {
  const { kind, schema, line, description } = route.answer;
  return {
    description: description + (RESPONSE_NOTES[kind] ?? ""),
    content: {
      [MEDIA_TYPES[kind]]: { schema, example: example?.answer },
      ...(line === undefined ? {} : { [MEDIA_TYPES.lines]: { schema: line, example: example?.line } }),
    },
    ...buildHeaders(route),
  };
};

const buildProblemResponse = (description: string) => ({
  description,
  content: { "application/problem+json": { schema: ProblemObject } },
});

/** Builds a route's failure responses: always with `unexpected`, and `usage` for an unknown parameter or field. */
const buildFailureResponses = ({ method, path, body, bodyMib = MAX_BODY_MIB, file, fails = [] }: Route) => {
  const codes: readonly ErrorCode[] = [
    "usage",
    ...(method === "get" ? [] : (["locked"] as const)),
    ...(path.includes("{id}") ? (["not-found"] as const) : []),
    ...fails,
    "unexpected",
  ];
  const byCode = codes.map(
    (code) => [ERRORS[code].status, buildProblemResponse(`\`${code}\`: ${problemTitleOf(code)}`)] as const,
  );
  return {
    ...Object.fromEntries(byCode),
    // the error table does not contain these statuses; the type of the problem is `usage`
    ...(body === undefined ? {} : { 413: buildProblemResponse(`The JSON body is larger than ${bodyMib} MiB`) }),
    ...(body === undefined && file === undefined
      ? {}
      : { 415: buildProblemResponse("The content type is not supported, or its charset is unknown") }),
  };
};

/** Converts a route to its OpenAPI form, with its examples. */
const toRouteConfig = (tag: string, route: Route): RouteConfig => {
  const { method, path, id, summary, status = 200 } = route;
  const example = EXAMPLES.get(id);
  const { body, ...request } = buildRequest(route);
  const content = Object.entries(body?.content ?? {}).map(
    ([type, media]) => [type, example?.body === undefined ? media : { ...media, example: example.body }] as const,
  );
  return {
    method,
    path,
    operationId: id,
    summary,
    tags: [tag],
    request:
      body === undefined ? request : { ...request, body: { ...body, content: Object.fromEntries<object>(content) } },
    responses: { [status]: buildResponse(route, example), ...buildFailureResponses(route) },
  };
};

/**
 * Builds the OpenAPI 3.1 document of the contract, with the routes in their order. The result is deterministic.
 *
 * @param version version of the program
 */
export const buildOpenApiDocument = (version: string): object => {
  for (const [schema, { name, base }] of NAMED_SCHEMAS) {
    const extendedFrom = { refId: NAMED_SCHEMAS.get(base ?? schema)?.name ?? name, schema: base };
    zodToOpenAPIRegistry.add(schema, {
      _internal: { refId: name, ...(base === undefined ? {} : { extendedFrom }) },
    });
  }
  const registry = new OpenAPIRegistry();
  for (const [tag, { routes }] of ALL_NOUNS) {
    for (const route of Object.values(routes)) registry.registerPath(toRouteConfig(tag, route));
  }
  const generator = new OpenApiGeneratorV31(registry.definitions);
  const { webhooks: _, ...document } = generator.generateDocument({
    openapi: "3.1.0",
    info: { title: "clomoctl tenant API", version, description: API_DESCRIPTION, license: { name: "MIT" } },
    servers: [{ url: "http://127.0.0.1:8080", description: "a server on this computer" }],
    tags: [...ALL_NOUNS].map(([name, { description }]) => ({ name, description })),
  });
  return document;
};
