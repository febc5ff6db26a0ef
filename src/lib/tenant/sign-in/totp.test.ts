import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { SignInDesk } from "#support/tenant/sign-in.ts";
import { failureOf, TestTenant } from "#support/tenant/tenant.ts";

let tenant: TestTenant;
let desk: SignInDesk;
beforeEach(() => {
  tenant = new TestTenant();
  desk = new SignInDesk(tenant);
});
afterEach(() => tenant[Symbol.asyncDispose]());

const statuses = async (attempts: readonly Promise<Response>[]): Promise<number[]> =>
  (await Promise.all(attempts)).map(({ status }) => status).toSorted((a, b) => a - b);

describe("with an authenticator app", () => {
  test("a code is required from the first confirmed code on, and sessions without one end", async () => {
    await desk.add("hana");
    const [secret, other] = [await desk.secretOf("hana"), await desk.secretOf("hana")];
    const begun = (await (await desk.post("/v1/totp", undefined, { secret })).json()) as {
      secret: string;
      uri: string;
    };
    expect(begun.uri).toContain(`secret=${begun.secret}`);
    // before the first code, nothing changes
    expect((await desk.signIn("hana")).status).toBe(201);
    expect((await desk.post("/v1/totp/confirm", { code: "000000" }, { secret })).status).toBe(422);
    const confirmed = await desk.post("/v1/totp/confirm", { code: desk.codeOf(begun.secret) }, { secret });
    expect(((await confirmed.json()) as { backupCodes: string[] }).backupCodes).toHaveLength(10);
    expect([await desk.statusOf("/v1/whoami", secret), await desk.statusOf("/v1/whoami", other)]).toEqual([200, 401]);
    // the code that enabled the app is used
    expect((await desk.signIn("hana", { code: desk.codeOf(begun.secret) })).status).toBe(401);
    expect((await desk.signIn("hana")).status).toBe(401);
    expect((await desk.signIn("hana", { code: desk.codeOf(begun.secret, 1) })).status).toBe(201);
  });

  test("no code is accepted twice, also at the same time, and none that is older than a used one", async () => {
    await desk.add("hana");
    const { key } = await desk.enableTotp(await desk.secretOf("hana"));
    const code = desk.codeOf(key);
    const parallel = Array.from({ length: 4 }, () => desk.signIn("hana", { code }));
    expect(await statuses(parallel)).toEqual([201, 401, 401, 401]);
    expect((await desk.signIn("hana", { code: desk.codeOf(key, -1) })).status).toBe(401);
  });

  test("each backup code is accepted once, also at the same time, and only of its account", async () => {
    await desk.add("hana");
    await desk.add("jiro");
    const { backupCodes } = await desk.enableTotp(await desk.secretOf("hana"));
    const others = await desk.enableTotp(await desk.secretOf("jiro"));
    const [first = "", second = ""] = backupCodes;
    expect(await statuses([desk.signIn("hana", { code: first }), desk.signIn("hana", { code: first })])).toEqual([
      201, 401,
    ]);
    expect((await desk.signIn("hana", { code: second.toLowerCase().replaceAll("-", "") })).status).toBe(201);
    expect((await desk.signIn("hana", { code: others.backupCodes[0] ?? "" })).status).toBe(401);
  });

  test("the database contains neither the key nor the backup codes", async () => {
    await desk.add("hana");
    const { key, backupCodes } = await desk.enableTotp(await desk.secretOf("hana"));
    const stored = desk.readDatabase();
    for (const secret of [key, ...backupCodes]) expect(stored).not.toContain(secret);
  });

  test("if the sealing key is lost, only backup codes are accepted", async () => {
    await desk.add("hana");
    const { key, backupCodes } = await desk.enableTotp(await desk.secretOf("hana"));
    tenant.sealingKey = "other-";
    expect((await desk.signIn("hana", { code: desk.codeOf(key) })).status).toBe(401);
    expect((await desk.signIn("hana", { code: backupCodes[0] ?? "" })).status).toBe(201);
  });

  test("a wrong code counts as a failed attempt", async () => {
    await desk.add("hana");
    const { key } = await desk.enableTotp(await desk.secretOf("hana"));
    const wrong = Array.from({ length: 7 }, () => desk.signIn("hana", { code: "000000" }));
    expect(await statuses(wrong)).toEqual([401, 401, 401, 401, 401, 429, 429]);
    expect((await desk.signIn("hana", { code: desk.codeOf(key) })).status).toBe(429);
  });
});

test.each(["enable", "disable"])("a wrong code to %s the app proposes a command that keeps the key", async (verb) => {
  await desk.add("hana");
  const secret = await desk.secretOf("hana");
  if (verb === "enable") await desk.post("/v1/totp", undefined, { secret });
  else await desk.enableTotp(secret);
  const path = verb === "enable" ? "/v1/totp/confirm" : "/v1/totp/disable";
  expect(await (await desk.post(path, { code: "000000" }, { secret })).json()).toMatchObject({
    hint: { en: expect.stringContaining(`clomoctl clomo-account totp ${verb} --code CODE`) },
  });
});

