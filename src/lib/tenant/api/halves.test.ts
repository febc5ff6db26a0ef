import { afterAll, beforeAll, expect, test } from "vitest";
import { createHalves, EASTERN_ACCOUNTS, WESTERN } from "#support/tenant/halves.ts";
import { failureOf, type TestTenant } from "#support/tenant/tenant.ts";
import { undoImport } from "#support/tenant/undo.ts";

// What accounts that manage a part of the tenant see and change of the rest: nothing.

let tenant: TestTenant;
beforeAll(async () => {
  tenant = await createHalves();
  tenant.database.run("update tenant set mirroredAt = '2026-04-01T00:00:00.000Z'");
  await tenant.client.users.edit(await userOf("taro@west.example"), { title: "部長" });
  await tenant.client.users.edit(await userOf("jiro@east.example"), { title: "部長" });
});
afterAll(() => tenant[Symbol.asyncDispose]());

const userOf = async (name: string): Promise<string> => (await tenant.client.users.find({ name }))[0]?.id ?? "";
const orgOf = async (name: string): Promise<string> => (await tenant.client.orgs.find({ name }))[0]?.id ?? "";
const deviceOf = async (name: string): Promise<string> => (await tenant.client.devices.find({ name }))[0]?.id ?? "";

const NAMES = ["WEST", "W1", "EAST", "西日本/西課", "taro@west.example", "WEST0001", "himitsu", "hanako@east.example"];

const PATHS = [
  "whoami",
  "tenant",
  "tenant?administration=true",
  "orgs",
  "orgs/export",
  "users?limit=100",
  "users/export",
  "users?limit=100&search=%E5%A4%AA%E9%83%8E",
  "devices?limit=100",
  "devices/export",
  "accounts",
  "roles/schemes",
  "secured/browser/users",
  "administrators/users",
  "console",
  "imports",
  "renewals",
  "renewals/notices",
  ...["orgs", "users", "devices", "accounts"].flatMap((noun) =>
    ["find", "history"].flatMap((verb) => NAMES.map((name) => `${noun}/${verb}?name=${encodeURIComponent(name)}`)),
  ),
];

test.each(EASTERN_ACCOUNTS)("%s reads nothing of the other half", async (account) => {
  const shown: string[] = [];
  for (const path of PATHS) {
    const response = await tenant.acting(account).fetch(new Request(`http://tenant/v1/${path}`));
    expect(response.status, path).toBeLessThan(500);
    const name = new URL(`http://tenant/${path}`).searchParams.get("name") ?? "";
    // a refusal repeats the name that was asked for
    const told = (await response.text()).replaceAll(name === "" ? "\0" : name, "");
    expect(told, path).not.toMatch(WESTERN);
    shown.push(told);
  }
  expect(shown.join("\n")).toContain("東 花子");
});

test("the other half is read as a whole by who manages all", async () => {
  const response = await tenant.fetch(new Request("http://tenant/v1/users?limit=100"));
  expect(await response.text()).toMatch(WESTERN);
});

test.each(EASTERN_ACCOUNTS)("%s changes nothing of the other half", async (account) => {
  const client = tenant.as(account);
  const [taro, jiro, west, root] = [
    await userOf("taro@west.example"),
    await userOf("jiro@east.example"),
    await orgOf("WEST"),
    await orgOf("全社"),
  ];
  const [theirs, east] = [await deviceOf("WEST0001"), await deviceOf("EAST0001")];
  const before = tenant.dump();
  const tries = [
    () => client.users.edit(taro, { title: "課長" }),
    () => client.users.move({ ids: [jiro, taro], org: root }),
    () => client.users.move({ ids: [jiro], org: west }),
    () => client.users.create({ name: "新", emails: ["new@east.example"], org: west }),
    () => client.orgs.edit(west, { name: "北日本" }),
    () => client.orgs.create({ name: "外", parentId: west }),
    () => client.devices.edit(theirs, { memo: "貸出" }),
    () => client.devices.tag({ ids: [east, theirs], add: ["混在"] }),
    () => client.devices.setOwner({ ids: [east], owner: taro, ownerOrg: null }),
    () => client.accounts.edit(taro, { memo: "覚え" }),
    () => client.accounts.revoke(taro, {}),
    () => client.imports.delete({ kind: "users", ids: [taro], called: "西 太郎" }),
    () => client.imports.delete({ kind: "orgs", ids: [west], recursive: true, called: "西日本" }),
  ];
  for (const one of tries) {
    const { code = "" } = (await failureOf(one())) ?? {};
    expect(["not-permitted", "not-found", "input-rejected"]).toContain(code);
  }
  expect(tenant.dump()).toEqual(before);
});

test("an account that manages only an organisation itself may rename it, but not move it", async () => {
  const [e1, e2] = [await orgOf("E1"), await orgOf("E2")];
  expect(await failureOf(tenant.as("minami").orgs.move(e1, { parent: e2 }))).toMatchObject({ code: "not-permitted" });
  await tenant.as("minami").orgs.edit(e1, { name: "営業一部" });
  await tenant.as("higashi").orgs.move(e1, { parent: e2 });
});

test("tasks for the console are shown whole or not at all, and the audit log only to who manages all", async () => {
  const own = tenant.as("higashi");
  expect(await failureOf(own.audit.show(1))).toMatchObject({ code: "not-permitted" });
  const tasks = await own.console.list({});
  expect(tasks.flatMap(({ records }) => records.map(({ name }) => name))).toContain("東 次郎");
  const numbers = new Set(tasks.map(({ number }) => number));
  const others = (await tenant.client.console.list({})).filter(({ number }) => !numbers.has(number));
  expect(others.flatMap(({ records }) => records.map(({ name }) => name))).toContain("西 太郎");
  for (const { number } of others)
    expect(await failureOf(own.console.show(number))).toMatchObject({ code: "not-found" });
});

test("a rejection names the missing right", async () => {
  const cus = tenant.as("cus");
  const row = "氏名,メールアドレス,組織コード\n新,new9@east.example,E1";
  const plan = await tenant.planAs("cus", { kind: "users" }, row);
  await cus.imports.commit(plan);
  const undone = await failureOf(undoImport(cus, plan.id).then((undo) => cus.imports.commit(undo)));
  expect(undone?.code).toBe("not-permitted");
  expect(undone?.what.en).toContain("the scheme of the account does not contain this check item");
});

test("an account whose managed organisations are all gone can be changed once it has one", async () => {
  const { client, database } = tenant;
  const id = await userOf("minami@accounts.example");
  database.run("update account set managedOrgs = '[4711]' where user = (select pk from user where id = :id)", { id });
  expect(await failureOf(client.accounts.edit(id, { memo: "x" }))).toMatchObject({ code: "input-rejected" });
  expect((await client.accounts.edit(id, { managedOrgs: [await orgOf("E2")] })).after.managedOrgs).toHaveLength(1);
});
