import { afterEach, beforeEach, expect, test } from "vitest";
import { TestTenant, type Cells } from "#support/tenant/tenant.ts";

let tenant: TestTenant;
const HEADER = ["氏名", "メールアドレス", "役職"];
const BEFORE: Cells = [HEADER, ["山田", "yamada@x", "主任"], ["髙橋", "takahashi@x", ""], ["佐藤", "sato@x", ""]];
const FILE: Cells = [HEADER, ["山田", "yamada@x", "課長"], ["髙橋", "takahashi@x", ""], ["鈴木", "suzuki@x", ""]];

beforeEach(async () => {
  tenant = new TestTenant();
  await tenant.import({ kind: "users" }, BEFORE);
});
afterEach(() => tenant[Symbol.asyncDispose]());

const replanAfter = async (...rows: Cells) => {
  const plan = await tenant.plan({ kind: "users", mode: "replace" }, FILE);
  expect(plan.difference).toBeUndefined();
  if (rows.length > 0) await tenant.import({ kind: "users" }, [HEADER, ...rows]);
  return (await tenant.client.imports.replan(plan.id)).difference;
};

test("a plan that is the same has no differences", async () => {
  expect(await replanAfter()).toEqual({ count: 0, first: [] });
});

test("rows and records with another outcome are listed, with what the plan did and does", async () => {
  const difference = await replanAfter(
    ["山田", "yamada@x", "係長"],
    ["髙橋", "takahashi@x", "部長"],
    ["鈴木", "suzuki@x", ""],
    ["田中", "tanaka@x", ""],
  );
  const update = { action: "update", fields: ["title"] };
  expect(difference).toEqual({
    count: 4,
    first: [
      { row: 0, name: "田中 <tanaka@x>", before: null, after: { action: "delete", fields: [] } },
      { row: 2, name: "山田 <yamada@x>", before: update, after: update },
      { row: 3, name: "髙橋 <takahashi@x>", before: { action: "unchanged", fields: [] }, after: update },
      {
        row: 4,
        name: "鈴木 <suzuki@x>",
        before: { action: "create", fields: [] },
        after: { action: "unchanged", fields: [] },
      },
    ],
  });
});

test("a changed record is only listed if the plan replaces a value that was changed", async () => {
  const plan = await tenant.plan({ kind: "users" }, FILE);
  const user = (await tenant.users()).find(({ name }) => name === "山田");
  await tenant.client.users.edit(user?.id ?? "", { tel: "03" });
  expect((await tenant.client.imports.replan(plan.id)).difference).toEqual({ count: 0, first: [] });
  await tenant.client.users.edit(user?.id ?? "", { title: "係長" });
  const update = { action: "update", fields: ["title"] };
  expect((await tenant.client.imports.replan(plan.id)).difference).toEqual({
    count: 1,
    first: [{ row: 2, name: "山田 <yamada@x>", before: update, after: update }],
  });
});

test("a record that is no longer deleted is listed by its last name, in a deletion too", async () => {
  const [id = ""] = (await tenant.users()).filter(({ name }) => name === "佐藤").map((user) => user.id);
  const { imports } = tenant.client;
  const plan = await imports.delete({ kind: "users", filterName: "佐" });
  await imports.commit(await imports.delete({ kind: "users", ids: [id] }));
  expect((await imports.replan(plan.id)).difference).toEqual({
    count: 1,
    first: [{ row: 0, name: "佐藤 <sato@x>", before: { action: "delete", fields: [] }, after: null }],
  });
});
