import { afterEach, beforeEach, expect, test } from "vitest";

import { withAccount } from "./testing/accounts.ts";
import { failureOf, fileOf, TestTenant } from "./testing/tenant.ts";

let tenant: TestTenant;
beforeEach(async () => {
  tenant = new TestTenant();
  await tenant.client.orgs.create({ name: "東日本", code: "EAST" });
  await withAccount(tenant, { name: "sys", role: "system" });
  await withAccount(tenant, { name: "div", role: "division", manages: ["EAST"] });
  await withAccount(tenant, {
    name: "whole",
    role: "custom",
    items: ["users.read", "users.write", "users.move", "users.delete"],
  });
});
afterEach(() => tenant[Symbol.asyncDispose]());

const CELLS = [
  ["氏名", "メールアドレス", "組織コード"],
  ["新人", "shinjin@example.jp", "EAST"],
];

test("a whole file for the console is for system administrators: refused before the file is sent", async () => {
  const plan = (account: string, mode: "append" | "replace") =>
    tenant
      .as(account)
      .imports.plan(
        { kind: "users", mode, forConsole: true },
        { stream: new Blob([fileOf(CELLS)]).stream(), encoding: "utf-8" },
      );
  const refused = await failureOf(plan("div", "replace"));
  expect(refused).toMatchObject({ code: "not-permitted", what: { en: expect.stringContaining("全件更新") } });
  const ofAll = await failureOf(plan("whole", "replace"));
  expect(ofAll).toMatchObject({
    code: "not-permitted",
    what: { en: expect.stringContaining("system administrators") },
  });
  expect(ofAll?.what.en).not.toContain("your organisations alone");
  expect(tenant.sql("select 1 from import")).toEqual([]);
  expect(await plan("div", "append")).toMatchObject({ mode: "append", create: 1 });
  expect(await plan("whole", "append")).toMatchObject({ mode: "append", create: 1 });
  expect(await plan("sys", "replace")).toMatchObject({ mode: "replace", create: 1 });
});

test("a plan that was made for the tenant alone is no whole file for the console either, but by a system administrator", async () => {
  const plan = await tenant
    .as("whole")
    .imports.plan(
      { kind: "users", mode: "replace" },
      { stream: new Blob([fileOf(CELLS)]).stream(), encoding: "utf-8" },
    );
  expect(await failureOf(tenant.as("whole").imports.emitted(plan))).toMatchObject({
    code: "not-permitted",
    what: { en: expect.stringContaining("全件更新") },
  });
});
