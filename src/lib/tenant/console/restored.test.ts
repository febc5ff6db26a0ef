import { undoImport } from "#support/tenant/undo.ts";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { App, Import, PlanRow } from "../operations.ts";
import { TestTenant, type Cells } from "#support/tenant/tenant.ts";

let tenant: TestTenant;
beforeEach(() => {
  tenant = new TestTenant();
});
afterEach(() => tenant[Symbol.asyncDispose]());

const EXPORT: Cells = [
  ["表示名", "ユーザーID", "説明"],
  ["山田", "i0", "出向"],
  ["佐藤", "i1", ""],
];

const mirrored = async (values: Readonly<Record<string, string | boolean>>): Promise<void> => {
  await tenant.import({ kind: "docs", fromConsole: true }, EXPORT);
  if (Object.keys(values).length > 0) {
    await tenant.client.secured.edit({ app: "docs", id: await idOf("docs", "i0") }, values);
    await confirmAll();
  }
};

const idOf = async (app: App, userId: string): Promise<string> =>
  (await tenant.client.secured.find(app, { name: userId }))[0]?.id ?? "";

const confirmAll = async (): Promise<void> => {
  const numbers = (await tenant.client.console.list({})).map(({ number }) => number);
  if (numbers.length > 0) await tenant.client.console.confirm({ numbers });
};

const commit = async (plan: Promise<Import>): Promise<Import> => tenant.client.imports.commit(await plan);

const restored = async (kind: "docs" | "users", id: string) => {
  const gone = await commit(tenant.client.imports.delete({ kind, ids: [id] }));
  await confirmAll();
  return commit(undoImport(tenant.client, gone.id));
};

const rowsOf = async ({ id }: Import): Promise<readonly PlanRow[]> => Array.fromAsync(tenant.client.imports.rows(id));

const openTask = async () => {
  const [task] = await tenant.client.console.list({});
  return task;
};

test("undoing a deletion lists values that no file has, and which secrets were set", async () => {
  await mirrored({ device: "iPad", licenceException: true, secretKey: "key1" });
  const undo = await restored("docs", await idOf("docs", "i0"));
  expect(await openTask()).toMatchObject({
    work: "check",
    create: 1,
    records: [{ id: await idOf("docs", "i0"), name: "山田", work: "create", mayBeDone: true }],
  });
  const changes = (await openTask())?.records[0]?.changes;
  expect(changes).toEqual(
    expect.arrayContaining([
      { field: "device", before: null, after: "iPad" },
      { field: "licenceException", before: null, after: "TRUE" },
      { field: "secretKey", before: null, after: null },
    ]),
  );
  const [row] = await rowsOf(undo);
  expect(row?.after.filter(({ value }) => value !== null)).toMatchObject([
    { field: "displayName", value: "山田" },
    { field: "groups", value: [] },
    { field: "description", value: "出向" },
    { field: "device", value: "iPad" },
    { field: "licenceException", value: "TRUE" },
  ]);
});

test("a new user who was deleted and restored needs no check once an export shows the user", async () => {
  await mirrored({});
  const exported: Cells = [
    ["氏名", "メールアドレス"],
    ["林", "hayashi@x"],
  ];
  await tenant.import({ kind: "users", fromConsole: true }, exported);
  await tenant.client.users.create({ name: "原", emails: ["hara@x"] });
  const [hara] = await tenant.client.users.find({ name: "hara@x" });
  const gone = await commit(tenant.client.imports.delete({ kind: "users", ids: [hara?.id ?? ""] }));
  await commit(undoImport(tenant.client, gone.id));
  await tenant.import({ kind: "users", fromConsole: true }, [...exported, ["原", "hara@x"]]);
  expect((await tenant.client.console.list({})).filter(({ kind }) => kind === "users")).toEqual([]);
});

test("a restored record may be in the console under its former name and key", async () => {
  await mirrored({});
  const id = await idOf("docs", "i0");
  await tenant.client.secured.edit({ app: "docs", id }, { displayName: "川田" });
  const gone = await commit(tenant.client.imports.delete({ kind: "docs", ids: [id] }));
  await commit(undoImport(tenant.client, gone.id));
  const [record] = (await tenant.client.console.list({})).at(-1)?.records ?? [];
  expect(record).toMatchObject({ work: "create", mayBeDone: true, name: "川田", console: { name: "山田", key: "i0" } });
});

