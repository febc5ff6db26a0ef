import { connect } from "node:net";
import { Pool } from "undici";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ALL_ROUTES } from "../../contract/all.ts";
import type { Route } from "../../contract/route.ts";
import { ALL_READS, expandRights, TOKEN_RIGHTS, type TokenRight } from "../../model/credential.ts";
import type { Operation } from "../../model/role.ts";
import { createExampleId } from "../../model/thing.ts";
import { sha256 } from "../ids.ts";
import { addTestAccount } from "#support/tenant/accounts.ts";
import { addTestCredential } from "#support/tenant/credentials.ts";
import { requestOf, ROLE_ACCOUNTS } from "#support/tenant/route-requests.ts";
import { serveTestTenant, type TestServer } from "#support/tenant/serving.ts";
import { TestTenant } from "#support/tenant/tenant.ts";
import type { Actor } from "./asker.ts";
import { isOperation, isOperationPermitted } from "./check.ts";
import { getNeededRights, RESOURCE_READ_RULES, type ResourceReadRule, type RouteRules } from "./routes.ts";

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

const routes = ALL_ROUTES.filter(({ isOpen }) => isOpen !== true);

/** Returns the example of a route as it is sent over a connection. */
const prepare = async (route: Route) => {
  const { request } = requestOf(route);
  const { pathname, search } = new URL(request.url);
  return {
    path: pathname + search,
    method: request.method,
    headers: Object.fromEntries(request.headers),
    body: request.body === null ? null : await request.text(),
  };
};

const prepared = new Map(await Promise.all(routes.map(async (route) => [route, await prepare(route)] as const)));

/** Sends a route's example over a socket, and reads the response to its end. */
const answer = async (route: Route, secret?: string): Promise<Answer> => {
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
const ABOUT_CREDENTIALS = new Set(["endSession", "createAccessToken"]);

/** Number of requests that are sent at the same time. */
const PARALLEL = 16;

/** Calls a function for each route, for several routes at the same time. @returns the results, in the order of routes */
const forRoutes = async <T>(some: readonly Route[], call: (route: Route) => Promise<T>): Promise<readonly T[]> => {
  const left = [...some.entries()];
  const results: T[] = [];
  const work = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) results[next[0]] = await call(next[1]);
  };
  await Promise.all(Array.from({ length: PARALLEL }, work));
  return results;
};

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
    return [route.id, status, challenge];
  });
  expect(answers).toEqual(routes.map(({ id }) => [id, 401, "Bearer"]));
  expect(stored()).toEqual(before);
});

test.each([
  ["a path that does not exist", "GET", "/v1/users/nothing/more", 404, {}],
  ["a noun that does not exist", "POST", "/v1/nothing", 404, {}],
  ["a method that the path does not have", "PUT", "/v1/orgs", 405, {}],
  ["the method of an open path that is not open", "GET", "/v1/sessions", 405, {}],
  ["compressed JSON", "POST", "/v1/orgs", 415, { "content-encoding": "gzip" }],
] as const)("%s: 401 without a credential", async (_, method, path, status, headers) => {
  const send = (more: Readonly<Record<string, string>>) =>
    pool.request({ method, path, headers: { ...headers, ...more }, ...(method === "GET" ? {} : { body: "{}" }) });
  const answers = [await send({}), await send({ authorization: `Bearer ${addCredential("ope")}` })];
  for (const { body } of answers) await body.dump();
  expect(answers.map(({ statusCode }) => statusCode)).toEqual([401, status]);
  expect(answers[0]?.headers["www-authenticate"]).toBe("Bearer");
});

/** The head of a request for a JSON body of this length. */
const headOf = (path: string, bytes: number, ...more: readonly string[]): string =>
  [
    `POST ${path} HTTP/1.1`,
    "host: x",
    "content-type: application/json",
    `content-length: ${bytes}`,
    ...more,
    "",
    "{",
  ].join("\r\n");

