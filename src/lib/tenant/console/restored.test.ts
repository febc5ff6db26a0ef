import { undoImport } from "#support/tenant/undo.ts";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { App, Import } from "../operations.ts";
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

const openTask = async () => {
  const [task] = await tenant.client.console.list({});
  return task;
};

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