test("the owner of the computer is told to name an account", async () => {
  const { totp, "access-tokens": tokens } = tenant.client;
  for (const ask of [() => totp.create(), () => totp.disable({ code: "1" }), () => tokens.list()])
    expect(await failureOf(ask())).toMatchObject({
      code: "input-rejected",
      what: { en: expect.not.stringContaining("token") },
      hint: { en: "add --as ACCOUNT to the command" },
    });
});

describe("disabling the app", () => {
  test("of one's own account requires a code, and wrong codes are limited", async () => {
    await desk.add("hana");
    const secret = await desk.secretOf("hana");
    expect((await desk.post("/v1/totp/disable", { code: "000000" }, { secret })).status).toBe(422);
    const { key } = await desk.enableTotp(secret);
    expect((await desk.post("/v1/totp/disable", {}, { secret })).status).toBe(422);
    expect((await desk.post("/v1/totp", undefined, { secret })).status).toBe(422);
    expect((await desk.post("/v1/totp/disable", { code: desk.codeOf(key) }, { secret })).status).toBe(200);
    expect((await desk.signIn("hana")).status).toBe(201);
    const again = await desk.enableTotp(secret);
    const wrong = Array.from({ length: 7 }, () => desk.post("/v1/totp/disable", { code: "000000" }, { secret }));
    expect(await statuses(wrong)).toContain(429);
    expect((await desk.post("/v1/totp/disable", { code: desk.codeOf(again.key) }, { secret })).status).toBe(429);
  });

  test("of another account requires the right to change it, and no code", async () => {
    const [hana, jiro] = [await desk.add("hana"), await desk.add("jiro")];
    await tenant.client.orgs.create({ name: "東日本", code: "EAST" });
    await desk.add("ope", { role: "operator", org: "EAST" });
    for (const name of ["hana", "jiro"]) await desk.enableTotp(await desk.secretOf(name));
    const operator = await desk.secretOf("ope");
    expect((await desk.post("/v1/totp/disable", { account: hana }, { secret: operator })).status).toBe(403);
    await tenant.client.totp.disable({ account: hana });
    const system = await desk.secretOf("hana");
    expect((await desk.post("/v1/totp/disable", { account: jiro }, { secret: system })).status).toBe(200);
    expect((await desk.signIn("jiro")).status).toBe(201);
    expect((await desk.post("/v1/totp/disable", { account: jiro }, { secret: system })).status).toBe(422);
  });

  test("a token cannot change how its account signs in", async () => {
    const hana = await desk.add("hana");
    const secret = await desk.secretOf("hana");
    const create = async (name: string) =>
      (await (await desk.post("/v1/access-tokens", { name, rights: ["accounts.write"] }, { secret })).json()) as {
        readonly id: string;
        readonly secret: string;
      };
    const [victim, { id, secret: token }] = [await create("victim"), await create("cron")];
    const password = "Invented1";
    for (const [path, body] of [
      ["/v1/totp", undefined],
      ["/v1/totp/confirm", { code: "1" }],
      ["/v1/totp/disable", { code: "1" }],
      [`/v1/accounts/${hana}/reset-password`, { password }],
      [`/v1/accounts/${hana}/reset-code`, { address: "hana@example.jp" }],
      [`/v1/accounts/${hana}/reset-with-code`, { code: "1", password }],
    ] as const)
      expect([path, (await desk.post(path, body, { secret: token })).status]).toEqual([path, 403]);
    const revoke = async (one: string) =>
      (await tenant.request(`/v1/access-tokens/${one}`, { method: "DELETE", secret: token })).status;
    // a token may end itself, so that whoever finds it can make it useless
    expect([await revoke(victim.id), await revoke(id), await revoke(id)]).toEqual([403, 200, 401]);
  });
});

describe("if the server requires an app", () => {
  test("an account without one can only set it up, and then do everything; this applies to tokens, too", async () => {
    await desk.add("hana");
    const secret = await desk.secretOf("hana");
    const made = await desk.post("/v1/access-tokens", { name: "cron", rights: ["orgs.read"] }, { secret });
    const { id, secret: token } = (await made.json()) as { id: string; secret: string };
    await tenant.requireTotp();
    for (const each of [secret, token]) {
      const refused = await tenant.request("/v1/orgs", { secret: each });
      expect([refused.status, await refused.text()]).toEqual([403, expect.stringContaining("totp enable")]);
    }
    expect(await desk.statusOf("/v1/whoami", secret)).toBe(200);
    const more = { name: "more", rights: ["orgs.read"] };
    expect((await desk.post("/v1/access-tokens", more, { secret })).status).toBe(403);
    expect((await tenant.request(`/v1/access-tokens/${id}`, { method: "DELETE", secret })).status).toBe(403);
    const { key } = await desk.enableTotp(secret);
    expect([await desk.statusOf("/v1/orgs", secret), await desk.statusOf("/v1/orgs", token)]).toEqual([200, 200]);
    const again = await desk.secretOf("hana", desk.codeOf(key));
    expect(await desk.statusOf("/v1/orgs", again)).toBe(200);
  });
});
