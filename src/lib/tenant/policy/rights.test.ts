import type { z } from "zod";
import { isDeepStrictEqual } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ALL_ROUTES } from "../../contract/all.ts";
import { EXAMPLES } from "../../contract/examples.ts";
import type { Route } from "../../contract/route.ts";
import { POLICY } from "../../model/role-policy.ts";
import { ADMINISTRATORS, OPERATIONS, type Operation } from "../../model/role.ts";
import { exampleId } from "../../model/thing.ts";
import { withAccount, type TestAccount } from "../testing/accounts.ts";
import { TestTenant } from "../testing/tenant.ts";
import { may } from "./check.ts";
import type { Asker } from "./asker.ts";
import { operationsOf, type AskedFor } from "./rules.ts";

const items = (Object.keys(POLICY) as Operation[]).filter((operation) => POLICY[operation].custom.reach === "item");

/** An account of each role; a custom administrator with all of a scheme's items, over all or not, and with none. */
const ACCOUNTS: readonly (TestAccount & { readonly asker: Omit<Asker, "account"> })[] = [
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
  [exampleId(2), "1", "hanako", ...choicesOf(schema)].find((value) => schema.safeParse(value).success) ?? `${name}=?`;

/** The required members of a request's query or path. */
const required = (shape: z.ZodRawShape = {}): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(shape).flatMap(([name, schema]) =>
      (schema as z.ZodType).safeParse(undefined).success ? [] : [[name, valueOf(name, schema as z.ZodType)]],
    ),
  );

/** A request of a route as its example has it: a valid one, of records that are not there. */
const requestOf = (route: Route): { readonly request: Request; readonly asked: Omit<AskedFor, "asker"> } => {
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

let tenant: TestTenant;
beforeAll(async () => {
  tenant = new TestTenant();
  await tenant.client.orgs.create({ name: "東日本", code: "EAST" });
  for (const account of ACCOUNTS) await withAccount(tenant, account);
  await withAccount(tenant, { name: "gone", role: "none" });
  await withAccount(tenant, { name: "leaver", role: "system" });
});
afterAll(() => tenant[Symbol.asyncDispose]());

const answerTo = (account: string, route: Route): Promise<Response> =>
  tenant.acting(account).fetch(requestOf(route).request);

/** All that is stored, but for what plans leave: those come and go. */
const stored = (): object => ({ ...tenant.dump(), audit: tenant.database.count("select count(*) from audit") });

describe.each(ACCOUNTS)("$name", ({ name, asker }) => {
  test.each(ALL_ROUTES.map((route) => [route.id, route] as const))("%s", async (id, route) => {
    const before = stored();
    const needed = operationsOf(id, { asker, ...requestOf(route).asked });
    const permitted = needed.every((operation) => may(asker, operation));
    const { status } = await answerTo(name, route);
    expect(status).toBeLessThan(500);
    // a request that the policy permits may still be refused by what it is about, such as the whole tenant
    expect(status === 403).toBe(!permitted || (ABOUT_THE_WHOLE.has(id) && asker.orgs !== undefined));
    expect(status < 400 || isDeepStrictEqual(stored(), before)).toBe(true);
  });
});

/** Requests whose example is about the whole tenant: it makes organisations below 全社. */
const ABOUT_THE_WHOLE = new Set(["createImport"]);

test.each(ALL_ROUTES.map((route) => [route.id, route] as const))(
  "%s is for nobody without a role, and for nobody who is not there",
  async (_, route) => {
    const before = stored();
    expect((await answerTo("gone", route)).status).toBe(403);
    expect((await answerTo("nobody", route)).status).toBe(404);
    expect(stored()).toEqual(before);
  },
);

test("a role that is revoked ends with the next request", async () => {
  const route = ALL_ROUTES.find(({ id }) => id === "users");
  if (route === undefined) throw new TypeError("no list of users");
  expect((await answerTo("leaver", route)).status).toBe(200);
  tenant.database.run(
    "update account set role = 'none' where user = (select pk from user where accountName = 'leaver')",
  );
  expect((await answerTo("leaver", route)).status).toBe(403);
});

test("every operation is somebody's: the policy has a row for each, and a system administrator may all", () => {
  expect(Object.keys(POLICY).toSorted()).toEqual(Object.keys(OPERATIONS).toSorted());
  for (const role of ADMINISTRATORS) expect(POLICY["roles.read"][role].reach).toBe("all");
  for (const row of Object.values(POLICY)) expect(row.system.reach).toBe("all");
});

test("a route without a rule is nobody's", () => {
  expect(() => operationsOf("unheardOf", { asker: { role: "division", items: new Set(), orgs: [2] } })).toThrow(
    "no rule for unheardOf",
  );
});
