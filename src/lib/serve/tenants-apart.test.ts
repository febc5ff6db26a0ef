import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openIdentityProvider } from "#support/identity-provider.ts";
import { addTestAccount } from "#support/tenant/accounts.ts";
import { addTestCredential } from "#support/tenant/credentials.ts";
import { NAMED_OPERATIONS, requestOf, type NamedOperation } from "#support/tenant/route-requests.ts";
import { TestTenant } from "#support/tenant/tenant.ts";
import { createErrorResponse } from "../tenant/api/problem.ts";
import { createDispatch } from "../tenant/api/dispatch.ts";
import { OperatorAccess } from "./operators.ts";
import type { RequestOrigin } from "./options.ts";
import { parseServeSettings } from "./settings.ts";
import { removeTenant, TenantRouter } from "./tenants.ts";

const NAMES: readonly string[] = ["a", "b"];

let tenants: ReadonlyMap<string, TestTenant>;
let provider: Awaited<ReturnType<typeof openIdentityProvider>>;
let access: OperatorAccess;
let router: TenantRouter<{ readonly name: string }>;

const tenantOf = (name: string): TestTenant => tenants.get(name) ?? expect.unreachable(`no tenant ${name}`);

beforeAll(async () => {
  provider = await openIdentityProvider();
  const { issuer, audience } = provider;
  access = new OperatorAccess(
    parseServeSettings(
      `oidc: { issuer: '${issuer}', clientId: clomoctl, audience: '${audience}' }
operators:
  - { who: 'subject:taro', tenants: [a], role: system }
  - { who: 'group:east', tenants: [a], role: division }`,
      "serve.yaml",
    ),
  );
  tenants = new Map(["a", "b", "nobody"].map((name) => [name, new TestTenant()]));
  for (const name of NAMES) {
    await tenantOf(name).client.orgs.create({ name: "東日本", code: "EAST" });
    await addTestAccount(tenantOf(name), { name: "sys", role: "system" });
    await addTestAccount(tenantOf(name), { name: "div", role: "division", manages: ["EAST"] });
  }
  router = new TenantRouter({
    limit: 2,
    keyOf: (name) => name.toLowerCase(),
    list: async () => NAMES.map((name) => ({ name })),
    access: () => access,
    find: async (name) => NAMES.map((one) => ({ name: one })).find((one) => one.name === name),
    open: (found) => {
      const { served } = tenantOf(found?.name ?? "nobody");
      const dispatch = createDispatch(served, removeTenant);
      return {
        answer: (request, from, trace) => dispatch(request, { ...from, limitMs: 60_000, trace }),
        isIdle: () => true,
        isStored: () => true,
        close: async () => undefined,
      };
    },
  });
});
afterAll(() => Promise.all([provider, ...tenants.values()].map((one) => one[Symbol.asyncDispose]())));

const ask = async (name: string, request: Request, headers: Readonly<Record<string, string>>) => {
  const { pathname, search } = new URL(request.url);
  const sent = new Request(`http://localhost/t/${name}${pathname}${search}`, request);
  for (const [header, value] of Object.entries(headers)) sent.headers.set(header, value);
  const from = {
    address: "192.0.2.1",
    id: "request-1",
    until: new AbortController(),
    isReceived: () => true,
    stopping: new AbortController().signal,
    breakOff: () => undefined,
  } satisfies RequestOrigin;
  const answered = router.answer(sent, from, { route: null, account: null });
  const response = await answered.catch(createErrorResponse);
  router.release(from.id);
  return { status: response.status, headers: [...response.headers], body: await response.text() };
};

const bearer = (secret: string | undefined) => (secret === undefined ? {} : { authorization: `Bearer ${secret}` });

const askFor = async (name: string, operation: NamedOperation, secret: string | undefined) =>
  ask(name, (await requestOf(operation)).request, bearer(secret));

const routes = NAMED_OPERATIONS.filter(({ one }) => one.needs !== "open").map((one) => [one.name, one] as const);

