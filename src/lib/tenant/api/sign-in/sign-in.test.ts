import { setTimeout as sleep } from "node:timers/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { SECRET_PATTERN } from "../../../model/credential.ts";
import { addTestAccount } from "#support/tenant/accounts.ts";
import { Database } from "../../store/database.ts";
import { serveTestTenant } from "#support/tenant/serving.ts";
import { PASSWORD, SignInDesk } from "#support/tenant/sign-in.ts";
import { type TestTenant, openForEachTest } from "#support/tenant/tenant.ts";
import { undoChange } from "#support/tenant/undo.ts";

let tenant: TestTenant;
let desk: SignInDesk;
openForEachTest((opened) => {
  tenant = opened;
  desk = new SignInDesk(tenant);
});

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const post: SignInDesk["post"] = (...sent) => desk.post(...sent);
const addAccount: SignInDesk["add"] = (...account) => desk.add(...account);
const statusOf: SignInDesk["statusOf"] = (...sent) => desk.statusOf(...sent);
const secretOf = (account: string): Promise<string> => desk.secretOf(account);

const signIn = (account: string, password = PASSWORD, address?: string): Promise<Response> =>
  desk.signIn(account, { password, ...(address !== undefined && { address }) });

describe("signing in", () => {
  test("returns a secret, with which requests act as the account", async () => {
    await addAccount("hana");
    const response = await signIn("hana");
    const { secret, account, expiresAt } = (await response.json()) as Record<string, string>;
    expect([response.status, account]).toEqual([200, "hana"]);
    expect(secret).toMatch(SECRET_PATTERN);
    expect(Date.parse(expiresAt ?? "")).toBeGreaterThan(tenant.surroundings.time + 12 * HOUR_MS - 1);
    const me = await tenant.request("/v1/whoami", { secret });
    expect(await me.json()).toMatchObject({ account: "hana", role: "system" });
  });

  test("every failure has the same response", async () => {
    await addAccount("hana");
    await addTestAccount(tenant, { name: "gone", role: "none" });
    await addTestAccount(tenant, { name: "unset", role: "system" });
    const attempts = [signIn("nobody"), signIn("hana", "wrong"), signIn("gone"), signIn("unset")];
    const answers = await Promise.all(
      (await Promise.all(attempts)).map(async (one) =>
        JSON.stringify([one.status, [...one.headers], Buffer.from(await one.arrayBuffer()).toString("base64")]),
      ),
    );
    expect([...new Set(answers)]).toEqual([expect.stringMatching(/^\[401,/)]);
  });

  test.each([
    ["signing in", () => signIn("nobody")],
    ["a reset", () => post("/v1/sessions/reset-password", { account: "hana", code: "wrong", password: PASSWORD })],
  ])("%s fails no sooner than 100 ms after it began, which is longer than its work", async (_, attempt) => {
    await addAccount("hana");
    const failed = attempt();
    expect(await Promise.race([failed, sleep(90, "sooner")])).toBe("sooner");
    expect((await failed).status).toBe(401);
  });

  test.each([
    ["an account", 5, (n: number) => ["hana", `198.51.100.${n}`]],
    ["an address", 20, (n: number) => [`nobody${n}`, "198.51.100.7"]],
    ["an IPv6 network", 20, (n: number) => [`nobody${n}`, `2001:db8::${n}`]],
  ] as const)("%s is locked out after %i failures in 15 minutes, even with the right password", async (_, max, at) => {
    await addAccount("hana");
    const attempts = Array.from({ length: max + 5 }, (_each, n) => at(n));
    const responses = await Promise.all(attempts.map(([account, address]) => signIn(account ?? "", "wrong", address)));
    expect(responses.filter(({ status }) => status === 401)).toHaveLength(max);
    const refused = responses.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(5);
    expect(Number(refused[0]?.headers.get("retry-after"))).toBeGreaterThan(0);
    expect((await signIn("hana", PASSWORD, at(0)[1])).status).toBe(429);
    tenant.surroundings.time += 15 * MINUTE_MS;
    expect((await signIn("hana", PASSWORD, at(0)[1])).status).toBe(200);
  });

  test("successes are not counted", async () => {
    await addAccount("hana");
    for (let n = 0; n < 8; n += 1) expect((await signIn("hana")).status).toBe(200);
  });
});

test("a secret that is in an address or a body by mistake is in no problem and no audit record", async () => {
  await addAccount("hana");
  const secret = await secretOf("hana");
  const mistakes = [
    `/v1/${secret}`,
    `/${secret}`,
    `/v1/orgs?token=${secret}`,
    `/v1/orgs?cursor=${secret}`,
    `/v1/users/find?name=${secret}`,
    `/v1/users/export?text=${secret}`,
    `/v1/imports/${secret}`,
  ];
  for (const path of mistakes) {
    const response = await tenant.request(path, { secret });
    expect([path, await response.text()]).toEqual([path, expect.not.stringContaining(secret)]);
  }
  const body = { name: secret, readOnly: secret };
  expect(await (await post("/v1/access-tokens", body, { secret })).text()).not.toContain(secret);
  expect(await (await post("/v1/sessions", { account: secret, password: secret })).text()).not.toContain(secret);
  expect(tenant.database.all("select record from audit").length).toBeGreaterThan(0);
  expect(tenant.everything()).not.toContain(secret);
});

describe("a session", () => {
  test("ends 12 to 13 hours after its last use, and after 30 days", async () => {
    await addAccount("hana");
    const secret = await secretOf("hana");
    for (let days = 0; days < 59; days += 1) {
      tenant.surroundings.time += 12 * HOUR_MS;
      expect([days, await statusOf("/v1/whoami", secret)]).toEqual([days, 200]);
    }
    tenant.surroundings.time += 12 * HOUR_MS;
    expect(await statusOf("/v1/whoami", secret)).toBe(401);
    const idle = await secretOf("hana");
    tenant.surroundings.time += 13 * HOUR_MS;
    expect(await statusOf("/v1/whoami", idle)).toBe(401);
  });

  test.each([
    [
      "signing out",
      async (_: string, secret: string) => tenant.request("/v1/sessions/current", { method: "DELETE", secret }),
    ],
    ["a new password", async (id: string) => tenant.client.accounts.resetPassword(id, { password: "Other42Other" })],
    ["the loss of the role", async (id: string) => tenant.client.accounts.revoke(id, {})],
  ] as const)("ends with %s, from the next request", async (_, end) => {
    await addAccount("other");
    const id = await addAccount("hana");
    const secret = await secretOf("hana");
    expect(await statusOf("/v1/whoami", secret)).toBe(200);
    await end(id, secret);
    expect(await statusOf("/v1/whoami", secret)).toBe(401);
  });

  test.each([
    ["a revocation", async (id: string) => tenant.client.accounts.revoke(id, {})],
    ["a departure", async (id: string) => tenant.client.leavers.leave({ ids: [id] })],
  ] as const)("does not come back, nor does a token or the password, if %s is undone", async (_, end) => {
    await addAccount("other");
    const id = await addAccount("hana");
    const session = await secretOf("hana");
    const body = { name: "cron" };
    const { secret: token } = (await (await post("/v1/access-tokens", body, { secret: session })).json()) as {
      secret: string;
    };
    const statuses = async () =>
      Promise.all([statusOf("/v1/users", session), statusOf("/v1/users", token), signIn("hana").then((r) => r.status)]);
    expect(await statuses()).toEqual([200, 200, 200]);
    await end(id);
    expect(await statuses()).toEqual([401, 401, 401]);
    await tenant.client.imports.commit(await undoChange(tenant.client, "last"));
    expect(await tenant.client.accounts.find({ name: "hana" })).toMatchObject([{ role: "system" }]);
    expect(await statuses()).toEqual([401, 401, 401]);
    await tenant.client.accounts.resetPassword(id, { password: PASSWORD });
    expect(await statuses()).toEqual([401, 401, 200]);
  });

  test.each([
    ["none", undefined],
    ["malformed", "clomo_x"],
    ["unknown", `clomo_${"A".repeat(43)}`],
  ])("%s: 401 with WWW-Authenticate", async (_, secret) => {
    const response = await tenant.request("/v1/orgs", { secret });
    expect([response.status, response.headers.get("www-authenticate")]).toEqual([401, "Bearer"]);
  });
});

const SQLITE_IOERR = 10;
const SQLITE_FULL = 13;
const SQLITE_MISMATCH = 20;

const failChanges = (errcode: number) => {
  const failing = vi.spyOn(Database.prototype, "run").mockImplementation(function (this: Database, sql, params) {
    if (!/^(?:update main\.credential|insert into (?:main\.)?org)\b/.test(sql))
      return Number(this.prepare(sql).run(params ?? {}).changes);
    throw Object.assign(new Error("of SQLite"), { code: "ERR_SQLITE_ERROR", errcode });
  });
  onTestFinished(() => failing.mockRestore());
  return failing;
};

test("on a full disk, requests read, and do not change anything", async () => {
  await addAccount("hana", { role: "system" });
  const secret = await secretOf("hana");
  tenant.surroundings.time += HOUR_MS;
  const filled = failChanges(SQLITE_FULL);
  expect(await statusOf("/v1/orgs", secret)).toBe(200);
  expect(filled.mock.results).toContainEqual(expect.objectContaining({ type: "throw" }));
  const refused = await post("/v1/orgs", { name: "東日本" }, { secret });
  expect([refused.status, await refused.text()]).toEqual([507, expect.not.stringContaining(tenant.folder)]);
});

test("a faulty disk is not mistaken for a full one: the use of a credential cannot be recorded", async () => {
  await addAccount("hana", { role: "system" });
  const secret = await secretOf("hana");
  tenant.surroundings.time += HOUR_MS;
  failChanges(SQLITE_IOERR);
  expect(await statusOf("/v1/orgs", secret)).toBe(503);
});

test.each([
  ["a full disk", SQLITE_FULL, 507, "FOLDER/tenant.db: no space left on the disk"],
  ["a faulty disk", SQLITE_IOERR, 503, "FOLDER/tenant.db: the tenant's file cannot be used: of SQLite"],
  ["an error of the program", SQLITE_MISMATCH, 500, "ERR_SQLITE_ERROR"],
])("the log says why a request failed: %s", async (_, errcode, status, fault) => {
  await addAccount("hana", { role: "system" });
  const secret = await secretOf("hana");
  await using server = await serveTestTenant(tenant);
  failChanges(errcode);
  const headers = { authorization: `Bearer ${secret}`, "content-type": "application/json" };
  const init = { method: "POST", headers, body: JSON.stringify({ name: "東日本" }) };
  await (await fetch(`${server.url}/v1/orgs`, init)).text();
  await expect.poll(() => server.logged).toHaveLength(1);
  expect(server.logged).toEqual([expect.objectContaining({ status, fault: fault.replace("FOLDER", tenant.folder) })]);
});

test.each([
  ["a faulty disk", SQLITE_IOERR, "FOLDER/tenant.db: the tenant's file cannot be used: of SQLite"],
  ["an error of the program", SQLITE_MISMATCH, "ERR_SQLITE_ERROR"],
])("the log says why a response broke off: %s", async (_, errcode, fault) => {
  await addAccount("hana", { role: "system" });
  const secret = await secretOf("hana");
  await using server = await serveTestTenant(tenant);
  const failing = vi.spyOn(Database.prototype, "get").mockImplementation(function (this: Database, sql, params) {
    if (!sql.includes("string_agg")) return this.prepare(sql).get(params ?? {});
    throw Object.assign(new Error("of SQLite"), { code: "ERR_SQLITE_ERROR", errcode });
  });
  const printed = vi.spyOn(console, "error");
  onTestFinished(() => [failing, printed].forEach((spy) => spy.mockRestore()));
  const headers = { authorization: `Bearer ${secret}`, accept: "application/x-ndjson" };
  const response = await fetch(`${server.url}/v1/users?limit=2000`, { headers });
  await expect(response.text()).rejects.toThrow("terminated");
  await expect.poll(() => server.logged).toHaveLength(1);
  expect(server.logged).toMatchObject([{ status: 200, fault: fault.replace("FOLDER", tenant.folder) }]);
  // the log has one JSON object per line
  expect(printed).not.toHaveBeenCalled();
});

test("a request does not wait for a writer to record that its credential was used", async () => {
  await addAccount("hana");
  const secret = await secretOf("hana");
  const lastUse = () => tenant.sql("select lastUsedAt from credential");
  const before = lastUse();
  tenant.surroundings.time += 2 * HOUR_MS;
  const writer = new DatabaseSync(join(tenant.folder, "tenant.db"));
  writer.exec("begin immediate");
  expect(await statusOf("/v1/whoami", secret)).toBe(200);
  expect(lastUse()).toEqual(before);
  writer.exec("rollback");
  writer.close();
  expect(await statusOf("/v1/whoami", secret)).toBe(200);
  expect(lastUse()).not.toEqual(before);
});

type Row = Readonly<Record<"id" | "secret", string>>;

describe("an access token", () => {
  const create = async (secret: string, body: object): Promise<Record<string, unknown>> =>
    (await (await post("/v1/access-tokens", { name: "cron", ...body }, { secret })).json()) as Record<string, unknown>;

  test("permits what its account may do, or only the reads of it", async () => {
    await addAccount("hana");
    const session = await secretOf("hana");
    const { secret: whole } = (await create(session, { name: "whole" })) as { secret: string };
    const { secret: reading } = (await create(session, { readOnly: true })) as { secret: string };
    expect([await statusOf("/v1/users", whole), await statusOf("/v1/users", reading)]).toEqual([200, 200]);
    const statuses = [whole, reading].map(async (secret) => (await post("/v1/orgs", { name: "x" }, { secret })).status);
    expect(await Promise.all(statuses)).toEqual([200, 403]);
    const me = (await (await tenant.request("/v1/whoami", { secret: reading })).json()) as { token: object };
    expect(me.token).toEqual({ name: "cron", readOnly: true, expiresAt: expect.any(String) as string });
  });

  test("that only reads may also record jobs and reminders, but end none", async () => {
    await addAccount("hana");
    const session = await secretOf("hana");
    const { id } = await tenant.client.renewals.add({
      kind: "custom",
      name: "契約",
      expiresAt: "2026-12-01T00:00:00.000Z",
    });
    const job = "users import hr.csv";
    const at = "2026-11-20T00:00:00.000Z";
    const none = { endedAt: at, exit: 3, error: null, errorJa: null, change: null, command: null };
    const run = { ...none, job, startedAt: at, day: "2026-11-20", state: "failed" };
    const claim = { itemId: id, expiresAt: at, stage: 30, way: "mail", recipient: "a@example.jp" };
    const attempts = async (secret: string): Promise<readonly number[]> => [
      (await post("/v1/jobs", run, { secret })).status,
      (await post("/v1/renewals/notices", claim, { secret })).status,
      (await tenant.request(`/v1/jobs?job=${encodeURIComponent(job)}`, { method: "DELETE", secret })).status,
      (await post("/v1/orgs", { name: "x" }, { secret })).status,
    ];
    const { secret: adding } = (await create(session, { name: "jobs", readOnly: true, jobs: true })) as Row;
    expect(await attempts(adding)).toEqual([200, 200, 403, 403]);
    const { secret: reading } = (await create(session, { name: "read", readOnly: true })) as Row;
    expect(await attempts(reading)).toEqual([403, 403, 403, 403]);
    expect(tenant.sql("select run ->> 'by' as by from job")).toEqual([{ by: "hana (jobs)" }]);
  });

  test("of another account is listed and revoked by system administrators only", async () => {
    await addAccount("hana");
    await addAccount("taro", { role: "operator" });
    const [boss, other] = [await secretOf("hana"), await secretOf("taro")];
    const { id, secret } = (await create(other, {})) as Row;
    const list = async (by: string): Promise<Response> => tenant.request("/v1/access-tokens?all=true", { secret: by });
    expect((await list(other)).status).toBe(403);
    expect(await (await list(boss)).json()).toMatchObject([{ id, name: "cron", account: "taro" }]);
    expect((await tenant.request(`/v1/access-tokens/${id}`, { method: "DELETE", secret: boss })).status).toBe(200);
    expect(await statusOf("/v1/users", secret)).toBe(401);
  });

  test.each(["cron\u001B[2J", "two\nlines", "nuk\u202Egol", "\0"])("cannot be named %j", async (name) => {
    await addAccount("hana");
    const response = await post("/v1/access-tokens", { name }, { secret: await secretOf("hana") });
    expect([response.status, await response.json()]).toEqual([422, expect.objectContaining({ where: "json.name" })]);
  });

  test("does not create tokens, ends when it says, and can be revoked", async () => {
    await addAccount("hana");
    const session = await secretOf("hana");
    const { id, secret } = (await create(session, {})) as { id: string; secret: string };
    expect((await post("/v1/access-tokens", { name: "more" }, { secret })).status).toBe(403);
    expect((await post("/v1/access-tokens", { name: "cron" }, { secret: session })).status).toBe(422);
    tenant.surroundings.time += 89 * DAY_MS;
    expect(await statusOf("/v1/users", secret)).toBe(200);
    tenant.surroundings.time += DAY_MS + 1;
    expect(await statusOf("/v1/users", secret)).toBe(401);
    const again = await secretOf("hana");
    const next = (await create(again, { name: "next" })) as { id: string; secret: string };
    expect((await tenant.request(`/v1/access-tokens/${next.id}`, { method: "DELETE", secret: again })).status).toBe(
      200,
    );
    expect(await statusOf("/v1/users", next.secret)).toBe(401);
    expect(id).not.toBe(next.id);
  });

  test("says after its end that it has ended and how to create it again", async () => {
    await addAccount("hana");
    const session = await secretOf("hana");
    const { secret } = (await create(session, {})) as Record<string, string>;
    tenant.surroundings.time += 90 * DAY_MS + HOUR_MS;
    // signing in deletes what has expired, but the token is still known
    const again = await secretOf("hana");
    const refused = await tenant.request("/v1/users", { secret });
    expect([refused.status, await refused.json()]).toEqual([
      401,
      expect.objectContaining({
        detail: expect.objectContaining({
          en: expect.stringMatching(/^the access token "cron" expired at 2026-.* \(Asia\/Tokyo\)$/),
        }),
        hint: expect.objectContaining({
          en: "sign in with login, then create the token again: `clomoctl access-tokens create cron`",
        }),
      }),
    ]);
    expect(await create(again, {})).toMatchObject({ name: "cron" });
    const list = (await (await tenant.request("/v1/access-tokens", { secret: again })).json()) as unknown[];
    expect(list).toHaveLength(1);
  });

  test("is forgotten 90 days after its end", async () => {
    await addAccount("hana");
    const { secret } = (await create(await secretOf("hana"), {})) as { secret: string };
    tenant.surroundings.time += 181 * DAY_MS;
    await secretOf("hana");
    const refused = (await (await tenant.request("/v1/users", { secret })).json()) as { detail: { en: string } };
    expect(refused.detail.en).toContain("you are not signed in");
  });
});

describe("a mirror", () => {
  /** Adds an account whose password is recorded in the console. */
  const addMirrored = async (name: string): Promise<string> => {
    const id = await addTestAccount(tenant, { name, role: "system" });
    tenant.database.run("update tenant set mirroredAt = '2026-04-01T00:00:00.000Z'");
    await tenant.client.accounts.resetPassword(id, { passwordInConsole: true });
    return id;
  };

  test("has passwords of its own for signing in, which are independent of the console's", async () => {
    const id = await addMirrored("hana");
    const { passwordSetAt } = (await tenant.client.accounts.find({ name: "hana" }))[0] ?? {};
    expect((await signIn("hana")).status).toBe(401);
    tenant.surroundings.time += MINUTE_MS;
    const set = await tenant.client.accounts.resetPassword(id, { password: PASSWORD, forSignIn: true });
    expect(set).toMatchObject({ consoleTask: null, after: { passwordSetAt } });
    const secret = await secretOf("hana");
    // the console's new password does not concern the server
    await tenant.client.accounts.resetPassword(id, { passwordInConsole: true });
    expect(await statusOf("/v1/whoami", secret)).toBe(200);
    await tenant.client.accounts.resetPassword(id, { password: "Other42Other", forSignIn: true });
    expect(await statusOf("/v1/whoami", secret)).toBe(401);
    expect([(await signIn("hana")).status, (await signIn("hana", "Other42Other")).status]).toEqual([401, 200]);
  });

  test("does not restore the password for signing in with the role", async () => {
    const id = await addMirrored("hana");
    await addTestAccount(tenant, { name: "other", role: "system" });
    await tenant.client.accounts.resetPassword(id, { password: PASSWORD, forSignIn: true });
    const secret = await secretOf("hana");
    await tenant.client.accounts.revoke(id, {});
    await tenant.client.accounts.edit(id, { role: "system", passwordInConsole: true });
    expect([await statusOf("/v1/whoami", secret), (await signIn("hana")).status]).toEqual([401, 401]);
  });

  test("replaces a forgotten password for signing in, and not the console's", async () => {
    await addMirrored("hana");
    const [before] = await tenant.client.accounts.find({ name: "hana" });
    await post("/v1/sessions/reset-code", { account: "hana" });
    await expect.poll(() => tenant.mails.length).toBe(1);
    const code = /--reset-code (\S+)/.exec(tenant.mails[0]?.text ?? "")?.[1];
    const body = { account: "hana", code, password: "Other42Other" };
    expect((await post("/v1/sessions/reset-password", body)).status).toBe(200);
    expect((await signIn("hana", "Other42Other")).status).toBe(200);
    expect((await tenant.client.accounts.find({ name: "hana" }))[0]?.passwordSetAt).toBe(before?.passwordSetAt);
  });

  test("is refused without the option, and other tenants refuse the option", async () => {
    const id = await addAccount("other");
    const refused = tenant.client.accounts.resetPassword(id, { password: PASSWORD, forSignIn: true });
    await expect(refused).rejects.toMatchObject({ code: "input-rejected" });
    await addMirrored("hana");
    await expect(tenant.client.accounts.resetPassword(id, { password: PASSWORD })).rejects.toMatchObject({
      code: "input-rejected",
    });
  });
});

test("1,000 tries from 40 addresses at once never exceed the limits", async () => {
  await addAccount("hana");
  const [tries, addresses, accounts] = [1000, 40, 39];
  const responses = await Promise.all(
    Array.from({ length: tries }, async (_, n) => {
      const account = n % accounts === 0 ? "hana" : `nobody${n % accounts}`;
      const address = `198.51.${n % addresses}.1`;
      return { account, address, status: (await signIn(account, "wrong", address)).status };
    }),
  );
  const verified = responses.filter(({ status }) => status !== 429);
  expect(verified.every(({ status }) => status === 401)).toBe(true);
  const mostBy = (key: "account" | "address"): number =>
    Math.max(...[...Map.groupBy(verified, ({ [key]: value }) => value).values()].map(({ length }) => length));
  expect([mostBy("account"), mostBy("address") <= 20]).toEqual([5, true]);
});
