import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { argon2Sync } from "node:crypto";
import { text } from "../../text/index.ts";
import { addTestAccount, type TestAccount } from "#support/tenant/accounts.ts";
import { failureOf, TestTenant } from "#support/tenant/tenant.ts";

let tenant: TestTenant;
beforeEach(() => {
  tenant = new TestTenant();
});
afterEach(() => tenant[Symbol.asyncDispose]());

const PASSWORD = "Canary42Canary";
const MINUTE_MS = 60_000;

const person = (name = "hana", more: Partial<TestAccount> = {}): Promise<string> =>
  addTestAccount(tenant, { name, role: "system", ...more });

const addressOf = (name: string): string => `${name}@accounts.example`;

/** Has a code mailed, and reads it in the mail. */
const codeFor = async (id: string, address = addressOf("hana"), client = tenant.client): Promise<string> => {
  await client.accounts.sendResetCode(id, { address });
  return codeIn(tenant.mails.at(-1)?.text);
};

const codeIn = (mail = ""): string => /^(?:Code|コード): (.+)$/m.exec(mail)?.[1] ?? "";

const use = (id: string, code: string, password = PASSWORD, client = tenant.client) =>
  client.accounts.resetWithCode(id, { code, password });

const verifierOf = (id: string): string | null => {
  const [row] = tenant.sql("select a.verifier from account a join user u on u.pk = a.user where u.id = :id", { id });
  return (row?.["verifier"] ?? null) as string | null;
};

/** Whether a verifier is that of a password. */
const proves = (verifier: string | null, password: string): boolean => {
  if (verifier === null) return false;
  const [, , , , salt = "", hash = ""] = verifier.split("$");
  const nonce = Buffer.from(salt, "base64");
  const costs = { memory: 47_104, passes: 1, parallelism: 1, tagLength: 32 };
  return argon2Sync("argon2id", { message: password, nonce, ...costs }).equals(Buffer.from(hash, "base64"));
};

const records = (): readonly Record<string, unknown>[] =>
  tenant
    .sql("select record from audit order by seq")
    .map(({ record }) => JSON.parse(String(record)) as Record<string, unknown>);

const kept = (): readonly unknown[] => tenant.sql("select * from reset_code");

/** All that the database has, as one text. */
const everything = (): string =>
  JSON.stringify(
    tenant
      .sql("select name from sqlite_schema where type = 'table'")
      .map(({ name }) => tenant.sql(`select * from "${String(name)}"`)),
  );