test("a restored record may be in the console with any value that it was given since", async () => {
  await mirrored({});
  const id = await idOf("docs", "i0");
  await tenant.client.secured.edit({ app: "docs", id }, { displayName: "川田" });
  const gone = await commit(tenant.client.imports.delete({ kind: "docs", ids: [id] }));
  await commit(undoImport(tenant.client, gone.id));
  await tenant.client.secured.edit({ app: "docs", id }, { displayName: "川口" });
  const [record] = (await tenant.client.console.list({})).flatMap(({ records }) => records);
  expect(record).toMatchObject({ work: "create", mayBeDone: true, console: { name: "山田", key: "i0" } });
  expect(record?.changes[0]).toMatchObject({ field: "userId", after: "i0" });
  expect(record?.changes[1]).toEqual({ field: "displayName", before: null, after: "川口", perhaps: ["川田"] });
});

test.each([
  [{}, "done"],
  [{ password: "Canary42" }, "done"],
  [{ device: "iPad" }, "open"],
  [{ secretKey: "key1" }, "open"],
  [{ role: "manager" }, "open"],
] as const)(
  "an export closes the task only if it shows everything that was restored: %o is %s",
  async (values, state) => {
    await mirrored(values);
    await restored("docs", await idOf("docs", "i0"));
    const { number = 0 } = (await openTask()) ?? {};
    await tenant.import({ kind: "docs", fromConsole: true }, EXPORT);
    expect(await tenant.client.console.show(number)).toMatchObject({ state });
  },
);

test("restored users of CLOMO PANEL get back accounts that no file has", async () => {
  const exported: Cells = [
    ["氏名", "メールアドレス", "役職"],
    ["山田", "yamada@x", "課長"],
  ];
  await tenant.import({ kind: "users", fromConsole: true }, exported);
  const [user] = await tenant.users();
  await tenant.client.users.edit(user?.id ?? "", { googleWorkspaceEmail: "y@g", salesforceAccount: "sf" });
  await confirmAll();
  const undo = await restored("users", user?.id ?? "");
  const values = [
    { field: "googleWorkspaceEmail", before: null, after: "y@g" },
    { field: "salesforceAccount", before: null, after: "sf" },
  ];
  expect((await openTask())?.records).toMatchObject([{ name: "山田", changes: expect.arrayContaining(values) }]);
  expect((await rowsOf(undo))[0]?.after).toContainEqual({ field: "salesforceAccount", value: "sf" });
  await tenant.import({ kind: "users", fromConsole: true }, exported);
  // whoever was deleted there, and made again by hand, may lack them
  const checked = values.map(({ field, after }) => ({ field, before: after, after, perhaps: [""] }));
  expect(await openTask()).toMatchObject({
    work: "check",
    records: [{ name: "山田", changes: expect.arrayContaining(checked) }],
  });
});

test("a restored app user has no secrets, because the console lacks them", async () => {
  await mirrored({ password: "Canary42", secretKey: "key1" });
  const id = await idOf("docs", "i0");
  expect((await tenant.client.secured.find("docs", { name: "i0" }))[0]?.secretsSet).toHaveLength(2);
  await restored("docs", id);
  expect((await tenant.client.secured.find("docs", { name: "i0" }))[0]).toMatchObject({ id, secretsSet: [] });
});

test("an undo that moves a user back and deletes the other group is a task", async () => {
  const grouped = (group: string): Cells => [
    ["表示名", "ユーザーID", "グループ名"],
    ["山田", "i0", group],
  ];
  const from = { kind: "docs", fromConsole: true, createGroups: true } as const;
  await tenant.import(from, grouped("営業"));
  const moved = await tenant.import({ kind: "docs", createGroups: true }, grouped("販売"));
  await tenant.import(from, grouped("販売"));
  await confirmAll();
  await commit(undoImport(tenant.client, moved.id));
  expect((await tenant.client.secured.find("docs", { name: "i0" }))[0]?.groups).toEqual(["営業"]);
  expect((await openTask())?.records.map(({ name, work, changes }) => [name, work, changes])).toEqual([
    ["山田", "edit", [{ field: "groups", before: ["販売"], after: ["営業"] }]],
    ["販売", "delete", []],
  ]);
});
