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
import {
  MAX_BODY_KIB,
  MEDIA_TYPES,
  CONTRACT_HEADERS,
  buildRequest,
  getMaxBodyKib,
  type ResponseKind,
  type Route,
} from "./route.ts";
import { SERVER_ROUTES, type ServerPath } from "./server-routes.ts";
import { NAMED_SCHEMAS, ProblemObject } from "./shapes.ts";

const API_DESCRIPTION = `The tenant API of clomoctl: the command line uses it to access a tenant, in the same process or over HTTP.

This API belongs to the clomoctl project. No public CLOMO API is known, and this is not a CLOMO API: it does not connect to CLOMO's service, and CLOMO's vendor is not involved in it.

- Every request is signed in with \`Authorization: Bearer\` and the secret of a session (\`POST /v1/sessions\`) or an access token, except where a route says otherwise. What an account may do depends on its role and organisations, and a token permits only its rights; otherwise the response is 403.
- Over a network, every response has an \`X-Request-Id\`, which the server's log also contains. A server limits the requests of a credential (\`RateLimit-Limit\`, \`RateLimit-Remaining\` and \`RateLimit-Reset\`; 429 with \`Retry-After\`), the connections, uploads, requests and long JSON bodies at the same time (503 with \`Retry-After\`; one account can have 7/8 of the requests and of the bodies), the time of requests that are neither imports nor streams (503), the size of headers (431) and the time in which they and bodies must arrive (408).
- A server whose responses have \`Accept-Encoding: gzip\` accepts files with \`Content-Encoding: gzip\`. The size limit applies to the decompressed file.
- Every failure is an RFC 9457 problem object whose \`type\` is a code and whose texts are in English and Japanese.
- Unknown query parameters and unknown keys of JSON bodies are rejected.
- Imports are planned first, then committed with the plan's ETag. If something that the plan relies on has changed since the plan was made, the commit is rejected with 409.
- A POST with the header parameter Idempotency-Key does its work once for each key. Other requests ignore the header. For example, responses with secrets are never sent again, because secrets are not stored.
- Lists of rows are NDJSON, and exports are CSV in UTF-8; both are streamed.
- HEAD works wherever GET does; other methods get the response 405.`;

const RESPONSE_NOTES: Readonly<Partial<Record<ResponseKind, string>>> = {
  list: ". With `Accept: application/x-ndjson`, the response is the complete list instead of a page, streamed from one snapshot: one JSON object per line, with a member for each column of the list. Each line ends with LF. `limit` and `cursor` do not apply then.",
  lines: ". NDJSON, streamed: one JSON object per line. Each line ends with LF.",
  csv: ". CSV in UTF-8 without BOM, with the console's headers, streamed.",
  parts: ". Multipart (RFC 2046), streamed: one file after another. The last file follows this schema.",
};

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

/** The failures that the error table does not contain, by status. The type of the problem is `usage`; 507: `unavailable`. */
const OTHER_FAILURES = {
  405: "The method is not allowed",
  408: "The request did not arrive in time",
  413: `The body is too large: JSON bodies are limited to ${MAX_BODY_KIB} KiB if the route does not say otherwise, files by the server`,
  415: "The content type or encoding is not supported, or the charset is unknown",
  431: "The headers of the request are too large",
  507: "The server does not have enough disk space",
} as const;

/** Returns a response of {@link OTHER_FAILURES}, or of the error table. */
const refer = (name: ErrorCode | keyof typeof OTHER_FAILURES) => ({ $ref: `#/components/responses/${name}` });

const buildSharedResponses = ({ definitions }: OpenAPIRegistry) => {
  const referred = new Set(
    definitions.flatMap((one) =>
      one.type === "route"
        ? Object.values(one.route.responses).flatMap((response) => ("$ref" in response ? [response.$ref] : []))
        : [],
    ),
  );
  const all = [
    ...(Object.keys(ERRORS) as ErrorCode[]).map((code) => [code, `\`${code}\`: ${problemTitleOf(code)}`] as const),
    ...Object.entries(OTHER_FAILURES),
  ];
  const content = { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } };
  return all
    .filter(([name]) => referred.has(`#/components/responses/${name}`))
    .map(([name, description]) => [name, { description, content }] as const);
};

