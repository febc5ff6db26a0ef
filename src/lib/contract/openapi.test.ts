import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { ERRORS } from "../errors/index.ts";
import { EXAMPLES } from "./examples.ts";
import { ALL_ROUTES } from "./all.ts";
import { SERVER_ROUTES } from "./server-routes.ts";
import { buildOpenApiDocument } from "./openapi.ts";

const ROOT = join(import.meta.dirname, "..", "..", "..");

/** The parts of an OpenAPI 3.1 document that this contract uses. @see https://spec.openapis.org/oas/v3.1.0 */
const Schema = z.looseObject({});
const Media = z.strictObject({ schema: Schema, example: z.unknown().optional() });
const Described = { description: z.string().min(1) };
const OwnResponse = z.strictObject({
  ...Described,
  headers: z.record(z.string(), z.looseObject({ schema: Schema })).optional(),
  content: z.record(z.string(), Media),
});
const Reference = z.strictObject({ $ref: z.string().startsWith("#/components/responses/") });
const Operation = z.strictObject({
  operationId: z.string(),
  summary: z.string(),
  tags: z.array(z.string()).length(1),
  security: z.array(z.unknown()).length(0).optional(),
  parameters: z
    .array(
      z.strictObject({
        name: z.string(),
        in: z.enum(["query", "path", "header"]),
        required: z.boolean(),
        description: z.string().optional(),
        schema: Schema,
      }),
    )
    .optional(),
  requestBody: z
    .strictObject({
      description: z.string().optional(),
      required: z.boolean(),
      content: z.record(z.string(), Media),
    })
    .optional(),
  responses: z.record(z.string().regex(/^[245][0-9][0-9]$/), z.union([Reference, OwnResponse])),
});
const Document = z.strictObject({
  openapi: z.literal("3.1.0"),
  info: z.strictObject({
    title: z.string(),
    version: z.string(),
    ...Described,
    license: z.strictObject({ name: z.string(), identifier: z.string() }),
  }),
  servers: z.array(z.strictObject({ url: z.url(), ...Described })),
  security: z.tuple([z.strictObject({ credential: z.tuple([]) })]),
  tags: z.array(z.strictObject({ name: z.string(), ...Described })),
  paths: z.record(
    z.string().regex(/^\/(?:v1\/|healthz|readyz|openapi\.json|metrics)/),
    z.partialRecord(z.enum(["get", "put", "post", "patch", "delete"]), Operation),
  ),
  components: z.strictObject({
    schemas: z.record(z.string(), Schema),
    parameters: z.strictObject({}),
    responses: z.record(z.string(), OwnResponse),
    securitySchemes: z.strictObject({
      credential: z.looseObject({ type: z.literal("http"), scheme: z.literal("bearer") }),
    }),
  }),
});

const published = buildOpenApiDocument("1.2.3");
const { paths, components, tags, info } = Document.parse(published);
/** Replaces references to shared responses with these responses. */
const resolveResponses = (responses: z.output<typeof Operation>["responses"]) =>
  Object.fromEntries(
    Object.entries(responses).map(([status, response]): [string, z.output<typeof OwnResponse>] => {
      if (!("$ref" in response)) return [status, response];
      const shared = components.responses[response.$ref.split("/").at(-1) ?? ""];
      if (shared === undefined) throw new TypeError(`no response ${response.$ref}`);
      return [status, shared];
    }),
  );
const everyOperation = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => {
    const { responses, ...rest } = Operation.parse(operation);
    return { path, method, operation: { ...rest, responses: resolveResponses(responses) } };
  }),
);

const operations = everyOperation.filter(({ path }) => path.startsWith("/v1/"));

const references = (value: unknown): readonly string[] => {
  if (Array.isArray(value)) return value.flatMap(references);
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => (key === "$ref" ? [String(inner)] : references(inner)));
};