test.each([
  ["a password without a credential", () => headOf("/v1/sessions", 99)],
  ["a short body", () => headOf("/v1/orgs", 99, `authorization: Bearer ${addCredential("sys")}`)],
  ["a long body", () => headOf("/v1/orgs", 99_999, `authorization: Bearer ${addCredential("sys")}`)],
])("people who are slow to send %s hold no places of others", async (_, head) => {
  await using own = await serveTestTenant(tenant, { requests: 2, ratePerSecond: 0 });
  const { port } = new URL(own.url);
  const bytes = head();
  const slow = Array.from({ length: 20 }, () => connect(Number(port), "127.0.0.1"));
  await Promise.all(slow.map((socket) => new Promise<unknown>((resolve) => socket.write(bytes, resolve))));
  const headers = { authorization: `Bearer ${addCredential("sys")}` };
  const statuses = [(await fetch(`${own.url}/v1/orgs`, { headers })).status];
  const body = JSON.stringify({ account: "nobody", password: "wrong" });
  const init = { method: "POST", headers: { "content-type": "application/json" }, body };
  statuses.push((await fetch(`${own.url}/v1/sessions`, init)).status);
  expect(statuses).toEqual([200, 401]);
  for (const socket of slow) socket.destroy();
});

test("as many long bodies as a quarter of the places are received at the same time", async () => {
  await using own = await serveTestTenant(tenant, { requests: 8, ratePerSecond: 0 });
  const { port } = new URL(own.url);
  const slow = Array.from({ length: 8 }, () => connect(Number(port), "127.0.0.1"));
  for (const [at, socket] of slow.entries()) {
    const secret = addCredential(at % 2 === 0 ? "sys" : "div");
    socket.write(headOf("/v1/orgs", 99_999, `authorization: Bearer ${secret}`));
  }
  await expect.poll(() => own.logged.length).toBe(6);
  for (const socket of slow) socket.destroy();
  await expect.poll(() => own.logged.length).toBe(8);
  const headers = { "content-type": "application/json", authorization: `Bearer ${addCredential("sys")}` };
  const body = JSON.stringify({ name: "x".repeat(20_000) });
  expect((await fetch(`${own.url}/v1/orgs`, { method: "POST", headers, body })).status).toBe(422);
});

test("people who sign in while somebody else writes leave places to others", async () => {
  await using own = await serveTestTenant(tenant, { requests: 8, ratePerSecond: 0 });
  const body = JSON.stringify({ account: "nobody", password: "wrong" });
  const init = { method: "POST", headers: { "content-type": "application/json" }, body };
  const headers = { authorization: `Bearer ${addCredential("sys")}` };
  tenant.database.exec("begin immediate");
  const waiting = Array.from({ length: 8 }, () => fetch(`${own.url}/v1/sessions`, init));
  await expect.poll(() => own.logged.length).toBe(6);
  expect((await fetch(`${own.url}/v1/orgs`, { headers })).status).toBe(200);
  tenant.database.exec("rollback");
  const statuses = (await Promise.all(waiting)).map(({ status }) => status);
  expect(statuses.toSorted((a, b) => a - b)).toEqual([401, 401, 503, 503, 503, 503, 503, 503]);
});

test("a body for an open route is refused if it is longer than such a body needs", async () => {
  const body = JSON.stringify({ account: "sys", password: "x".repeat(16 * 1024) });
  const headers = { "content-type": "application/json" };
  const { statusCode, body: problem } = await pool.request({ path: "/v1/sessions", method: "POST", headers, body });
  expect([statusCode, await problem.json()]).toEqual([413, expect.objectContaining({ where: "json" })]);
});

