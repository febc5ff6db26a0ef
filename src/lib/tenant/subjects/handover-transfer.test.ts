import { expect, test } from "vitest";
import { addTestAccount } from "#support/tenant/accounts.ts";
import { readAuditLog } from "#support/tenant/audit.ts";
import { failureOf, type TestTenant, openForEachTest } from "#support/tenant/tenant.ts";

let tenant: TestTenant;
let [from, to] = ["", ""];
openForEachTest(async (opened) => {
  tenant = opened;
  from = await addTestAccount(tenant, { name: "taro", role: "system" });
  to = await addTestAccount(tenant, { name: "hanako", role: "operator" });
  await addTestAccount(tenant, { name: "third", role: "system" });
  await tenant.client.accounts.edit(from, { supportOption: true, noticeMail: true });
});

const stateOf = async () => ({
  accounts: await Array.fromAsync(tenant.client.accounts.list({})),
  renewals: await tenant.client.renewals.list(),
});

test("the successor becomes system administrator with support option and mail, and takes over renewals", async () => {
  const { renewals, accounts } = tenant.client;
  await renewals.add({ kind: "custom", name: "A", owner: "TARO@accounts.example" });
  await renewals.add({ kind: "custom", name: "B", owner: "taro <taro@accounts.example>" });
  await renewals.add({ kind: "custom", name: "C", owner: "taro2@accounts.example" });
  const done = await accounts.transfer(from, { to });
  expect(done.accounts.map(({ after }) => [after.name, after.role, after.supportOption, after.noticeMail])).toEqual([
    ["hanako", "system", true, true],
    ["taro", "system", false, false],
  ]);
  expect(done.renewals).toMatchObject([
    { name: "A", after: "hanako@accounts.example" },
    { name: "B", after: "hanako@accounts.example" },
  ]);
  expect((await renewals.list()).find(({ name }) => name === "C")?.owner).toBe("taro2@accounts.example");
  expect(await accounts.transfer(from, { to })).toEqual({ accounts: [], renewals: [], dryRun: false });
});

test("if five accounts have the option, it is removed first, so that six never have it", async () => {
  for (const name of ["a", "b", "c", "d"]) {
    const id = await addTestAccount(tenant, { name, role: "system" });
    await tenant.client.accounts.edit(id, { supportOption: true });
  }
  const { accounts } = await tenant.client.accounts.transfer(from, { to });
  expect(accounts.map(({ after }) => [after.name, after.supportOption])).toEqual([
    ["taro", false],
    ["hanako", true],
  ]);
});

test("without the support option, no roles are transferred, and the successor needs no role", async () => {
  const { accounts, renewals } = tenant.client;
  const { id: plain } = (await tenant.client.users.create({ name: "花子", emails: ["hana@example.jp"] })).after;
  await accounts.edit(from, { supportOption: false });
  for (const [name, next] of Object.entries({ A: to, B: plain })) {
    await renewals.add({ kind: "custom", name, owner: "taro@accounts.example" });
    const before = await Array.fromAsync(accounts.list({}));
    expect(await accounts.transfer(from, { to: next })).toMatchObject({ accounts: [], renewals: [{ name }] });
    expect(await Array.fromAsync(accounts.list({}))).toEqual(before);
  }
});

test("a name that two people share identifies neither of them", async () => {
  await tenant.client.users.create({ name: "taro", emails: ["other@example.jp"] });
  await tenant.client.users.edit(from, { name: "taro", accountName: "taro01" });
  await tenant.client.renewals.add({ kind: "custom", name: "A", owner: "taro" });
  expect((await tenant.client.accounts.transfer(from, { to })).renewals).toEqual([]);
});

test("a dry run, a rejection or a change in between leaves everything as it was", async () => {
  await tenant.client.renewals.add({ kind: "custom", name: "A", owner: "taro@accounts.example" });
  const none = await addTestAccount(tenant, { name: "none", role: "none" });
  const { revision } = await tenant.client.tenant.revision();
  const before = await stateOf();
  const audit = readAuditLog(tenant.database).length;
  const dry = await tenant.client.accounts.transfer(from, { to, dryRun: true });
  expect([dry.accounts.length, dry.renewals.length, dry.dryRun]).toEqual([2, 1, true]);
  expect((await failureOf(tenant.client.accounts.transfer(from, { to: from })))?.code).toBe("input-rejected");
  expect((await failureOf(tenant.client.accounts.transfer(from, { to: none })))?.hint?.en).toContain(
    "clomoctl clomo-account edit none --role system",
  );
  const stranger = { to: "019a9f3c-5a00-7abc-8def-000000000999" };
  expect((await failureOf(tenant.client.accounts.transfer(from, stranger)))?.code).toBe("not-found");
  expect(await stateOf()).toEqual(before);
  expect(readAuditLog(tenant.database)).toHaveLength(audit);
  await tenant.client.renewals.add({ kind: "custom", name: "B" });
  expect((await failureOf((await tenant.basedOn(revision)).accounts.transfer(from, { to })))?.code).toBe("conflict");
});

test("between users without accounts, only renewals are transferred", async () => {
  const { users, renewals, accounts } = tenant.client;
  const plain = await users.create({ name: "端末 太郎", emails: ["plain@example.jp"] });
  await renewals.add({ kind: "custom", name: "A", owner: "端末太郎" });
  const other = await users.create({ name: "端末 花子", emails: ["other@example.jp"] });
  const done = await accounts.transfer(plain.after.id, { to: other.after.id });
  expect(done).toMatchObject({ accounts: [], renewals: [{ name: "A", after: "other@example.jp" }] });
  const refused = await failureOf(accounts.transfer(from, { to: other.after.id }));
  expect(refused?.hint?.en).toContain(`clomoctl clomo-account create ${other.after.id}`);
});

test("the audit record has only what changed", async () => {
  await tenant.client.renewals.add({ kind: "custom", name: "A", owner: "taro@accounts.example" });
  await tenant.client.accounts.transfer(from, { to });
  const [latest] = await Array.fromAsync(tenant.client.audit.list({ limit: 1 }));
  expect(latest?.record).toMatchObject({
    before: { renewals: [{ name: "A", owner: "taro@accounts.example" }] },
    after: { renewals: [{ name: "A", owner: "hanako@accounts.example" }] },
  });
  expect(JSON.stringify(latest?.record)).not.toContain("expiresAt");
});

test("a transfer is one audit record, and in a mirror its console part becomes tasks", async () => {
  await tenant.client.renewals.add({ kind: "custom", name: "A", owner: "taro@accounts.example" });
  const before = readAuditLog(tenant.database).length;
  await tenant.client.accounts.transfer(from, { to });
  const records = readAuditLog(tenant.database).slice(before);
  expect(records).toMatchObject([
    { action: "accounts.transfer", objects: [{ name: "hanako" }, { name: "taro" }, { name: "A" }] },
  ]);
  tenant.database.run("update tenant set mirroredAt = :at", { at: "2026-04-01T00:00:00.000Z" });
  const { accounts } = await tenant.client.accounts.transfer(to, { to: from });
  const [task] = await tenant.client.console.list({});
  expect(task).toMatchObject({ update: 2 });
  expect(accounts.map(({ consoleTask }) => consoleTask)).toEqual([task?.number, task?.number]);
});

test("a transfer requires the rights to change accounts, roles and renewals", async () => {
  await addTestAccount(tenant, { name: "div", role: "division" });
  expect((await failureOf(tenant.as("div").accounts.transfer(from, { to })))?.code).toBe("not-permitted");
  expect((await tenant.as("third").accounts.transfer(from, { to })).accounts).toHaveLength(2);
});
