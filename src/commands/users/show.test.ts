import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ConsoleTask, User } from "../../lib/client/index.ts";
import { readRows } from "#support/xlsx/read.ts";
import { freshFolder, runInBoth, run } from "#support/commands/program.ts";
import { TestTenant } from "#support/tenant/tenant.ts";
import { example } from "#support/commands/tenant.ts";

const [hanako] = example<{ items: readonly [User] }>("findUsers").items;

const BARE = {
  findUsers: { items: [hanako] },
  devices: { items: [], next: null },
  findAccounts: { items: [] },
  findSecuredUsers: { items: [] },
  listRenewals: { items: [] },
  userHistory: { items: [] },
  consoleTasks: { items: [] },
};

const finding = (...items: readonly User[]) => ({ findUsers: { items } });

test("--fields without sections needs no other request", async () => {
  const { exit, stdout, requests } = await run("users show E0042 --format json --fields name,組織", {
    tenant: finding(hanako),
  });
  expect(exit).toBe(0);
  expect(requests).toEqual([{ operation: "findUsers", query: { name: "E0042" } }]);
  expect(JSON.parse(stdout)).toEqual({ name: hanako.name, org: hanako.org.path });
  for (const format of ["csv", "tsv", "ndjson --fields id"])
    expect(await run(`users show E0042 --format ${format}`, { tenant: finding(hanako) })).toMatchObject({ exit: 0 });
});

describe("what belongs to a user", () => {
  let tenant: TestTenant;
  let id: string;
  beforeEach(async () => {
    tenant = new TestTenant();
    const { users, orgs, devices, accounts, secured, renewals } = tenant.client;
    const org = (await orgs.create({ name: "営業部" })).after.id;
    const sato = { name: "佐藤 花", emails: ["sato@example.jp"], accountName: "sato01", employeeCode: "E1", org };
    id = (await users.create(sato)).after.id;
    const boss = (
      await users.create({ ...sato, name: "林", emails: ["h@example.jp"], accountName: "boss", employeeCode: "E2" })
    ).after.id;
    await accounts.edit(id, { role: "division", managedOrgs: [org], password: "Passw0rd!" });
    await accounts.edit(boss, { role: "operator", password: "Passw0rd!" });
    await devices.create({ serialNumber: "SN1", platform: "iOS", phoneNumber: "090-0000-0001", owner: id });
    await devices.create({ serialNumber: "SN2", ownerOrg: org });
    await secured.create("docs", { userId: "E1", displayName: "佐藤", password: "secret12" });
    await secured.create("mailer", { userId: "other", displayName: "別人", password: "secret12" });
    await renewals.add({ kind: "custom", name: "Gmail", owner: "佐藤 花 <sato@example.jp>" });
    await renewals.add({ kind: "custom", name: "別の人", owner: "h@example.jp" });
    for (const title of ["主任", "係長", "課長", "次長", "部長"]) await users.edit(id, { title });
  });
  afterEach(() => tenant[Symbol.asyncDispose]());

  test("a terminal shows it in titled sections below the fields, and says how to see all changes", async () => {
    const { en, ja } = await runInBoth("users show sato@example.jp", {
      tenant: tenant.fetch,
      terminal: { columns: 120 },
    });
    expect(en.stdout).toMatch(
      /\nname +佐藤 花\n[^]+\n\ndevices\nserial number +platform[^\n]*\nSN1 +iOS +090-0000-0001 *\n/,
    );
    expect(ja.stdout).not.toMatch(/SN2|other|別の人|管理画面での作業/);
  });

  test("JSON has a list for each section", async () => {
    const { stdout } = await run("users show E1 --format json", { tenant: tenant.fetch });
    const shown = JSON.parse(stdout) as Record<string, unknown[]>;
    expect(shown).toMatchObject({
      name: "佐藤 花",
      devices: [{ serialNumber: "SN1" }],
      accounts: [{ name: "sato01", role: "division", managedOrgs: [{ path: "営業部" }] }],
      secured: [{ app: "docs", userId: "E1" }],
      renewals: [{ name: "Gmail", relation: "owner" }],
      consoleTasks: [],
    });
    expect(shown["changes"]).toHaveLength(5);
  });

  test("a mirror's open tasks for the user are shown, also in a task with many records", async () => {
    tenant.sql("update tenant set mirroredAt = '2026-04-01T00:00:00.000Z'");
    const many = Array.from({ length: 25 }, (_, at) => [`人 ${at}`, `u${at}@example.jp`]);
    await tenant.import({ kind: "users" }, [["氏名", "メールアドレス"], ...many, ["佐藤 花子", "sato@example.jp"]]);
    const { stdout } = await run("users show E1 --fields consoleTasks --format json", { tenant: tenant.fetch });
    const [task] = (JSON.parse(stdout) as { consoleTasks: ConsoleTask[] }).consoleTasks;
    expect(task).toMatchObject({ kind: "users", records: [{ id, name: "佐藤 花子" }] });
  });

  test("what the acting account may not see is left out", async () => {
    const { exit, stdout } = await run("users show E1 --format json --as boss", {
      tenant: tenant.acting("boss").fetch,
    });
    expect(exit).toBe(0);
    const shown = JSON.parse(stdout) as Record<string, unknown>;
    expect(shown).toMatchObject({ devices: [{ serialNumber: "SN1" }] });
    expect(Object.keys(shown)).not.toContain("secured");
  });
});

