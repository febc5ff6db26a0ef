import { undoChange } from "#support/tenant/undo.ts";
import { addTestAccount } from "#support/tenant/accounts.ts";
import { readAuditLog } from "#support/tenant/audit.ts";
import { failureOf, type TestTenant, openForEachTest } from "#support/tenant/tenant.ts";
import { expect, test } from "vitest";

let tenant: TestTenant;
openForEachTest(async (opened) => {
  tenant = opened;
  await tenant.client.orgs.create({ name: "東日本", code: "EAST" });
  await tenant.client.orgs.create({ name: "西日本", code: "WEST" });
  await addTestAccount(tenant, { name: "boss", role: "system" });
});

const PASSWORD = "Canary42Canary";

const leaverCalled = async (name: string, org?: string): Promise<string> => {
  const [place] = org === undefined ? [] : await tenant.client.orgs.find({ name: org });
  const user = { name, emails: [`${name}@example.jp`], ...(place && { org: place.id }) };
  return (await tenant.client.users.create(user)).after.id;
};

const device = async (serialNumber: string, owner: string, more: object = {}): Promise<string> =>
  (await tenant.client.devices.create({ serialNumber, owner, status: "管理中", ...more })).after.id;

const leave = (...ids: readonly string[]) => tenant.client.leavers.leave({ ids: [...ids] });

const whole = async () => ({
  users: await Array.fromAsync(tenant.client.users.list()),
  accounts: await Array.fromAsync(tenant.client.accounts.list({})),
  devices: await Array.fromAsync(tenant.client.devices.list()),
  docs: await Array.fromAsync(tenant.client.secured.list("docs")),
  mailer: await Array.fromAsync(tenant.client.secured.list("mailer")),
});

/** The records without the times of their last change, and of passwords, which no undo brings back. */
const values = async (): Promise<unknown> =>
  JSON.parse(
    JSON.stringify(await whole(), (key, value: unknown) =>
      /^(?:updatedAt|secretsSet)$/.test(key) ? undefined : value,
    ),
  );

test("one change ends the role, the app users and tags two phones; undo restores everything", async () => {
  const id = await addTestAccount(tenant, { name: "taro01", role: "operator", org: "EAST" });
  await device("S1", id, { platform: "iOS", phoneNumber: "090-0000-0001", tags: ["貸出用"] });
  await device("S2", id);
  await tenant.client.secured.create("docs", { userId: "taro01", displayName: "たろう", password: PASSWORD });
  await tenant.client.secured.create("mailer", {
    userId: "x9",
    displayName: "別名",
    imapMailAddress: "TARO01@accounts.example",
    password: PASSWORD,
  });
  const before = await values();
  const [dry] = await tenant.client.leavers.leave({ ids: [id], dryRun: true });
  expect(dry).toMatchObject({ dryRun: true, after: { role: "none", secured: [] } });
  expect(await values()).toEqual(before);
  const [done] = await leave(id);
  expect(done?.before).toMatchObject({
    role: "operator",
    devices: [
      { serialNumber: "S1", model: "iOS", phoneNumber: "090-0000-0001", status: "管理中", tags: ["貸出用"] },
      { serialNumber: "S2", model: null, phoneNumber: null },
    ],
    secured: [
      { app: "docs", userId: "taro01", matchedBy: "id" },
      { app: "mailer", userId: "x9", matchedBy: "address" },
    ],
  });
  expect(done?.after).toMatchObject({ role: "none", marked: false, secured: [], renewals: [], consoleTasks: [] });
  expect(done?.after?.devices.map(({ tags }) => tags)).toEqual([["回収待ち", "貸出用"], ["回収待ち"]]);
  const last = readAuditLog(tenant.database).at(-1);
  expect(last).toMatchObject({ action: "users.leave" });
  expect(JSON.stringify(last)).not.toContain(PASSWORD);
  const number = tenant.database.count("select max(number) from change");
  await tenant.client.imports.commit(await undoChange(tenant.client, number));
  expect(await values()).toEqual(before);
});

test("who has nothing left is deleted in the same change, and several people are answered in order", async () => {
  const one = await leaverCalled("一");
  const two = await leaverCalled("二");
  await device("S1", one);
  await tenant.client.secured.create("docs", { userId: "x", displayName: "二", password: PASSWORD });
  const changes = () => tenant.database.count("select count(*) from change");
  const [count, before] = [changes(), await values()];
  const both = await leave(two, one, two);
  expect(both.map((one) => [one.before.user.name, one.after?.user.name])).toEqual([
    ["二", undefined],
    ["一", "一"],
  ]);
  expect((await tenant.users()).map(({ name }) => name)).toEqual(["boss", "一"]);
  expect(changes()).toBe(count + 1);
  await leave(one);
  expect(changes()).toBe(count + 1);
  const number = tenant.database.count("select max(number) from change");
  await tenant.client.imports.commit(await undoChange(tenant.client, number));
  expect(await values()).toEqual(before);
});

test("who only has the same name, or is an administrator of an app, is shown but never deleted", async () => {
  const id = await addTestAccount(tenant, { name: "taro01", role: "none" });
  await tenant.client.users.edit(id, { name: "山田 太郎" });
  await tenant.client.secured.create("docs", { userId: "yamada", displayName: "山田　太郎", password: PASSWORD });
  await tenant.mark("docs", ["taro01"]);
  const [done] = await leave(id);
  expect(done?.after?.secured).toMatchObject([
    { userId: "taro01", administrator: true, matchedBy: "id" },
    { userId: "yamada", administrator: false, matchedBy: "name" },
  ]);
  // also with a namesake, but not what is certainly the namesake's
  await tenant.client.users.create({ name: "山田 太郎", emails: ["other@example.jp"], employeeCode: "E2" });
  await tenant.client.secured.create("docs", { userId: "E2", displayName: "山田太郎", password: PASSWORD });
  expect((await leave(id))[0]?.after?.secured?.map(({ userId }) => userId)).toEqual(["taro01", "yamada"]);
});

