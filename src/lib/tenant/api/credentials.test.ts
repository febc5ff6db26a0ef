import { Pool } from "undici";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sha256 } from "../store/ids.ts";
import { addTestAccount } from "#support/tenant/accounts.ts";
import { addTestCredential } from "#support/tenant/credentials.ts";
import {
  NAMED_OPERATIONS,
  requestOf,
  RIGHTS,
  ROLE_ACCOUNTS,
  type NamedOperation,
} from "#support/tenant/route-requests.ts";
import { serveTestTenant, type TestServer } from "#support/tenant/serving.ts";
import { TestTenant } from "#support/tenant/tenant.ts";

let tenant: TestTenant;
let server: TestServer;
let pool: Pool;
let preparations = 0;

const addCredential = (account: string, credential: Parameters<typeof addTestCredential>[2] = {}): string =>
  addTestCredential(tenant, account, credential);

/** The status, the header `WWW-Authenticate` and the text of a response. */
interface Answer {
  readonly status: number;
  readonly challenge: string | undefined;
  readonly text: string;
}

const routes = NAMED_OPERATIONS.filter(({ one }) => one.needs !== "open");

const prepare = async (route: NamedOperation) => {
  const { request } = await requestOf(route);
  const { pathname, search } = new URL(request.url);
  return {
    path: pathname + search,
    method: request.method,
    headers: Object.fromEntries(request.headers),
    body: request.body === null ? null : await request.text(),
  };
};

const prepared = new Map(await Promise.all(routes.map(async (route) => [route, await prepare(route)] as const)));

const answer = async (route: NamedOperation, secret?: string): Promise<Answer> => {
  const { path, method, headers, body } = prepared.get(route) ?? (await prepare(route));
  const credential = secret === undefined ? {} : { authorization: `Bearer ${secret}` };
  const response = await pool.request({ path, method, headers: { ...headers, ...credential }, body });
  const { "www-authenticate": challenge } = response.headers;
  return { status: response.statusCode, challenge: challenge?.toString(), text: await response.body.text() };
};

beforeAll(async () => {
  tenant = new TestTenant();
  await tenant.client.orgs.create({ name: "東日本", code: "EAST" });
  for (const account of ROLE_ACCOUNTS) await addTestAccount(tenant, account);
  await addTestAccount(tenant, { name: "gone", role: "none" });
  server = await serveTestTenant(tenant);
  pool = new Pool(server.url, { connections: PARALLEL });
  preparations = tenant.database.count("select max(seq) from audit");
});
afterAll(async () => {
  await pool.close();
  await server[Symbol.asyncDispose]();
  await tenant[Symbol.asyncDispose]();
});

const stored = (): object => ({ ...tenant.dump(), audit: tenant.database.count("select count(*) from audit") });

/** Routes whose example ends or needs the session itself. */
const ABOUT_CREDENTIALS = new Set(["sessions.end", "access-tokens.create"]);

const PARALLEL = 16;

const forRoutes = async <T>(
  some: readonly NamedOperation[],
  call: (route: NamedOperation) => Promise<T>,
): Promise<readonly T[]> => {
  const left = [...some.entries()];
  const results: T[] = [];
  const work = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) results[next[0]] = await call(next[1]);
  };
  await Promise.all(Array.from({ length: PARALLEL }, work));
  return results;
};

test("only signing in and setting a forgotten password are open", () => {
  expect(NAMED_OPERATIONS.filter(({ one }) => one.needs === "open").map(({ name }) => name)).toEqual([
    "sessions.create",
    "sessions.requestResetCode",
    "sessions.resetPassword",
  ]);
});

/** A session that was ended, as signing out, `access-tokens revoke` and a new password end it. */
const addRevokedCredential = (): string => {
  const secret = addCredential("sys");
  tenant.database.run("delete from credential where hash = :hash", { hash: sha256(secret) });
  return secret;
};

