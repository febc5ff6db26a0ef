import type { z } from "zod";
import { EXAMPLES } from "../../../src/lib/contract/examples.ts";
import type { Route } from "../../../src/lib/contract/route.ts";
import { ROLE_POLICY } from "../../../src/lib/model/role-policy.ts";
import type { Operation } from "../../../src/lib/model/role.ts";
import { createExampleId } from "../../../src/lib/model/thing.ts";
import type { Actor } from "../../../src/lib/tenant/policy/asker.ts";
import type { RuleRequest } from "../../../src/lib/tenant/policy/routes.ts";
import type { TestAccount } from "./accounts.ts";

const items = (Object.keys(ROLE_POLICY) as Operation[]).filter((operation) => ROLE_POLICY[operation].custom === "item");

/** An account of each role; a custom administrator with all of a scheme's items, over all or not, and with none. */
export const ROLE_ACCOUNTS: readonly (TestAccount & { readonly asker: Omit<Actor, "account"> })[] = [
  { name: "sys", role: "system", asker: { role: "system", items: new Set(), orgs: undefined } },
  { name: "div", role: "division", manages: ["EAST"], asker: { role: "division", items: new Set(), orgs: [2] } },
  { name: "ope", role: "operator", org: "EAST", asker: { role: "operator", items: new Set(), orgs: [2] } },
  { name: "cus", role: "custom", items, asker: { role: "custom", items: new Set(items), orgs: undefined } },
  {
    name: "part",
    role: "custom",
    items,
    manages: ["EAST"],
    asker: { role: "custom", items: new Set(items), orgs: [2] },
  },
  { name: "bare", role: "custom", items: [], asker: { role: "custom", items: new Set(), orgs: undefined } },
];

const choicesOf = (schema: z.ZodType): readonly string[] =>
  ("options" in schema ? schema.options : []) as readonly string[];

/** What a schema's member may be: one of its choices, else a word or an id. */
const valueOf = (name: string, schema: z.ZodType): string =>
  [createExampleId(2), "1", "hanako", ...choicesOf(schema)].find((value) => schema.safeParse(value).success) ??
  `${name}=?`;

/** The required members of a request's query or path. */
const required = (shape: z.ZodRawShape = {}): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(shape).flatMap(([name, schema]) =>
      (schema as z.ZodType).safeParse(undefined).success ? [] : [[name, valueOf(name, schema as z.ZodType)]],
    ),
  );

/** A request of a route as its example has it: a valid one, of records that are not there. */
export const requestOf = (route: Route): { readonly request: Request; readonly asked: Omit<RuleRequest, "asker"> } => {
  const [params, query, body] = [required(route.params), required(route.query), EXAMPLES.get(route.id)?.body];
  const path = route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ""));
  const json = body === undefined ? undefined : JSON.stringify(body);
  const [type, content] =
    route.takesParts === true
      ? ["multipart/mixed; boundary=x", "--x--\r\n"]
      : route.file === true
        ? ["text/csv; charset=utf-8", "氏名,メールアドレス\r\n"]
        : ["application/json", json];
  const request = new Request(`http://tenant${path}?${new URLSearchParams(query).toString()}`, {
    method: route.method.toUpperCase(),
    headers: {
      ...(content === undefined ? {} : { "content-type": type ?? "" }),
      ...(route.ifMatch === true ? { "if-match": "none" } : {}),
    },
    ...(content === undefined ? {} : { body: content }),
  });
  const valid = route.body === undefined ? undefined : route.body.parse(body ?? {});
  return { request, asked: { params, query, body: valid } };
};
