import {
  OpenAPIRegistry,
  OpenApiGeneratorV31,
  zodToOpenAPIRegistry,
  type RouteConfig,
} from "@asteasolutions/zod-to-openapi";
import { z } from "zod";
import { ERRORS, titleOf, type ErrorCode } from "../errors/index.ts";
import { ALL_NOUNS } from "./all.ts";
import { EXAMPLES, type RouteExample } from "./examples.ts";
import { BODY_MIB, MEDIA_TYPES, OWN_HEADERS, requestOf, type AnswerKind, type Route } from "./route.ts";
import { NAMED, ProblemObject } from "./shapes.ts";

const ABOUT = `The tenant API of clomoctl: it is how the command line talks to a tenant, in the same process or over HTTP.

This API is the project's own. No public CLOMO API is known, and this is not one: it does not reach the maker's service, and the maker is not involved in it.

- Every failure is an RFC 9457 problem object whose \`type\` is a code and whose texts are in English and Japanese.
- Unknown query parameters and unknown keys of JSON bodies are refused.
- Imports are planned first and committed by the plan's ETag: a plan made for another state of the tenant is refused with 409.
- Every POST accepts an Idempotency-Key, but those of reset codes, whose answers are never repeated.
- Lists of rows are NDJSON, exports CSV in UTF-8; both are streamed.
- HEAD works wherever GET does; other methods are answered with 405.`;

/** What the document adds to the description of an answer. */
const STREAMED: Readonly<Partial<Record<AnswerKind, string>>> = {
  list: ". With `Accept: application/x-ndjson` not a page but all of them: one JSON object a line, with a member for each column of the list, each line ended by LF, streamed from one snapshot; `limit` and `cursor` do not apply then.",
  lines: ". One JSON object a line (NDJSON), each line ended by LF, streamed.",
  csv: ". CSV in UTF-8 without BOM, with the console's headers, streamed.",
  parts: ". Multipart (RFC 2046), streamed: the files one after another, of which the last one follows this schema.",
};

/** The headers of an answer that are the contract's own. */
const headersOf = (route: Route) => {
  const own = Object.entries(OWN_HEADERS).filter(([, { has }]) => has(route));
  return own.length === 0
    ? {}
    : { headers: z.object(Object.fromEntries(own.map(([name, { schema }]) => [name, schema]))) };
};

const answerOf = (route: Route, example: RouteExample | undefined) => {
  const { kind, schema, line, description } = route.answer;
  return {
    description: description + (STREAMED[kind] ?? ""),
    content: {
      [MEDIA_TYPES[kind]]: { schema, example: example?.answer },
      ...(line === undefined ? {} : { [MEDIA_TYPES.lines]: { schema: line, example: example?.line } }),
    },
    ...headersOf(route),
  };
};

const problem = (description: string) => ({
  description,
  content: { "application/problem+json": { schema: ProblemObject } },
});

/** The failures a route can answer with; any can be `unexpected`, and `usage` for an unknown parameter or field. */
const failuresOf = ({ method, path, body, bodyMib = BODY_MIB, file, fails = [] }: Route) => {
  const codes: readonly ErrorCode[] = [
    "usage",
    ...(method === "get" ? [] : (["locked"] as const)),
    ...(path.includes("{id}") ? (["not-found"] as const) : []),
    ...fails,
    "unexpected",
  ];
  const byCode = codes.map((code) => [ERRORS[code].status, problem(`\`${code}\`: ${titleOf(code)}`)] as const);
  return {
    ...Object.fromEntries(byCode),
    // statuses that the error table lacks; the type of the problem is `usage`
    ...(body === undefined ? {} : { 413: problem(`The JSON body is longer than ${bodyMib} MiB`) }),
    ...(body === undefined && file === undefined
      ? {}
      : { 415: problem("The content type is not the one named here, or its charset is unknown") }),
  };
};

/** A route in the words of OpenAPI, with its examples. */
const described = (tag: string, route: Route): RouteConfig => {
  const { method, path, id, summary, status = 200 } = route;
  const example = EXAMPLES.get(id);
  const { body, ...request } = requestOf(route);
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
    responses: { [status]: answerOf(route, example), ...failuresOf(route) },
  };
};

/**
 * The contract as an OpenAPI 3.1 document, in the order of the routes; deterministic.
 *
 * @param version of the program
 */
export const openApiDocument = (version: string): object => {
  for (const [schema, { name, base }] of NAMED) {
    const extendedFrom = { refId: NAMED.get(base ?? schema)?.name ?? name, schema: base };
    zodToOpenAPIRegistry.add(schema, {
      _internal: { refId: name, ...(base === undefined ? {} : { extendedFrom }) },
    });
  }
  const registry = new OpenAPIRegistry();
  for (const [tag, { routes }] of ALL_NOUNS) {
    for (const route of Object.values(routes)) registry.registerPath(described(tag, route));
  }
  const generator = new OpenApiGeneratorV31(registry.definitions);
  const { webhooks: _, ...document } = generator.generateDocument({
    openapi: "3.1.0",
    info: { title: "clomoctl tenant API", version, description: ABOUT, license: { name: "MIT" } },
    servers: [{ url: "http://127.0.0.1:8080", description: "clomoctl serve" }],
    tags: [...ALL_NOUNS].map(([name, { description }]) => ({ name, description })),
  });
  return document;
};