describe.each([
  ["a session of a system administrator", 401, () => addTestCredential(tenantOf("a"), "sys")],
  ["a session of a division administrator", 401, () => addTestCredential(tenantOf("a"), "div")],
  ["a token that only reads", 401, () => addTestCredential(tenantOf("a"), "sys", { token: "read-only" })],
  ["an operator", 404, () => provider.sign()],
  ["an operator by group", 404, () => provider.sign({ sub: "hanako", groups: ["east"] })],
  ["no credential", 401, () => undefined],
])("in another tenant, %s says as much as in one that does not exist", (_, status, createSecret) => {
  test.each(routes)("%s", async (_name, operation) => {
    const secret = await createSecret();
    const before = tenantOf("b").dump();
    const answer = await askFor("b", operation, secret);
    expect(answer.status).toBe(status);
    expect(answer).toEqual(await askFor("unknown", operation, secret));
    expect(tenantOf("b").dump()).toEqual(before);
  });
});

test("an operator acts with the role of the rule, and is named by the provider's subject", async () => {
  const read = async (path: string, claims: object) => {
    const { status, body } = await ask(
      "a",
      new Request(`http://localhost${path}`),
      bearer(await provider.sign({ ...claims })),
    );
    return status === 200 ? (JSON.parse(body) as unknown) : status;
  };
  expect(await read("/v1/whoami", { name: "佐藤\n太郎" })).toMatchObject({
    account: "佐藤太郎 (taro)",
    role: "system",
    user: null,
  });
  const hanako = { sub: "hanako", groups: ["east"] };
  expect(await read("/v1/whoami", hanako)).toMatchObject({ account: "hanako (hanako)", role: "division" });
  expect(await read("/v1/audit", hanako)).toBe(403);
  expect(await read("/v1/whoami", { sub: "hanako", groups: "east" })).toBe(404);
  expect(await read("/v1/access-tokens", {})).toBe(403);
  const named = new Request("http://localhost/v1/orgs", {
    method: "POST",
    body: JSON.stringify({ name: "西日本", code: "WEST" }),
  });
  const json = { "content-type": "application/json" };
  expect(await ask("a", named, { ...json, ...bearer(await provider.sign({ name: "佐藤" })) })).toMatchObject({
    status: 200,
  });
  expect(tenantOf("a").sql("select actor from audit order by seq desc limit 1")).toEqual([{ actor: "佐藤 (taro)" }]);
});

test("an account that is named like an operator does not pass for the operator", async () => {
  await addTestAccount(tenantOf("b"), { name: "like", role: "system" });
  const secret = addTestCredential(tenantOf("b"), "like");
  tenantOf("b").database.run(
    "update user set accountName = '佐藤 (taro)', accountKey = null where accountName = 'like'",
  );
  const whoami = new Request("http://localhost/v1/whoami");
  const { account, user } = JSON.parse((await ask("b", whoami, bearer(secret))).body) as Record<string, unknown>;
  expect(account).toBe(`佐藤 (taro) (${(user as { id: string }).id})`);
});

test("a secret works in its own tenant alone, and a key for repeated requests as well", async () => {
  const [own, other] = NAMES.map((name) => addTestCredential(tenantOf(name), "sys"));
  const create = (name: string, secret: string | undefined) =>
    ask(
      name,
      new Request("http://localhost/v1/orgs", {
        method: "POST",
        body: JSON.stringify({ name: `課 ${name}`, code: name }),
      }),
      {
        ...bearer(secret),
        "content-type": "application/json",
        "idempotency-key": "019a0000-0000-7000-8000-000000000001",
      },
    );
  for (const [name, secret] of [["a", own] as const, ["b", other] as const, ["a", own] as const])
    expect(await create(name, secret)).toMatchObject({ status: 200, body: expect.stringContaining(`課 ${name}`) });
  for (const name of NAMES) expect(tenantOf(name).sql("select name from org where name like '課 %'")).toHaveLength(1);
  expect((await create("b", own)).status).toBe(401);
});

test("attempts to sign in count by name, for names that do not exist as well", async () => {
  const signIn = async (name: string, account = "x") => {
    const body = JSON.stringify({ account, password: "wrong" });
    const request = new Request("http://localhost/v1/sessions", { method: "POST", body });
    return (await ask(name, request, { "content-type": "application/json" })).status;
  };
  for (const name of ["a", "unknown", "Unknown2"])
    for (const status of [401, 401, 401, 401, 401, 429]) expect(await signIn(name)).toBe(status);
  expect(await signIn("unknown2")).toBe(429);
  for (const name of ["b", "other"]) expect(await signIn(name)).toBe(401);
  expect(await signIn("unknown", "y")).toBe(401);
});
