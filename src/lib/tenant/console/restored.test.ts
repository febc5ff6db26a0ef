import { undoImport } from "#support/tenant/undo.ts";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Import } from "../operations.ts";
import { TestTenant, type Cells } from "#support/tenant/tenant.ts";

let tenant: TestTenant;
beforeEach(() => {
  tenant = new TestTenant();
});
afterEach(() => tenant[Symbol.asyncDispose]());

const confirmAll = async (): Promise<void> => {
  const numbers = (await tenant.client.console.list({})).map(({ number }) => number);
  if (numbers.length > 0) await tenant.client.console.confirm({ numbers });
};

const commit = async (plan: Promise<Import>): Promise<Import> => tenant.client.imports.commit(await plan);

const openTask = async () => {
  const [task] = await tenant.client.console.list({});
  return task;
};

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