test("the last system administrator and the last support option stay: nothing is changed", async () => {
  const [boss] = await tenant.client.accounts.find({ name: "boss" });
  const owner = await leaverCalled("一");
  await device("S1", owner);
  const before = await values();
  const last = await failureOf(leave(owner, boss?.id ?? ""));
  expect(last).toMatchObject({ code: "input-rejected" });
  expect(last?.what.en).toContain("no system administrator would be left");
  expect(await values()).toEqual(before);
  const next = await addTestAccount(tenant, { name: "next", role: "system" });
  await tenant.client.accounts.edit(boss?.id ?? "", { supportOption: true });
  const support = await failureOf(leave(boss?.id ?? ""));
  expect(support?.what.en).toContain("after boss leaves, nobody would have the support option");
  expect(support?.hint?.en).toContain("clomoctl handover transfer --from boss --to PERSON");
  await tenant.client.accounts.edit(next, { supportOption: true });
  expect((await leave(boss?.id ?? ""))[0]).toMatchObject({ before: { supportOption: true }, after: null });
  // both of two at once
  expect((await failureOf(leave(next)))?.code).toBe("input-rejected");
});

test("a user who is only marked as an administrator loses the mark", async () => {
  const id = await leaverCalled("一");
  await device("S1", id);
  await tenant.mark("users", [id]);
  const [done] = await leave(id);
  expect(done).toMatchObject({ before: { marked: true }, after: { marked: false } });
});

test("renewal items that name the person are shown and stay, however many people own them", async () => {
  const id = await leaverCalled("一");
  await tenant.client.renewals.add({ kind: "custom", name: "A", owner: "一@example.jp, 総務" });
  await tenant.client.renewals.add({ kind: "custom", name: "B", account: "一@example.jp" });
  await tenant.client.renewals.add({ kind: "custom", name: "C", owner: "二@example.jp" });
  expect((await leave(id))[0]?.after?.renewals.map(({ name, relation }) => [name, relation])).toEqual([
    ["A", "owner"],
    ["B", "account"],
  ]);
});

test("a division administrator ends only what is in their organisations, and does not see SECURED APPs", async () => {
  await addTestAccount(tenant, { name: "div", role: "division", org: "EAST", manages: ["EAST"] });
  await addTestAccount(tenant, { name: "op", role: "operator", org: "EAST" });
  const [east, west] = [await leaverCalled("東", "EAST"), await leaverCalled("西", "WEST")];
  await device("S1", east);
  await device("S2", west);
  const division = tenant.as("div").leavers;
  expect((await failureOf(division.leave({ ids: [east, west] })))?.code).toBe("not-found");
  expect((await failureOf(division.dependents({ ids: [west] })))?.code).toBe("not-found");
  const [done] = await division.leave({ ids: [east] });
  expect(done?.after).toMatchObject({ secured: null, devices: [{ serialNumber: "S1", tags: ["回収待ち"] }] });
  expect((await failureOf(tenant.as("op").leavers.leave({ ids: [east] })))?.code).toBe("not-permitted");
  // an operator may not read accounts
  expect((await failureOf(tenant.as("op").leavers.dependents({ ids: [east] })))?.code).toBe("not-permitted");
  const above = await addTestAccount(tenant, { name: "above", role: "division", org: "EAST", manages: ["EAST"] });
  expect((await failureOf(division.leave({ ids: [above] })))?.code).toBe("not-permitted");
});

test("in a mirror, the change is a task, on which the user depends until it is done", async () => {
  const { client } = tenant;
  const id = await addTestAccount(tenant, { name: "yamada", role: "operator", org: "EAST" });
  const other = await addTestAccount(tenant, { name: "sato", role: "operator", org: "EAST" });
  await device("S1", id);
  await tenant.import({ kind: "docs", fromConsole: true }, "表示名,ユーザーID,説明\n山田,yamada,");
  const before = await values();
  expect((await client.leavers.dependents({ ids: [id] }))[0]?.consoleTasks).toEqual([]);
  const [done, kept] = await leave(id, other);
  const [number = 0] = kept?.after?.consoleTasks ?? [];
  expect(done?.after?.consoleTasks).toEqual([number]);
  const task = await client.console.show(number);
  expect(task.records.map(({ work, thing }) => [thing, work])).toEqual(
    expect.arrayContaining([
      ["secured_user", "delete"],
      ["account", expect.any(String)],
      ["device", expect.any(String)],
    ]),
  );
  await client.console.confirm({ numbers: [task.number] });
  expect((await client.leavers.dependents({ ids: [id] }))[0]?.consoleTasks).toEqual([]);
  await client.imports.commit(await undoChange(client, task.number));
  expect(await values()).toEqual(before);
});

test("a repeated request with the same key is made once", async () => {
  const [id, free] = [await leaverCalled("一"), await leaverCalled("二")];
  await device("S1", id);
  const ask = () => tenant.post("/v1/leavers", { ids: [id, free] });
  const count = tenant.database.count("select count(*) from change");
  expect([(await ask()).status, (await ask()).status]).toEqual([200, 200]);
  expect(tenant.database.count("select count(*) from change")).toBe(count + 1);
});
