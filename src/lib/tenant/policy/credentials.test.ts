import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ALL_ROUTES } from "../../contract/all.ts";
import type { Route } from "../../contract/route.ts";
import { TOKEN_RIGHTS } from "../../model/credential.ts";
import { sha256 } from "../ids.ts";
import { addTestAccount, addTestCredential } from "#support/tenant/accounts.ts";
import { requestOf, ROLE_ACCOUNTS } from "#support/tenant/route-requests.ts";
import { serveTestTenant, type TestServer } from "#support/tenant/serving.ts";
import { TestTenant } from "#support/tenant/tenant.ts";
import { isOperationPermitted } from "./check.ts";
import { getRequiredOperations, type RouteRules } from "./routes.ts";

let tenant: TestTenant;
let server: TestServer;
let preparations = 0;

const addCredential = (account: string, credential: Parameters<typeof addTestCredential>[2] = {}): string =>
  addTestCredential(tenant, account, credential);

/** Sends a route's example over a socket, and reads the response to its end. */
const answer = async (route: Route, secret?: string): Promise<Response> => {
  const { request } = requestOf(route);
  if (secret !== undefined) request.headers.set("authorization", `Bearer ${secret}`);
  const { pathname, search } = new URL(request.url);
  const body = request.body === null ? {} : { body: await request.text() };
  const response = await fetch(`${server.url}${pathname}${search}`, {
    method: request.method,
    headers: request.headers,
    ...body,
  });
  await response.arrayBuffer();
  return response;
};

beforeAll(async () => {
  tenant = new TestTenant();
  await tenant.client.orgs.create({ name: "東日本", code: "EAST" });
  for (const account of ROLE_ACCOUNTS) await addTestAccount(tenant, account);
  await addTestAccount(tenant, { name: "gone", role: "none" });
  server = await serveTestTenant(tenant);
  preparations = tenant.database.count("select max(seq) from audit");
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await tenant[Symbol.asyncDispose]();
});

const stored = (): object => ({ ...tenant.dump(), audit: tenant.database.count("select count(*) from audit") });

/** Routes whose example ends or needs the session itself. */
const ABOUT_CREDENTIALS = new Set(["endSession", "createAccessToken"]);

const routes = ALL_ROUTES.filter(({ isOpen }) => isOpen !== true).map((route) => [route.id, route] as const);

test("only signing in and setting a forgotten password are open", () => {
  expect(ALL_ROUTES.filter(({ isOpen }) => isOpen === true).map(({ id }) => id)).toEqual([
    "createSession",
    "requestResetCode",
    "resetForgottenPassword",
  ]);
});

/** A session that was ended, as signing out, `access-tokens revoke` and a new password end it. */
const addRevokedCredential = (): string => {
  const secret = addCredential("sys");
  tenant.database.run("delete from credential where hash = :hash", { hash: sha256(secret) });
  return secret;
};

test("a route without a rule does not compile", () => {
  const { whoami: _, ...others } = {} as RouteRules;
  // @ts-expect-error whoami has no rule
  const lacking: RouteRules = others;
  expect(lacking).toEqual({});
});

test.each(routes)("%s: 401 without a valid credential, and nothing changes", async (_, route) => {
  const expired = addCredential("sys", { expiresAt: "2026-01-02T00:00:00.000Z" });
  const roleless = addCredential("gone");
  const revoked = addRevokedCredential();
  const before = stored();
  for (const secret of [undefined, "clomo_x", `clomo_${"x".repeat(43)}`, expired, roleless, revoked]) {
    const { status, headers } = await answer(route, secret);
    expect([secret, status, headers.get("www-authenticate")]).toEqual([secret, 401, "Bearer"]);
  }
  expect(stored()).toEqual(before);
});

describe.each(ROLE_ACCOUNTS)("$name", ({ name, asker }) => {
  test.each(routes.filter(([id]) => !ABOUT_CREDENTIALS.has(id)))("%s", async (id, route) => {
    const needed = getRequiredOperations(id, { asker, ...requestOf(route).asked });
    const mayByRole = needed.every((operation) => isOperationPermitted(asker, operation));
    const session = await answer(route, addCredential(name));
    expect(session.status).toBeLessThan(500);
    expect(mayByRole || session.status === 403).toBe(true);
    const token = await answer(route, addCredential(name, { rights: needed }));
    expect(token.status).toBeLessThan(500);
    expect(mayByRole || token.status === 403).toBe(true);
    for (const lacking of needed) {
      const rights = TOKEN_RIGHTS.filter((right) => right !== lacking);
      const refused = await answer(route, addCredential(name, { rights }));
      expect([lacking, refused.status]).toEqual([lacking, 403]);
    }
  });
});

test("no request acted as the owner of the computer", () => {
  const acted = tenant
    .sql("select distinct actor from audit where seq > :preparations", { preparations })
    .map(({ actor }) => actor);
  expect(acted).toContain("sys");
  expect(acted).not.toContain("owner");
});