describe("the published contract", () => {
  it("equals the committed file", async () => {
    const { version } = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8")) as { version: string };
    const committed = await readFile(join(ROOT, "docs", "api", "openapi.json"), "utf8");
    expect(`${JSON.stringify(buildOpenApiDocument(version), null, 2)}\n`, "run npm run generate").toBe(committed);
  });

  it("states that it is not an API of CLOMO", () => {
    expect(info.description).toMatch(/No public CLOMO API is known/);
  });

  it("resolves each of its references, and uses each of its schemas", () => {
    const known = [
      ...Object.keys(components.schemas).map((name) => `#/components/schemas/${name}`),
      ...Object.keys(components.responses).map((name) => `#/components/responses/${name}`),
    ];
    expect([...new Set(references(published))].toSorted()).toEqual(known.toSorted());
  });

  it("has no two paths of which either could match the same address", () => {
    const isVariable = (segment: string): boolean => segment.startsWith("{");
    const countVariables = (segments: readonly string[]): number => segments.filter(isVariable).length;
    const split = Object.keys(paths).map((path) => path.split("/"));
    const ambiguous = split.flatMap((path, at) =>
      split
        .slice(at + 1)
        .filter(
          (other) =>
            other.length === path.length &&
            // otherwise, the path with fewer variables goes first
            countVariables(other) === countVariables(path) &&
            path.every((segment, index) => {
              const counterpart = other[index] ?? "";
              return segment === counterpart || isVariable(segment) || isVariable(counterpart);
            }),
        )
        .map((other) => [path.join("/"), other.join("/")]),
    );
    expect(ambiguous).toEqual([]);
  });

  it("contains every route once, each with a unique name", () => {
    expect(operations.map(({ path, method }) => `${method} ${path}`).toSorted()).toEqual(
      ALL_ROUTES.map(({ path, method }) => `${method} ${path}`).toSorted(),
    );
    expect(new Set(operations.map(({ operation }) => operation.operationId)).size).toBe(operations.length);
    expect([...EXAMPLES.keys()].toSorted()).toEqual(
      operations.map(({ operation }) => operation.operationId).toSorted(),
    );
    const used = new Set(everyOperation.flatMap(({ operation }) => operation.tags));
    expect([...used].toSorted()).toEqual(tags.map(({ name }) => name).toSorted());
  });

  it.each([
    ["post", "/v1/users", true],
    ["post", "/v1/imports/{id}/commit", true],
    ["post", "/v1/access-tokens", false],
    ["post", "/v1/sessions", false],
    ["post", "/v1/accounts/{id}/transfer", false],
    ["patch", "/v1/users/{id}", false],
  ])("%s %s takes an Idempotency-Key: %j", (method, path, expected) => {
    const found = operations.find((one) => one.method === method && one.path === path);
    const { parameters = [] } = found?.operation ?? {};
    expect([found?.path, parameters.some(({ name }) => name === "idempotency-key")]).toEqual([path, expected]);
  });

  it.each(operations)("$method $path declares its parameters, failures and headers", ({ path, operation }) => {
    const { parameters = [], responses } = operation;
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    expect(parameters.filter((parameter) => parameter.in === "path").map(({ name }) => name)).toEqual(inPath);
    const statuses: readonly number[] = [
      ...Object.values(ERRORS).map(({ status }) => status),
      201,
      408,
      413,
      415,
      431,
      507,
    ];
    expect(statuses).toEqual(expect.arrayContaining(Object.keys(responses).map(Number)));
    const failing = Object.entries(responses).filter(([status]) => !status.startsWith("2"));
    const types = failing.flatMap(([, { content }]) => Object.keys(content));
    expect(new Set(types)).toEqual(new Set(["application/problem+json"]));
    expect(Object.keys(responses)).toEqual(expect.arrayContaining(["400", "500", "507"]));
    const told = Object.values(responses).filter(({ headers }) => headers !== undefined && "clomoctl-audit" in headers);
    expect(told).toHaveLength(path.endsWith("/export") ? 1 : 0);
  });

  it("says which routes need a credential, and what happens without it", () => {
    const open = everyOperation.filter(({ operation }) => operation.security !== undefined).map(({ path }) => path);
    expect(open).toEqual([
      ...ALL_ROUTES.filter(({ isOpen }) => isOpen === true).map(({ path }) => path),
      ...Object.keys(SERVER_ROUTES),
    ]);
    for (const { path, operation } of everyOperation.filter((one) => !open.includes(one.path)))
      expect([path, Object.keys(operation.responses)]).toEqual([path, expect.arrayContaining(["401", "403"])]);
    for (const { operation } of operations)
      expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining(["429", "503"]));
  });

  it("never requires that null is an object", () => {
    expect(JSON.stringify(published)).not.toContain('{"type":["object","null"]}]');
  });

  it("allows null wherever a type does, including lists of choices", () => {
    const choices = new Map<string, readonly unknown[]>();
    const look = (value: unknown, at: string): void => {
      if (typeof value !== "object" || value === null) return;
      const { type, enum: listed } = value as { readonly type?: unknown; readonly enum?: readonly unknown[] };
      if (Array.isArray(type) && type.includes("null") && Array.isArray(listed)) choices.set(at, listed);
      for (const [key, inner] of Object.entries(value)) look(inner, `${at}/${key}`);
    };
    look(published, "");
    expect([...choices].filter(([, listed]) => !listed.includes(null))).toEqual([]);
    expect([...choices.keys()].some((at) => at.endsWith("/Device/properties/platform"))).toBe(true);
  });

  it.each(ALL_ROUTES)("$method $path has examples that match its schemas", ({ id, body: schema, answer }) => {
    const { body, answer: shown, line } = EXAMPLES.get(id) ?? {};
    schema?.parse(body);
    expect(answer.schema.parse(shown)).toEqual(shown);
    expect(answer.line?.parse(line)).toEqual(line);
  });
});
