import { afterEach, beforeEach, expect, test } from "vitest";
import { addTestAccount } from "#support/tenant/accounts.ts";
import { TestTenant } from "#support/tenant/tenant.ts";

let tenant: TestTenant;
beforeEach(() => {
  tenant = new TestTenant();
});
afterEach(() => tenant[Symbol.asyncDispose]());

const PASSWORD = "Canary42Canary";

const administration = async () => (await tenant.client.tenant.show({ administration: true })).administration;

const made = async (name: string, accountName?: string): Promise<string> =>
  (
    await tenant.client.users.create({
      name,
      emails: [`${name}@example.jp`],
      ...(accountName !== undefined && { accountName }),
    })
  ).after.id;

const NONE = {
  recorded: false,
  total: 0,
  marked: 0,
  system: 0,
  supported: [],
};

test("administration is returned only on request, and an account name alone does not count as an account", async () => {
  await made("sato", "sato");
  expect(await tenant.client.tenant.show()).not.toHaveProperty("administration");
  expect(await administration()).toEqual(NONE);
});

test("counts accounts with a role and users who are only marked, and lists holders of the support option", async () => {
  const { accounts } = tenant.client;
  const [hanako, jiro] = [await made("hanako"), await made("jiro")];
  const system = { role: "system", password: PASSWORD } as const;
  await accounts.create({ user: hanako, name: "hanako01", ...system, supportOption: true });
  await accounts.create({ user: jiro, name: "jiro02", ...system });
  await tenant.mark("users", [await made("saburo")]);
  expect(await administration()).toEqual({
    ...NONE,
    recorded: true,
    total: 3,
    marked: 1,
    system: 2,
    supported: [{ name: "hanako01", user: "hanako", email: "hanako@example.jp" }],
  });
  expect(JSON.stringify(await administration())).not.toContain(PASSWORD);
});

test("shows a support option holder by email address if the console's export blanked the account name", async () => {
  const { accounts } = tenant.client;
  const system = { role: "system", password: PASSWORD } as const;
  await accounts.create({ user: await made("hanako"), name: "hanako01", ...system, supportOption: true });
  await tenant.import({ kind: "users", fromConsole: true }, [
    ["氏名", "メールアドレス", "CLOMOアカウント名"],
    ["hanako", "hanako@example.jp", ""],
  ]);
  expect((await administration())?.supported).toEqual([
    { name: "hanako@example.jp", user: "hanako", email: "hanako@example.jp" },
  ]);
});

test("shows administration only to accounts that may see all accounts", async () => {
  await tenant.client.orgs.create({ name: "東日本", code: "EAST" });
  await addTestAccount(tenant, { name: "sys", role: "system" });
  await addTestAccount(tenant, { name: "div", role: "division", manages: ["EAST"] });
  await addTestAccount(tenant, { name: "all", role: "custom", items: ["accounts.read"] });
  const shown = async (account: string): Promise<unknown> => {
    const answer = await tenant.acting(account).fetch(new Request("http://tenant/v1/tenant?administration=true"));
    return ((await answer.json()) as { readonly administration?: unknown }).administration;
  };
  expect(await shown("sys")).toMatchObject({ total: 3, system: 1 });
  expect(await shown("all")).toMatchObject({ total: 3, system: 1 });
  expect(await shown("div")).toBeUndefined();
});