test.each([
  ["no credential", () => undefined],
  ["a secret that is too short", () => "clomo_x"],
  ["an unknown secret", () => `clomo_${"x".repeat(43)}`],
  ["an expired session", () => addCredential("sys", { expiresAt: "2026-01-02T00:00:00.000Z" })],
  ["a session of an account without a role", () => addCredential("gone")],
  ["a session that was ended", addRevokedCredential],
])("%s: every route answers 401, and nothing changes", async (_, createSecret) => {
  const secret = createSecret();
  const before = stored();
  const answers = await forRoutes(routes, async (route) => {
    const { status, challenge } = await answer(route, secret);
    return [route.name, status, challenge];
  });
  expect(answers).toEqual(routes.map(({ name }) => [name, 401, "Bearer"]));
  expect(stored()).toEqual(before);
});

test.each([
  ["a path that does not exist", "GET", "/v1/users/nothing/more", 404, {}],
  ["a noun that does not exist", "POST", "/v1/nothing", 404, {}],
  ["a method that the path does not have", "PUT", "/v1/orgs", 404, {}],
  ["the method of an open path that is not open", "GET", "/v1/sessions", 404, {}],
  ["compressed JSON", "POST", "/v1/orgs", 415, { "content-encoding": "gzip" }],
] as const)("%s: 401 without a credential", async (_, method, path, status, headers) => {
  const send = (more: Readonly<Record<string, string>>) =>
    pool.request({ method, path, headers: { ...headers, ...more }, ...(method === "GET" ? {} : { body: "{}" }) });
  const answers = [await send({}), await send({ authorization: `Bearer ${addCredential("ope")}` })];
  for (const { body } of answers) await body.dump();
  expect(answers.map(({ statusCode }) => statusCode)).toEqual([401, status]);
  expect(answers[0]?.headers["www-authenticate"]).toBe("Bearer");
});

test("a body for an open route is refused if it is longer than such a body needs", async () => {
  const body = JSON.stringify({ account: "sys", password: "x".repeat(16 * 1024) });
  const headers = { "content-type": "application/json" };
  const { statusCode, body: problem } = await pool.request({ path: "/v1/sessions", method: "POST", headers, body });
  expect([statusCode, await problem.json()]).toEqual([413, expect.objectContaining({ where: "json" })]);
});

describe.each(ROLE_ACCOUNTS)("$name", ({ name }) => {
  const asking = routes.filter((route) => !ABOUT_CREDENTIALS.has(route.name));

  /** Sends all requests with a credential. @returns the operations that are permitted, or fail */
  const findPermitted = async (secret: string): Promise<readonly string[]> =>
    (
      await forRoutes(asking, async (route) => {
        const { status } = await answer(route, secret);
        return status === 403 ? [] : [status < 500 ? route.name : `${route.name}: ${status}`];
      })
    ).flat();

  test("with a session, and with a token", async () => {
    const permitted = await findPermitted(addCredential(name));
    const byTable = RIGHTS.filter(([, roles]) => roles.includes(name)).map(([operation]) => operation);
    expect(permitted.filter((operation) => !byTable.includes(operation))).toEqual([]);
    const byToken = await findPermitted(addCredential(name, { token: "whole" }));
    expect(byToken).toEqual(permitted.filter((operation) => !ABOUT_SIGNING_IN.has(operation)));
  });
});

const ABOUT_SIGNING_IN = new Set(["sessions.end", "access-tokens.create", "access-tokens.revoke"]);

test("a token of a system administrator that may only read permits exactly what only reads", async () => {
  const secret = addCredential("sys", { token: "read-only" });
  const permitted = await forRoutes(routes, async (route) =>
    (await answer(route, secret)).status === 403 ? [] : [route.name],
  );
  const reading = RIGHTS.filter(
    ([name, , rights]) => !/^(?:imports|layouts)\./.test(name) && rights.every((right) => right.endsWith(".read")),
  );
  expect(permitted.flat()).toEqual(
    expect.arrayContaining(
      reading.map(([name]) => name).filter((name) => !ABOUT_SIGNING_IN.has(name) && !name.startsWith("sessions.")),
    ),
  );
  const refused =
    "users.create users.edit orgs.create imports.create imports.commit tenant.set devices.tag audit.verify";
  expect(permitted.flat().filter((name) => refused.split(" ").includes(name))).toEqual([]);
});

test("no request acted as the owner of the computer", () => {
  const acted = tenant
    .sql("select distinct actor from audit where seq > :preparations", { preparations })
    .map(({ actor }) => actor);
  expect(acted).toContain("sys");
  expect(acted).not.toContain("owner");
});
