import { z } from "zod";
import { ERRORS } from "../../src/lib/errors/index.ts";
import { buildInputSchemas } from "../../src/lib/tenant/api/request-input.ts";
import { MEDIA_TYPES, SERVER_PATHS, XLSX_TYPE } from "../../src/lib/tenant/api/wire.ts";
import { ProblemObject } from "../../src/lib/client/problem-object.ts";
import { splitRoute, type AnyOperation, type Operations } from "../../src/lib/tenant/subjects/operation.ts";

const DESCRIPTION = `The tenant API of clomoctl. It belongs to the clomoctl project: no public CLOMO API is known, and this is not one.

- Requests are signed in with \`Authorization: Bearer\` and the secret of a session (\`POST /v1/sessions\`) or of an access token. What an account may do depends on its role and organisations (403).
- Every failure is an RFC 9457 problem object whose \`type\` is one of ${Object.keys(ERRORS).join(", ")}.
- Unknown query parameters and unknown members of bodies are rejected (400).
- A request with an Idempotency-Key is done once for each key.
- Imports are planned first, then committed with the plan's \`etag\`. If the tenant has changed in what the plan relies on, the commit is rejected (409).
- Lists are NDJSON, exports are CSV in UTF-8; both are streamed. HEAD works wherever GET does.`;

const toJsonSchema = (schema: z.ZodType): Record<string, unknown> => {
  const { $schema: _, ...own } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  return own;
};

const toParameters = (place: "path" | "query", schema: z.ZodType) => {
  const { properties = {}, required = [] } = toJsonSchema(schema) as {
    properties?: Record<string, object>;
    required?: readonly string[];
  };
  return Object.entries(properties).map(([name, own]) => ({
    name,
    in: place,
    required: place === "path" || required.includes(name),
    schema: own,
  }));
};

const refer = (place: "parameters" | "responses", name: string) => ({ $ref: `#/components/${place}/${name}` });

const REPEATABLE = { name: "Idempotency-Key", in: "header", schema: { type: "string", pattern: "^[!-~]{1,255}$" } };

const FILE = { required: true, content: { "text/csv": { schema: {} }, [XLSX_TYPE]: { schema: {} } } };

const describeOperation = async (noun: string, name: string, one: AnyOperation) => {
  const { path, query, body } = await buildInputSchemas(one);
  const content =
    one.file === true ? FILE : body && { content: { "application/json": { schema: toJsonSchema(body) } } };
  return {
    operationId: `${noun}.${name}`,
    summary: one.about,
    tags: [noun],
    ...(one.needs === "open" && { security: [] }),
    parameters: [
      ...toParameters("path", path),
      ...toParameters("query", query),
      ...(one.once === undefined ? [] : [refer("parameters", "repeatable")]),
    ],
    ...(content && { requestBody: content }),
    responses: { 200: refer("responses", one.result ?? "json"), default: refer("responses", "problem") },
  };
};

/** Names of schemas that occur several times, by the name of a field that has them. */
const SHARED = { learns: "ListAnswers", map: "ListMap", custom: "CustomFields", key: "KeyName", kind: "RecordKind" };

const MIN_SHARED_LENGTH = 90;

interface SharedDocument {
  readonly paths: object;
  readonly schemas: Readonly<Record<string, object>>;
}

/** Moves schemas that occur several times into components. */
const shareSchemas = (paths: object): SharedDocument => {
  let whole = JSON.stringify({ paths, schemas: {} });
  for (const [field, name] of Object.entries(SHARED)) {
    const found: string[] = [];
    JSON.parse(whole, (key, value: unknown) => {
      if (key === field && typeof value === "object") found.push(JSON.stringify(value));
      const { name: parameter, schema } = { ...(value as { name?: string; schema?: object } | null) };
      if (parameter === field && schema !== undefined) found.push(JSON.stringify(schema));
      return value;
    });
    const [usual] = found
      .filter(({ length }) => length >= MIN_SHARED_LENGTH)
      .toSorted((one, other) => count(whole, other) - count(whole, one));
    if (usual === undefined || count(whole, usual) < 2) throw new TypeError(`no schema of ${field} is shared`);
    const reference = JSON.stringify({ $ref: `#/components/schemas/${name}` });
    const left = JSON.parse(whole.replaceAll(usual, reference)) as SharedDocument;
    whole = JSON.stringify({ ...left, schemas: { ...left.schemas, [name]: JSON.parse(usual) as object } });
  }
  return JSON.parse(whole) as SharedDocument;
};

const count = (whole: string, part: string): number => whole.split(part).length - 1;

/** Builds the OpenAPI document of the tenant API. */
export const buildOpenApiDocument = async (version: string): Promise<object> => {
  const paths: Record<string, Record<string, object>> = {};
  // imported here, because it is generated
  const { OPERATIONS } = await import("../../src/lib/tenant/api/operations.ts");
  for (const [noun, load] of Object.entries<() => Promise<Operations>>(OPERATIONS))
    for (const [name, one] of Object.entries(await load())) {
      const { method, path } = splitRoute(one);
      paths[path] = { ...paths[path], [method]: await describeOperation(noun, name, one) };
    }
  for (const path of SERVER_PATHS)
    paths[path] = {
      get: {
        operationId: path.slice(1),
        summary: "Of the server itself",
        security: [],
        responses: { 200: refer("responses", "json"), default: refer("responses", "problem") },
      },
    };
  const problem = {
    description: "The problem",
    content: { "application/problem+json": { schema: toJsonSchema(ProblemObject) } },
  };
  const results = Object.entries(MEDIA_TYPES).map(
    ([name, type]) => [name, { description: "The result", content: { [type]: { schema: {} } } }] as const,
  );
  const shared = shareSchemas(paths);
  return {
    openapi: "3.1.0",
    info: {
      title: "clomoctl tenant API",
      version,
      description: DESCRIPTION,
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "/" }],
    security: [{ bearer: [] }],
    paths: shared.paths,
    components: {
      schemas: shared.schemas,
      securitySchemes: { bearer: { type: "http", scheme: "bearer" } },
      parameters: { repeatable: REPEATABLE },
      responses: { ...Object.fromEntries(results), problem },
    },
  };
};