describe("a code", () => {
  test("is mailed to the recorded address, in the language and time zone of the account", async () => {
    const id = await person();
    await tenant.client.accounts.edit(id, { language: "en", timezone: "America/New_York" });
    const sent = await tenant.client.accounts.sendResetCode(id, { address: "HANA@Accounts.example" });
    const [mail] = tenant.mails;
    const code = codeIn(mail?.text);
    expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}(?:-[0-9A-HJKMNP-TV-Z]{4}){2}$/);
    expect(sent).toMatchObject({ id, name: "hana", address: addressOf("hana"), tries: 5 });
    expect(mail).toMatchObject({
      to: addressOf("hana"),
      language: "en",
      subject: "Code for resetting the password of the CLOMO account hana",
    });
    expect(mail?.text).toContain("Valid until: 2026-03-31 20:15 (America/New_York); one use, at most 5 tries");
    expect(mail?.text).toContain(`  \`clomoctl clomo-account reset-password hana --code ${code}\`\n`);
    expect(everything()).not.toContain(code);
    expect(everything()).not.toContain(code.replaceAll("-", ""));
    expect(records().at(-1)).toMatchObject({
      action: "accounts.send-code",
      actor: "owner",
      objects: [{ thing: "account", id, name: "hana" }],
      detail: { address: addressOf("hana"), expiresAt: sent.expiresAt },
    });
  });

  test("is mailed in Japanese and in the console's time zone if the account does not set them", async () => {
    const id = await person();
    await codeFor(id);
    expect(tenant.mails[0]).toMatchObject({
      language: "ja",
      subject: "CLOMO アカウント「hana」のパスワード再設定コード",
    });
    expect(tenant.mails[0]?.text).toContain("有効期限: 2026-04-01 09:15 (Asia/Tokyo)");
    await tenant.client.tenant.set({ consoleTimezone: "Europe/Paris" });
    await codeFor(id);
    expect(tenant.mails[1]?.text).toContain("(Europe/Paris)");
  });

  test("sets the password once, in any spelling, and cannot be used again", async () => {
    const id = await person();
    const code = await codeFor(id);
    const typed = ` ${code.replaceAll("-", " ").toLowerCase().replaceAll("0", "o").replaceAll("1", "l")}`;
    const { after, consoleTask } = await use(id, typed.replaceAll("7", "７"));
    expect(after.passwordSetAt).not.toBeNull();
    expect(consoleTask).toBeNull();
    expect(proves(verifierOf(id), PASSWORD)).toBe(true);
    expect(kept()).toEqual([]);
    expect(records().at(-1)).toMatchObject({ action: "accounts.reset-password", detail: { by: "code" } });
    expect(await failureOf(use(id, code, "Another1"))).toMatchObject({
      code: "input-rejected",
      what: { en: "there is no valid code for hana" },
      hint: { en: "to send a new code: `clomoctl clomo-account reset-password hana --by-mail`" },
    });
    expect(proves(verifierOf(id), PASSWORD)).toBe(true);
    expect(everything()).not.toContain(PASSWORD);
  });

  test("is void after five wrong tries, each of which is counted and recorded in the audit log", async () => {
    const id = await person();
    const code = await codeFor(id);
    for (const left of [4, 3, 2, 1]) {
      expect(await failureOf(use(id, "0000-0000-0000"))).toMatchObject({
        code: "input-rejected",
        what: { en: `wrong code; attempts left: ${left}` },
      });
      await tenant.reopen();
      expect(kept()).toMatchObject([{ tries: 5 - left }]);
    }
    expect(await failureOf(use(id, "?"))).toMatchObject({
      what: { en: expect.stringContaining("the code is no longer valid") },
    });
    expect(kept()).toEqual([]);
    expect(await failureOf(use(id, code))).toMatchObject({ what: { en: "there is no valid code for hana" } });
    expect(verifierOf(id)).toBeNull();
    const wrong = records().filter(({ action }) => action === "accounts.wrong-code");
    expect(wrong.map(({ detail }) => detail)).toEqual([4, 3, 2, 1, 0].map((triesLeft) => ({ triesLeft })));
    expect(everything()).not.toContain("0000-0000-0000");
  });

  test("is valid for fifteen minutes", async () => {
    const id = await person();
    const code = await codeFor(id);
    tenant.surroundings.time += 15 * MINUTE_MS;
    expect(await failureOf(use(id, code))).toMatchObject({
      code: "input-rejected",
      what: { en: "the code for hana has expired (codes are valid for 15 minutes)" },
    });
    expect(verifierOf(id)).toBeNull();
    const late = await codeFor(id);
    tenant.surroundings.time += 15 * MINUTE_MS - 1000;
    await use(id, late);
    expect(proves(verifierOf(id), PASSWORD)).toBe(true);
  });

  test("replaces the previous code and has its own number of tries", async () => {
    const id = await person();
    const former = await codeFor(id);
    await failureOf(use(id, "none"));
    const code = await codeFor(id);
    expect(await failureOf(use(id, former))).toMatchObject({ what: { en: "wrong code; attempts left: 4" } });
    await use(id, code);
    expect(proves(verifierOf(id), PASSWORD)).toBe(true);
  });

  test("is void if the mail could not be sent, and the audit record has the reason", async () => {
    const id = await person();
    tenant.unsent = text("550 no such user", "550 no such user");
    expect(await failureOf(codeFor(id))).toMatchObject({
      code: "unavailable",
      what: { en: `the code could not be sent to ${addressOf("hana")} and is no longer valid: 550 no such user` },
    });
    expect(kept()).toEqual([]);
    expect(records().at(-1)).toMatchObject({
      action: "accounts.void-code",
      detail: { address: addressOf("hana"), reason: "550 no such user" },
    });
  });

  test("facts 2.3: a password that breaks the rule does not count as a try", async () => {
    const id = await person();
    const code = await codeFor(id);
    expect(await failureOf(use(id, code, "weak"))).toMatchObject({ code: "input-rejected" });
    expect(kept()).toMatchObject([{ tries: 0 }]);
    await use(id, code);
    expect(proves(verifierOf(id), PASSWORD)).toBe(true);
  });

  test.each([
    ["another password", (id: string) => tenant.client.accounts.edit(id, { password: "Another1" })],
    ["a role that is taken away", (id: string) => tenant.client.accounts.revoke(id, {})],
    ["a user who is deleted", (id: string) => void tenant.database.run("delete from user where id = :id", { id })],
  ])("becomes void: %s", async (_, change) => {
    await person("other");
    const id = await person();
    await codeFor(id);
    await change(id);
    expect(kept()).toEqual([]);
  });

  test("becomes void if the address that it was mailed to no longer belongs to the user", async () => {
    const id = await person();
    const code = await codeFor(id);
    await tenant.client.users.edit(id, { emails: ["new@accounts.example"] });
    expect(await failureOf(use(id, code))).toMatchObject({ what: { en: "there is no valid code for hana" } });
    expect(verifierOf(id)).toBeNull();
  });
});

