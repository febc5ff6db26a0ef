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
  leavers: [],
  revoked: [],
  contact: null,
  lacking: null,
};

test("administration is returned only on request, and an account name alone does not count as an account", async () => {
  await made("sato", "sato");
  expect(await tenant.client.tenant.show()).not.toHaveProperty("administration");
  expect(await administration()).toEqual(NONE);
});

test("counts accounts with a role and users who are only marked, and lists holders of the support option", async () => {
  const { accounts, administrators } = tenant.client;
  const [hanako, jiro] = [await made("hanako"), await made("jiro")];
  const system = { role: "system", password: PASSWORD } as const;
  await accounts.create({ user: hanako, name: "hanako01", ...system, supportOption: true });
  await accounts.create({ user: jiro, name: "jiro02", ...system });
  await administrators.mark("users", { add: [await made("saburo")] });
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

test("lists items of a deleted user until the user exists again; ignores owners who were never users", async () => {
  const { renewals, imports } = tenant.client;
  const add = (name: string, owner: string | null) => renewals.add({ kind: "push-certificate", name, owner });
  const sato = await made("sato");
  await made("yamada");
  await add("本社", "Sato@example.jp");
  await add("大阪", "yamada@example.jp");
  await add("京都", "it@example.jp");
  await add("神戸", "総務課");
  expect((await administration())?.leavers).toEqual([]);
  await imports.commit(await imports.delete({ kind: "users", ids: [sato] }));
  expect((await administration())?.leavers).toMatchObject([{ name: "本社", owner: "Sato@example.jp" }]);
  await made("sato");
  expect((await administration())?.leavers).toEqual([]);
});

test("recognises an owner by email address, employee code, account name or unique name, also within a list", async () => {
  const { renewals, accounts, users, imports } = tenant.client;
  const person = async (name: string, account: string, code: string) => {
    const { after } = await users.create({ name, emails: [`${account}@example.jp`], employeeCode: code });
    await accounts.create({ user: after.id, name: account, role: "system", password: PASSWORD });
    return after.id;
  };
  const [sato] = [await person("佐藤 一郎", "sato01", "A0001"), await person("山田 花子", "yamada01", "A0002")];
  const suzuki = (await users.create({ name: "鈴木 次郎", emails: ["suzuki@example.jp"], employeeCode: "A0003" }))
    .after;
  await made("同名");
  await users.create({ name: "同名", emails: ["other@example.jp"] });
  const owners = [
    "sato01",
    "A0001",
    "佐藤 一郎",
    "佐藤 一郎 <SATO01@example.jp>",
    "yamada01@example.jp, sato01@example.jp",
    "A0003、情報システム部",
    "鈴木 次郎",
    "yamada01",
    "同名",
    "総務課 <soumu@example.jp>",
  ];
  for (const [at, owner] of owners.entries())
    await renewals.add({ kind: "push-certificate", name: `項目${at}`, owner });
  expect((await administration())?.leavers).toEqual([]);
  await accounts.revoke(sato, {});
  await imports.commit(await imports.delete({ kind: "users", ids: [suzuki.id] }));
  const told = async () =>
    (await administration())?.leavers.map(({ name, owner, revoked, now }) => [name, owner, revoked, now]);
  const left = [
    ["項目0", "sato01", true, null],
    ["項目1", "A0001", true, null],
    ["項目2", "佐藤 一郎", true, null],
    ["項目3", "SATO01@example.jp", true, null],
    ["項目4", "sato01@example.jp", true, null],
    ["項目5", "A0003", false, null],
    ["項目6", "鈴木 次郎", false, null],
  ];
  expect(await told()).toEqual(left);
  await users.edit(sato, { emails: ["ichiro@example.jp"] });
  expect(await told()).toEqual(left);
});

test("an owner's former email address is listed with the user's current address", async () => {
  const { renewals, users } = tenant.client;
  const hanako = await made("hanako");
  await renewals.add({ kind: "push-certificate", name: "本社", owner: "Hanako@example.jp" });
  await users.edit(hanako, { emails: ["hanako.y@example.jp"] });
  expect((await administration())?.leavers).toMatchObject([
    { name: "本社", owner: "Hanako@example.jp", revoked: false, now: "hanako.y@example.jp" },
  ]);
});

test("an owner's former account name or employee code is listed with the user's current email address", async () => {
  const { renewals, users } = tenant.client;
  const { after } = await users.create({
    name: "山崎",
    emails: ["yamazaki@example.jp"],
    employeeCode: "A0007",
    accountName: "yamazaki",
  });
  await renewals.add({ kind: "push-certificate", name: "本社", owner: "yamazaki" });
  await renewals.add({ kind: "push-certificate", name: "大阪", owner: "A0007" });
  await renewals.add({ kind: "push-certificate", name: "京都", owner: "総務課" });
  expect((await administration())?.leavers).toEqual([]);
  await tenant.client.accounts.edit(after.id, { name: "yama1" });
  expect((await administration())?.leavers).toMatchObject([{ name: "本社", now: "yamazaki@example.jp" }]);
  await users.edit(after.id, { accountName: "yama2", employeeCode: "B0007" });
  const told = { revoked: false, now: "yamazaki@example.jp" };
  expect((await administration())?.leavers).toMatchObject([
    { name: "本社", owner: "yamazaki", ...told },
    { name: "大阪", owner: "A0007", ...told },
  ]);
  await made("other", "yamazaki");
  expect((await administration())?.leavers).toMatchObject([{ name: "大阪" }]);
});

test("facts 7.2: the contact is reported if that person was deleted, lost the role or changed address", async () => {
  const { tenant: itself, accounts, users, imports } = tenant.client;
  const [hanako, jiro] = [await made("hanako"), await made("jiro")];
  await accounts.create({ user: hanako, name: "hanako01", role: "system", password: PASSWORD });
  await accounts.create({ user: jiro, name: "jiro02", role: "system", password: PASSWORD });
  const contact = async () => (await administration())?.contact;
  await itself.set({ contactMail: "soumu@example.jp" });
  expect(await contact()).toBeNull();
  await itself.set({ contactMail: "Jiro@example.jp" });
  expect(await contact()).toBeNull();
  await accounts.revoke(jiro, {});
  const told = { address: "Jiro@example.jp", revoked: true, now: null };
  expect(await contact()).toEqual(told);
  await accounts.grant(jiro, { role: "system", password: PASSWORD });
  expect(await contact()).toBeNull();
  await users.edit(jiro, { emails: ["jiro.s@example.jp"] });
  expect(await contact()).toEqual({ ...told, revoked: false, now: "jiro.s@example.jp" });
  await accounts.revoke(jiro, {});
  await imports.commit(await imports.delete({ kind: "users", ids: [jiro] }));
  expect(await contact()).toEqual({ ...told, revoked: false });
});

test("facts 7.2: a user who lost a role is a leaver; a user who never had a role or regained it is not", async () => {
  const { renewals, accounts } = tenant.client;
  const [hanako, jiro, saburo] = [await made("hanako"), await made("jiro"), await made("saburo")];
  await accounts.create({ user: hanako, name: "hanako01", role: "system", password: PASSWORD });
  await accounts.create({ user: jiro, name: "jiro02", role: "system", password: PASSWORD });
  await accounts.create({ user: saburo, name: "saburo" });
  for (const owner of ["hanako", "jiro", "saburo"])
    await renewals.add({ kind: "push-certificate", name: owner, owner: `${owner}@example.jp` });
  await accounts.edit(saburo, { memo: "x" });
  expect(await administration()).toMatchObject({ leavers: [], revoked: [] });
  await accounts.revoke(jiro, {});
  expect(await administration()).toMatchObject({
    leavers: [{ name: "jiro", owner: "jiro@example.jp", revoked: true }],
    revoked: ["jiro@example.jp"],
  });
  await accounts.grant(jiro, { role: "system", password: PASSWORD });
  expect(await administration()).toMatchObject({ leavers: [], revoked: [] });
});

test("seed 001: counts users without an account if CLOMO GATE or Android devices require one", async () => {
  const { tenant: itself, devices } = tenant.client;
  const [taro] = [await made("taro"), await made("jiro"), await made("hanako", "hanako")];
  const device = (serialNumber: string, androidMode: "fully-managed" | "dedicated", owner: string) =>
    devices.create({ serialNumber, platform: "Android", androidMode, owner });
  await device("A1", "fully-managed", taro);
  await device("A2", "dedicated", (await tenant.users())[1]?.id ?? "");
  expect((await administration())?.lacking).toBeNull();
  await itself.set({ android: true, androidAccounts: "google-play" });
  expect((await administration())?.lacking).toBe(1);
  await itself.set({ gate: true });
  expect((await administration())?.lacking).toBe(2);
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