describe.each(ROLE_ACCOUNTS)("$name", ({ name, asker }) => {
  const asked = routes
    .filter(({ id }) => !ABOUT_CREDENTIALS.has(id))
    .map((route) => {
      const needed = getNeededRights(route.id, { asker, ...requestOf(route).asked }).filter(isOperation);
      return { route, needed, mayByRole: needed.every((operation) => isOperationPermitted(asker, operation)) };
    });
  const askedOf = new Map(asked.map((one) => [one.route, one]));
  const asking = asked.map(({ route }) => route);

  /** Sends all requests with a credential that depends on the route. @returns the routes with a wrong response */
  const findWrong = async (secretOf: (route: Route) => string): Promise<readonly string[]> => {
    const wrong = await forRoutes(asking, async (route) => {
      const { status } = await answer(route, secretOf(route));
      return status < 500 && (status === 403 || askedOf.get(route)?.mayByRole === true)
        ? []
        : [`${route.id}: ${status}`];
    });
    return wrong.flat();
  };

  test("with a session", async () => {
    const secret = addCredential(name);
    expect(await findWrong(() => secret)).toEqual([]);
  });

  test("with a token that has only the rights that the request needs", async () => {
    const secrets = new Map<string, string>();
    expect(
      await findWrong((route) => {
        const rights = askedOf.get(route)?.needed ?? [];
        const secret = secrets.get(rights.join()) ?? addCredential(name, { rights });
        secrets.set(rights.join(), secret);
        return secret;
      }),
    ).toEqual([]);
  });

  test("with a token that lacks one of the rights that the request needs", async () => {
    const all = new Set(asked.flatMap(({ needed }) => needed));
    for (const lacking of all) {
      const secret = addCredential(name, { rights: TOKEN_RIGHTS.filter((right) => right !== lacking) });
      const refused = asked.filter(({ needed }) => needed.includes(lacking)).map(({ route }) => route);
      const statuses = await forRoutes(refused, async (route) => [route.id, (await answer(route, secret)).status]);
      expect([lacking, statuses]).toEqual([lacking, refused.map(({ id }) => [id, 403])]);
    }
  });
});

/** Routes that a token never permits: they are about signing in. */
const ABOUT_SIGNING_IN = new Set(
  "endSession createAccessToken revokeAccessToken".split(" "),
);

