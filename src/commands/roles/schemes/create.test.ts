import { expect, test } from "vitest";
import type { WrittenScheme } from "../../../lib/client/index.ts";
import { runInBoth, run } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

const { after } = example<WrittenScheme>("createScheme");
const made = (change: Partial<WrittenScheme> = {}): WrittenScheme => ({
  before: null,
  after: { ...after, name: "登録係", accounts: 0 },
  consoleTask: null,
  dryRun: false,
  ...change,
});
const sent = (operations: readonly string[], dryRun = false) => [
  { operation: "createScheme", json: { name: "登録係", operations, dryRun } },
];

test.each([
  ["--item users.write,users.move", ["users.write", "users.move"]],
  ["--item users.write --item users.move", ["users.write", "users.move"]],
  ["--item ユーザーの作成と変更,ユーザーの組織移動 --item users.write", ["users.write", "users.move"]],
  ["--item 組織の作成と変更", ["orgs.write"]],
])("accepts items by operation or by CLOMO's name: %s", async (words, operations) => {
  const { exit, requests } = await run(`roles schemes create 登録係 ${words}`, { tenant: { createScheme: made() } });
  expect(exit).toBe(0);
  expect(requests).toEqual(sent(operations));
});

test("facts 2.1: help lists the items that the manual names, and what creating users requires", async () => {
  const { en, ja } = await runInBoth("roles schemes create --help-all");
  const told = en.stdout.replaceAll(/\s+/g, "");
  expect(told).toContain("Themanualnamesonly組織の作成と変更,ユーザーの作成と変更,ユーザーの組織移動");
  expect(told).toContain("secured.read(");
  expect(ja.stdout.replaceAll(/\s+/g, "")).toContain("「全て」でない場合は「組織の作成と変更」も必要");
});