describe("no code is sent", () => {
  test("to an address that is not the account's or that cannot receive mail", async () => {
    const id = await person();
    expect(await failureOf(codeFor(id, "taro@accounts.example"))).toMatchObject({
      code: "input-rejected",
      where: "--to",
      what: { en: '"taro@accounts.example" is not an email address of hana (recorded addresses: 1)' },
      hint: { en: "to see the recorded addresses: `clomoctl clomo-account show hana`" },
    });
    const operator = await person("ope", { role: "operator" });
    const own = await failureOf(tenant.as("ope").accounts.sendResetCode(operator, { address: "x@example.jp" }));
    expect(own).toMatchObject({ code: "input-rejected", where: "--to" });
    // he may not see it
    expect(own?.hint).toBeUndefined();
    tenant.database.run(`update user set emails = '["a b@accounts.example"]' where id = :id`, { id });
    expect(await failureOf(codeFor(id, "a b@accounts.example"))).toMatchObject({
      code: "input-rejected",
      what: { en: 'email cannot be sent to "a b@accounts.example"' },
    });
    expect([tenant.mails, kept()]).toEqual([[], []]);
  });

  test("facts 2.3: to a user who has no role or no account", async () => {
    const id = await person("hana", { role: "none" });
    expect(await failureOf(codeFor(id))).toMatchObject({
      code: "input-rejected",
      what: { en: "hana is not an administrator; only administrators can reset their password with a code" },
      hint: { en: "to grant a role: `clomoctl clomo-account grant hana --role ROLE`" },
    });
    const { after } = await tenant.client.users.create({ name: "無名", emails: ["n@accounts.example"] });
    expect(await failureOf(codeFor(after.id, "n@accounts.example"))).toMatchObject({ code: "not-found" });
    expect(await failureOf(use(id, "x"))).toMatchObject({ code: "input-rejected" });
  });

  test("in a mirror, because the console manages the passwords", async () => {
    const id = await person();
    tenant.database.run("update tenant set mirroredAt = '2026-04-01T00:00:00.000Z'");
    for (const ask of [() => codeFor(id), () => use(id, "x")])
      expect(await failureOf(ask())).toMatchObject({
        code: "input-rejected",
        hint: { en: expect.stringContaining("パスワードを忘れた場合はこちら") },
      });
    expect(kept()).toEqual([]);
  });
});