const acceptsFile = ({ file, takesParts }: Route): boolean => file === true || takesParts === true;

/**
 * Builds a route's failure responses: always with `unexpected`, those of a server's limits, and `usage` for an unknown
 * parameter or field.
 */
const buildFailureResponses = (route: Route) => {
  const { method, path, body, isOpen, isRepeatable, fails = [] } = route;
  const bodyKib = getMaxBodyKib(route);
  const codes: readonly ErrorCode[] = [
    "usage",
    ...(isOpen === true ? [] : (["not-signed-in", "not-permitted"] as const)),
    "throttled",
    "unavailable",
    // an Idempotency-Key that was used for another request
    ...(isRepeatable === true ? (["input-rejected"] as const) : []),
    ...(method === "get" ? [] : (["locked"] as const)),
    ...(path.includes("{") ? (["not-found"] as const) : []),
    ...fails,
    "unexpected",
  ];
  return {
    ...Object.fromEntries(codes.map((code) => [ERRORS[code].status, refer(code)] as const)),
    ...(body === undefined
      ? {}
      : {
          413:
            bodyKib === MAX_BODY_KIB ? refer(413) : buildProblemResponse(`The JSON body is larger than ${bodyKib} KiB`),
        }),
    ...(acceptsFile(route) ? { 413: refer(413) } : {}),
    ...(body === undefined && !acceptsFile(route) ? {} : { 415: refer(415) }),
    408: refer(408),
    431: refer(431),
    507: refer(507),
  };
};

const toRouteConfig = (tag: string, route: Route): RouteConfig => {
  const { method, path, id, summary, isOpen, status = 200 } = route;
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
    ...(isOpen === true ? { security: [] } : {}),
    request:
      body === undefined ? request : { ...request, body: { ...body, content: Object.fromEntries<object>(content) } },
    responses: { [status]: buildResponse(route, example), ...buildFailureResponses(route) },
  };
};

/** The name of the security scheme: the secret of a session or of an access token. */
const CREDENTIAL_SCHEME = "credential";

const toServerRouteConfig = (path: ServerPath): RouteConfig => {
  const { id, summary, answer } = SERVER_ROUTES[path];
  return {
    method: "get",
    path,
    operationId: id,
    summary,
    tags: ["server"],
    security: [],
    responses: {
      200: answer,
      405: refer(405),
      503: refer("unavailable"),
    },
  };
};

/**
 * Corrects what the generator writes for a nullable named schema. It requires both the schema and a type that may be
 * null, so that null would never match.
 */
const allowNull = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(allowNull);
  if (typeof value !== "object" || value === null) return value;
  const { allOf, ...rest } = Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, allowNull(inner)]));
  if (!Array.isArray(allOf)) return allOf === undefined ? rest : { allOf, ...rest };
  const [named, nullable] = allOf as readonly { readonly type?: unknown }[];
  return allOf.length === 2 && isNullableType(nullable)
    ? { anyOf: [named, { type: "null" }], ...rest }
    : { allOf, ...rest };
};

const isNullableType = (schema: { readonly type?: unknown } = {}): boolean =>
  Object.keys(schema).length === 1 && Array.isArray(schema.type) && schema.type.includes("null");

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
  for (const path of Object.keys(SERVER_ROUTES) as ServerPath[]) registry.registerPath(toServerRouteConfig(path));
  registry.registerComponent("securitySchemes", CREDENTIAL_SCHEME, {
    type: "http",
    scheme: "bearer",
    description: "the secret of a session or an access token",
  });
  for (const [name, response] of buildSharedResponses(registry))
    registry.registerComponent("responses", name, response);
  const generator = new OpenApiGeneratorV31(registry.definitions);
  const { webhooks: _, ...document } = generator.generateDocument({
    openapi: "3.1.0",
    info: {
      title: "clomoctl tenant API",
      version,
      description: API_DESCRIPTION,
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "http://127.0.0.1:8080", description: "a server on this computer" }],
    security: [{ [CREDENTIAL_SCHEME]: [] }],
    tags: [
      ...[...ALL_NOUNS].map(([name, { description }]) => ({ name, description })),
      { name: "server", description: "The server itself" },
    ],
  });
  return allowNull(document) as object;
};