describe("a token of a system administrator with a single right", () => {
  /** Returns the rights that a request with such a token lacks. */
  const getLackingRights = (route: Route, right: TokenRight): readonly string[] => {
    const credential = { id: "", kind: "token", name: "", tokenEnd: undefined } as const;
    const asker: Actor = {
      role: "system",
      items: new Set(),
      orgs: undefined,
      credential: { ...credential, rights: new Set([right]) },
    };
    const needed = getNeededRights(route.id, { asker, ...requestOf(route).asked }).filter(isOperation);
    const lacking = needed.filter((operation) => operation !== right);
    // the change that the example undoes created an organisation
    return route.id === "undoChange" && lacking.length === 0 ? ["orgs.delete"] : lacking.toSorted();
  };

  /** Returns the rights that a refusal names. */
  const getNamedRights = ({ status, text }: Answer): readonly string[] | undefined => {
    if (status !== 403) return undefined;
    const { detail } = JSON.parse(text) as { readonly detail: { readonly en: string } };
    return [...detail.en.matchAll(/([a-z]+\.[a-z]+) \(/g)].map(([, name = ""]) => name).toSorted();
  };

  /** The routes that each right permits. */
  const permitted = new Map<TokenRight, readonly string[]>();

  test.each(TOKEN_RIGHTS)("%s: each other route answers 403 and names the missing right", async (right) => {
    const secret = addCredential("sys", { rights: [right] });
    const answers = await forRoutes(routes, async (route) => [route.id, getNamedRights(await answer(route, secret))]);
    const expected = routes.map((route) => {
      const lacking = getLackingRights(route, right);
      return [route.id, lacking.length > 0 || ABOUT_SIGNING_IN.has(route.id) ? lacking : undefined];
    });
    expect(answers).toEqual(expected);
    permitted.set(
      right,
      answers.flatMap(([id, named]) => (named === undefined ? [String(id)] : [])),
    );
  });

  // written by hand, not derived from the rules of the routes
  const WITHOUT_RIGHTS = "whoami accessTokens tenant tenantRevision exportAll";
  test.each<readonly [TokenRight, string]>([
    ["tenant.write", "setTenant setAnswers"],
    ["handover.read", "answers"],
    ["orgs.read", "orgs findOrgs orgHistory exportOrgs"],
    ["orgs.write", "createOrg editOrg moveOrg"],
    ["users.read", "users findUsers userHistory exportUsers imports import importRows importProblems"],
    ["users.delete", "planDeletion"],
    ["users.move", "moveUsers"],
    ["devices.note", "tagDevices"],
    ["audit.read", "audit auditRecord exportAudit"],
    ["audit.verify", "auditHead verifyAudit"],
    ["renewals.read", "listRenewals"],
    ["metrics", ""],
  ])("%s permits only what its name promises", (right, ids) => {
    const expected = `${WITHOUT_RIGHTS} ${ids}`.trim().split(" ").toSorted();
    expect(permitted.get(right)?.toSorted()).toEqual(expected);
  });
});

test.each([
  ["div", "/v1/roles/schemes", undefined, "orgs.read", /a division administrator does not have this right/],
  ["div", "/v1/roles/schemes", undefined, "schemes.read", /a division administrator does not have this right/],
  ["div", "/v1/audit", undefined, "orgs.read", /does not have the right audit\.read /],
  ["ope", "/v1/imports", { kind: "users" }, "users.read", /an operator does not have this right/],
  ["ope", "/v1/imports", { kind: "devices" }, "users.read", /does not have the rights devices\.read .*devices\.note /],
  ["ope", "/v1/imports/changes/1/undo", {}, "users.read", /does not have the rights devices\.read .*devices\.note /],
  ["bare", "/v1/imports", { kind: "devices" }, "users.read", /scheme of the account does not contain/],
  ["part", "/v1/secured/browser/users", undefined, "orgs.read", /managed organisations of the account are not/],
] as const)(
  "%s %s with %o and a token for %s: the refusal names the true reason",
  async (...[name, path, body, right, reason]) => {
    const response = await pool.request({
      path,
      method: body === undefined ? "GET" : "POST",
      headers: {
        authorization: `Bearer ${addCredential(name, { rights: [right] })}`,
        "content-type": "application/json",
      },
      body: body === undefined ? null : JSON.stringify(body),
    });
    expect([response.statusCode, await response.body.text()]).toEqual([403, expect.stringMatching(reason)]);
  },
);

// SECURED APPs and Apple's data are the only parts that a leave may lack: it says so
const LEAVE_READS = ["users.read", "accounts.read", "devices.read", "renewals.read", "console.read"] as const;
test.each(LEAVE_READS)("a token without %s neither sees nor ends what depends on users", async (right) => {
  const rights = TOKEN_RIGHTS.filter((other) => other !== right);
  const headers = { authorization: `Bearer ${addCredential("sys", { rights })}`, "content-type": "application/json" };
  for (const path of ["/v1/leavers/dependents", "/v1/leavers"]) {
    const response = await pool.request({
      path,
      method: "POST",
      headers,
      body: JSON.stringify({ ids: [createExampleId(1)] }),
    });
    const reason = `does not have the right ${right} `;
    expect([response.statusCode, await response.body.text()]).toEqual([403, expect.stringContaining(reason)]);
  }
});

test.each(TOKEN_RIGHTS.filter((right) => right !== "metrics"))(
  "a token without %s restores no bundle",
  async (right) => {
    const rights = TOKEN_RIGHTS.filter((other) => other !== right);
    const headers = { authorization: `Bearer ${addCredential("sys", { rights })}`, "if-match": '"x"' };
    for (const path of ["/v1/restores/plan", "/v1/restores?deletions=0"]) {
      const response = await pool.request({ path, method: "POST", headers });
      const reason = `does not have the right ${right} `;
      expect([response.statusCode, await response.body.text()]).toEqual([403, expect.stringContaining(reason)]);
    }
  },
);

test("a token that may read everything may export everything but the whole audit log", () => {
  const needed = new Set(Object.values<ResourceReadRule>(RESOURCE_READ_RULES).flatMap(([needs]) => needs ?? []));
  for (const right of expandRights([ALL_READS])) needed.delete(right as Operation);
  expect([...needed]).toEqual(["audit.verify"]);
});

test("no request acted as the owner of the computer", () => {
  const acted = tenant
    .sql("select distinct actor from audit where seq > :preparations", { preparations })
    .map(({ actor }) => actor);
  expect(acted).toContain("sys");
  expect(acted).not.toContain("owner");
});