describe("permissions", () => {
  beforeEach(async () => {
    for (const [name, code] of [
      ["東日本", "EAST"],
      ["西日本", "WEST"],
    ] as const)
      await tenant.client.orgs.create({ name, code });
    await person("sys");
    await person("div", { role: "division", org: "WEST", manages: ["EAST"] });
    await person("ope", { role: "operator", org: "EAST" });
    await person("far", { role: "operator", org: "WEST" });
  });
  const idOf = async (name: string): Promise<string> => (await tenant.client.accounts.find({ name }))[0]?.id ?? "";

  test.each(["sys", "div", "ope", "far"])(
    "%s can use a code for their own account, even if no list shows it to them",
    async (name) => {
      const id = await idOf(name);
      const code = await codeFor(id, addressOf(name), tenant.as(name));
      const { after } = await use(id, code, PASSWORD, tenant.as(name));
      expect(after).toMatchObject({ id, name });
      expect(proves(verifierOf(id), PASSWORD)).toBe(true);
      expect(records().at(-1)).toMatchObject({ action: "accounts.reset-password", actor: name, by: "owner" });
    },
  );

  test.each([
    ["div", "ope", "none"],
    ["sys", "div", "none"],
    ["div", "sys", "not-found"],
    ["div", "far", "not-found"],
    ["ope", "div", "not-permitted"],
    ["ope", "far", "not-permitted"],
  ])("%s asks for a code for %s; error: %s", async (asker, name, refusal) => {
    const code = refusal === "none" ? undefined : refusal;
    const id = await idOf(name);
    const failure = await failureOf(codeFor(id, addressOf(name), tenant.as(asker)));
    expect(failure?.code).toBe(code);
    expect(tenant.mails).toHaveLength(code === undefined ? 1 : 0);
    expect((await failureOf(use(id, "x", PASSWORD, tenant.as(asker))))?.code).toBe(code ?? "input-rejected");
    const { accounts } = tenant.as(asker);
    expect((await failureOf(accounts.resetPassword(id, { password: PASSWORD })))?.code).toBe(code);
    expect(proves(verifierOf(id), PASSWORD)).toBe(code === undefined);
  });

  test("if the mail fails, the hint says to test the mail server or whom to ask, depending on the role", async () => {
    tenant.unsent = text("550 no such user", "550 no such user");
    const id = await idOf("div");
    const hintFor = async (asker: string) => (await failureOf(codeFor(id, addressOf("div"), tenant.as(asker))))?.hint;
    expect((await hintFor("sys"))?.en).toBe("to test the mail server: `clomoctl renewals notify test`");
    expect(await hintFor("div")).toEqual({
      en: "ask a system administrator to check the mail server",
      ja: "メールサーバーの確認をシステム管理者に依頼してください",
    });
  });

  test("only a system administrator or their own code resets an administrator above operator", async () => {
    await person("head", { role: "division", org: "EAST", manages: ["EAST"] });
    const id = await idOf("head");
    for (const ask of [
      () => tenant.as("div").accounts.resetPassword(id, { password: PASSWORD }),
      () => codeFor(id, addressOf("head"), tenant.as("div")),
      () => tenant.as("head").accounts.resetPassword(id, { password: PASSWORD }),
    ])
      expect(await failureOf(ask())).toMatchObject({ code: "not-permitted" });
    await codeFor(id, addressOf("head"), tenant.as("head"));
    expect(tenant.mails).toHaveLength(1);
  });
});

describe("an administrator", () => {
  test("sets only the password and checks its rule, and the audit record does not contain the password", async () => {
    const id = await person();
    const { accounts } = tenant.client;
    expect(await failureOf(accounts.resetPassword(id, { password: "weak" }))).toMatchObject({ code: "input-rejected" });
    expect(await failureOf(accounts.resetPassword(id, {}))).toMatchObject({
      code: "input-rejected",
      what: { en: "the new password is missing" },
    });
    await accounts.resetPassword(id, { password: PASSWORD, dryRun: true });
    expect(verifierOf(id)).toBeNull();
    const { before, after } = await accounts.resetPassword(id, { password: PASSWORD });
    expect({ ...after, passwordSetAt: null, updatedAt: "" }).toEqual({ ...before, updatedAt: "" });
    expect(proves(verifierOf(id), PASSWORD)).toBe(true);
    expect(records().at(-1)).toMatchObject({ action: "accounts.reset-password", objects: [{ name: "hana" }] });
    expect(everything()).not.toContain(PASSWORD);
  });

  test("of a mirror can only record that the password was set in the console", async () => {
    const id = await person();
    tenant.database.run("update tenant set mirroredAt = '2026-04-01T00:00:00.000Z'");
    const { accounts } = tenant.client;
    expect(await failureOf(accounts.resetPassword(id, { password: PASSWORD }))).toMatchObject({
      code: "input-rejected",
    });
    const { after } = await accounts.resetPassword(id, { passwordInConsole: true });
    expect(after.passwordSetAt).not.toBeNull();
    expect(verifierOf(id)).toBeNull();
  });
});