test("a terminal shows one field per line, in the selected language", async () => {
  const { en } = await runInBoth("users show hanako@example.co.jp", { tenant: BARE, terminal: {} });
  expect(en.stdout).toMatch(/\nname +髙橋 花子\n[^]+\norganisation code +S01\n/);
  expect(en.stdout).not.toContain("password set at");
  const line = "users show hanako@example.co.jp --fields name,accountPasswordSetAt";
  expect((await run(line, { tenant: finding(hanako), terminal: {} })).stdout).toMatch(/\npassword set at *\n/);
});

test("says that the acting account may not see a user", async () => {
  await using own = new TestTenant();
  const { users, orgs, accounts } = own.client;
  const org = (await orgs.create({ name: "営業部" })).after.id;
  const boss = (await users.create({ name: "林", emails: ["h@example.jp"], accountName: "boss", org })).after.id;
  await accounts.edit(boss, { role: "operator", password: "Passw0rd!" });
  await users.create({ name: "鈴木", emails: ["suzuki@example.jp"] });
  const hidden = await run("users show suzuki@example.jp --as boss --lang ja", { tenant: own.acting("boss").fetch });
  expect(hidden.exit).toBe(6);
  expect(hidden.stderr).toContain("はありません。または「boss」の管理対象組織の外にあります\n");
});

test("a workbook has one row", async () => {
  const folder = freshFolder();
  const line = "users show E0042 --format xlsx -o user.xlsx --fields name,employeeCode --lang ja";
  expect(await run(line, { tenant: finding(hanako), folder })).toMatchObject({ exit: 0, stdout: "" });
  expect(await readRows(readFileSync(join(folder, "user.xlsx")))).toEqual([
    ["氏名", "社員コード"],
    [hanako.name, hanako.employeeCode],
  ]);
});

test.each([
  "users show",
  "users history",
  "users leave",
  "clomo-account show",
  "clomo-account history",
  "clomo-account create --account taro --role operator",
  "devices create S1 --platform iOS --owner",
])("%s: does not search for more characters than a search accepts", async (line) => {
  await using tenant = new TestTenant();
  const { exit, stderr } = await run([...line.split(" "), "x".repeat(5000)], { tenant: tenant.fetch });
  expect([exit, stderr]).toEqual([6, expect.not.stringContaining("query.search")]);
});
