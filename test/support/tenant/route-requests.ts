import { readFileSync } from "node:fs";
import { createExampleId } from "../examples.ts";
import { z } from "zod";
import { ROLE_POLICY, type Operation } from "../../../src/lib/derived/role-policy.ts";
import { buildInputSchemas } from "../../../src/lib/tenant/api/request-input.ts";
import { splitRoute, type AnyOperation } from "../../../src/lib/tenant/subjects/operation.ts";
import type { Actor } from "../../../src/lib/tenant/ledger/actor.ts";
import { ALL_OPERATIONS } from "../client/whole-client.ts";
import type { TestAccount } from "./accounts.ts";

const items = (Object.keys(ROLE_POLICY) as Operation[]).filter((operation) => ROLE_POLICY[operation].custom === "item");

export const ROLE_ACCOUNTS: readonly (TestAccount & { readonly actor: Omit<Actor, "account"> })[] = [
  { name: "sys", role: "system", actor: { role: "system", items: new Set(), orgs: undefined } },
  { name: "div", role: "division", manages: ["EAST"], actor: { role: "division", items: new Set(), orgs: [2] } },
  { name: "ope", role: "operator", org: "EAST", actor: { role: "operator", items: new Set(), orgs: [2] } },
  { name: "cus", role: "custom", items, actor: { role: "custom", items: new Set(items), orgs: undefined } },
  {
    name: "part",
    role: "custom",
    items,
    manages: ["EAST"],
    actor: { role: "custom", items: new Set(items), orgs: [2] },
  },
  { name: "bare", role: "custom", items: [], actor: { role: "custom", items: new Set(), orgs: undefined } },
];

/** An operation of the tenant API, with its name: `orgs.list`. */
export interface NamedOperation {
  readonly name: string;
  readonly one: AnyOperation;
}

export const NAMED_OPERATIONS: readonly NamedOperation[] = ALL_OPERATIONS.flatMap(([noun, operations]) =>
  Object.entries(operations).map(([name, one]) => ({ name: `${noun}.${name}`, one })),
);

export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly anyOf?: readonly JsonSchema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly format?: string;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
}

const FORMATS: Readonly<Record<string, string>> = {
  uuid: createExampleId(2),
  date: "2026-12-01",
  "date-time": "2026-12-01T00:00:00.000Z",
  uri: "https://a.example",
};

const sampleText = ({ format = "", pattern }: JsonSchema): string => {
  if (FORMATS[format] !== undefined) return FORMATS[format];
  const known = ["1", "a", "0".repeat(64), "2026-12-01T00:00:00.000Z", "users", "create"];
  return known.find((value) => pattern === undefined || new RegExp(pattern, "u").test(value)) ?? "1";
};

const sampleOf = (schema: JsonSchema): unknown => {
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return schema.enum[0];
  if (schema.anyOf !== undefined) return sampleOf(schema.anyOf[0] ?? {});
  switch (schema.type) {
    case "object":
      return Object.fromEntries(
        (schema.required ?? []).map((name) => [name, sampleOf(schema.properties?.[name] ?? {})]),
      );
    case "array":
      return Array.from({ length: schema.minItems ?? 0 }, () => sampleOf(schema.items ?? {}));
    case "integer":
    case "number":
      return Math.max(1, schema.minimum ?? 1);
    case "boolean":
      return true;
    case undefined:
    default:
      return sampleText(schema);
  }
};

const createSample = (schema: z.ZodType): Readonly<Record<string, unknown>> =>
  sampleOf(z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as JsonSchema) as Record<string, unknown>;

/** Inputs of operations for which the smallest valid input would have no effect. */
const MEANINGFUL_INPUTS: Readonly<Record<string, object>> = {
  "orgs.edit": { name: "東" },
  "users.edit": { title: "課長" },
  "devices.edit": { status: "管理中" },
  "imports.create": { kind: "users" },
  "imports.delete": { kind: "users", ids: [createExampleId(2)] },
};

export const requestOf = async ({ name, one }: NamedOperation) => {
  const schemas = await buildInputSchemas(one);
  const path = createSample(schemas.path) as Readonly<Record<string, string>>;
  const query = createSample(schemas.query);
  const given = schemas.body === undefined ? query : { ...createSample(schemas.body), ...MEANINGFUL_INPUTS[name] };
  const { method, path: place } = splitRoute(one);
  const filled = place.replaceAll(/\{(\w+)\}/g, (_, value: string) => encodeURIComponent(path[value] ?? ""));
  const texts = Object.entries(query).map(([key, value]): [string, string] => [key, String(value)]);
  const [type, content] =
    one.file === true
      ? ["text/csv; charset=utf-8", "氏名,メールアドレス\r\n"]
      : ["application/json", schemas.body === undefined ? undefined : JSON.stringify(given)];
  const request = new Request(`http://tenant${filled}?${new URLSearchParams(texts).toString()}`, {
    method: method.toUpperCase(),
    ...(content === undefined ? {} : { headers: { "content-type": type ?? "" }, body: content }),
  });
  return { request, asked: { path, given: one.input === undefined ? undefined : given } };
};

/** Who may do what, written by hand from the manual, not derived: operation, roles, rights. */
export const RIGHTS = readFileSync(new URL("rights.txt", import.meta.url), "utf8")
  .trim()
  .split("\n")
  .map((line) => {
    const [name = "", ...words] = line.split(/\s+/);
    return [name, words.slice(0, 6), words.slice(6)] as const;
  });
