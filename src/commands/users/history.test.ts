import { beforeAll, describe, expect, test } from "vitest";
import { displayWidth } from "../../lib/terminal/width.ts";
import type { RecordHistory } from "../../lib/client/index.ts";
import { addTestAccount } from "#support/tenant/accounts.ts";
import { renderHistoryLines } from "#support/tenant/history.ts";
import { undoChange } from "#support/tenant/undo.ts";
import { openForAllTests, TestTenant } from "#support/tenant/tenant.ts";
import { runInBoth, run } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

const [hanako] = example<{ items: readonly [RecordHistory] }>("userHistory").items;
const of = (...items: readonly RecordHistory[]) => ({ userHistory: { items } });
const LINE = "users history hanako@example.co.jp";

test("JSON has one element for each version, with its record", async () => {
  const { exit, stdout, requests } = await run(`${LINE} --format json`, { tenant: of(hanako) });
  expect(exit).toBe(0);
  expect(requests).toEqual([{ operation: "userHistory", query: { name: "hanako@example.co.jp" } }]);
  const { versions, ...record } = hanako;
  expect(JSON.parse(stdout)).toEqual(versions.map((version) => ({ ...version, record })));
});

test("a terminal shows each version in the selected language and the context's time zone", async () => {
  const { en } = await runInBoth(LINE, { tenant: of(hanako), terminal: {} });
  expect(en.stdout).toMatch(
    /^change +time +actor +command +changes\n +17 +2026-11-20 10:23 +owner \(hanako\) +edit user +title: 主任 → 課長\n$/,
  );
});

test("reports an unknown name as not found", async () => {
  const { en, ja } = await runInBoth(LINE, { tenant: of() });
  expect(en.stderr).toContain("clomoctl users list --search hanako@example.co.jp\n");
  expect([en.exit, ja.exit, en.stdout]).toEqual([6, 6, ""]);
});

test("if several records had the name, each line shows its record, ordered by time", async () => {
  const [version] = hanako.versions;
  const gone = { ...hanako, name: "退職 太郎 <info@x.jp>", deleted: true };
  const at = (day: string, number: number) =>
    version === undefined ? [] : [{ ...version, number, at: `2026-11-${day}T00:00:00.000Z` }];
  const tenant = of({ ...gone, versions: [...at("01", 9), ...at("30", 19)] }, hanako, {
    ...hanako,
    name: "新任 次郎 <x@x.jp>",
    versions: [],
  });
  const { en } = await runInBoth(LINE, { tenant, terminal: { columns: 170 } });
  expect(en.stdout).toMatch(
    /^change .* record .*\n +9 .*退職 太郎 <info@x.jp>.*\n +17 .*髙橋 花子 <hanako@example.co.jp>.*\n +19 .*退職 太郎 <info@x.jp>.*\n$/,
  );
  expect(en.stderr).toBe(
    "3 users have or had this name: 退職 太郎 <info@x.jp>, 髙橋 花子 <hanako@example.co.jp>, 新任 次郎 <x@x.jp>\n退職 太郎 <info@x.jp> was deleted\nno changes to 新任 次郎 <x@x.jp> are recorded\n",
  );
});

describe("a user who was changed in every way", () => {
  const tenant = openForAllTests();
  const header = [
    "氏名",
    "メールアドレス",
    "組織コード",
    "役職",
    "座席",
    "CLOMOアカウント名",
    "CLOMOアカウントパスワード",
  ];
  const sato = ["佐藤", "sato@x.jp", "S01", "", "", "", ""];
  beforeAll(async () => {
    const { client } = tenant;
    const { after: sales } = await client.orgs.create({ name: "営業部", code: "S01" });
    const { after: research } = await client.orgs.create({ name: "開発部", code: "D01" });
    await client.users.addField({ name: "座席" });
    const first = ["山田", "yamada@x.jp", "S01", "主任", "3F", "yamada", "Secret-12"];
    await tenant.import({ kind: "users" }, [header, first, sato]);
    const [{ id } = { id: "" }] = await tenant.users();
    await client.users.edit(id, { title: "課長", emails: ["taro@x.jp"] });
    await client.users.move({ ids: [id], org: research.id });
    await client.orgs.edit(research.id, { name: "研究部" });
    await client.imports.commit(await undoChange(client, 5));
    await tenant.import({ kind: "users", fromConsole: true }, [
      header.slice(0, 5),
      ["山田 太郎", "yamada@x.jp", "D01", "", "4F"],
    ]);
    await client.users.move({ ids: [id], org: sales.id });
    await client.imports.commit(await client.imports.delete({ kind: "users", ids: [id] }));
    await client.users.create({ name: "後任", emails: ["taro@x.jp"], org: sales.id });
  });

  test("has a version for each change, with the names at that time and without the password", async () => {
    const [history, next] = await tenant.client.users.history({ name: "taro@x.jp" });
    expect(history).toMatchObject({ name: "山田 太郎 <yamada@x.jp>", deleted: true });
    const password = String(
      tenant.sql("select accountPasswordSetAt from user_version where action = 'delete'")[0]?.["accountPasswordSetAt"],
    );
    expect(renderHistoryLines(history)).toEqual([
      `4 imports.commit create name: null → 山田, emails: null → yamada@x.jp, org: null → 営業部, title: null → 主任, accountName: null → yamada, accountPasswordSetAt: null → ${password}, custom:座席: null → 3F`,
      "5 users.edit update undone by 8 emails: yamada@x.jp → taro@x.jp, title: 主任 → 課長",
      "6 users.move update org: 営業部 → 開発部",
      "8 undo update undoes 5 emails: taro@x.jp → yamada@x.jp, title: 課長 → 主任",
      "9 console.sync update name: 山田 → 山田 太郎, title: 主任 → null, custom:座席: 3F → 4F",
      "10 users.move update org: 研究部 → 営業部",
      `11 users.delete delete name: 山田 太郎 → null, emails: yamada@x.jp → null, org: 営業部 → null, accountName: yamada → null, accountPasswordSetAt: ${password} → null, custom:座席: 4F → null`,
    ]);
    expect(next).toMatchObject({ name: "後任 <taro@x.jp>", deleted: false });
    expect(renderHistoryLines(next)).toEqual([
      "12 users.create create name: null → 後任, emails: null → taro@x.jp, org: null → 営業部",
    ]);
    expect(JSON.stringify(history)).not.toContain("Secret-12");
  });

  test("is found by id and by every former name, regardless of case and width", async () => {
    const [{ id } = { id: "" }] = await tenant.client.users.history({ name: "yamada@x.jp" });
    for (const name of [id, "YAMADA@x.jp", "Taro@X.jp", "yamada"]) {
      const [history] = await tenant.client.users.history({ name });
      expect([name, history?.id]).toEqual([name, id]);
    }
    expect(await tenant.client.users.history({ name: "課長" })).toEqual([]);
  });

  test("is shown with the undo, and with its times in the time zone", async () => {
    const { en } = await runInBoth("users history yamada", { tenant: tenant.fetch, terminal: { columns: 300 } });
    expect(en.stderr).toBe("山田 太郎 <yamada@x.jp> was deleted\n");
    expect(en.stdout).toMatch(
      / edit user +undone by change 8; email addresses: yamada@x.jp → taro@x.jp; title: 主任 → 課長\n/,
    );
    expect(en.stdout).toMatch(/ undo 5 +email/);
    const narrow = await runInBoth("users history yamada", { tenant: tenant.fetch, terminal: {} });
    expect(Math.max(...narrow.ja.stdout.split("\n").map((line) => displayWidth(line)))).toBeLessThanOrEqual(80);
    expect(en.stdout).toMatch(/password set at: 2026-04-01 09:00/);
    expect(en.stdout).toMatch(/title: 主任 → \(blank\); 座席: 3F → 4F\n/);
  });
});

test("an account limited to a part of the tenant sees no name outside it", async () => {
  await using tenant = new TestTenant();
  const { client } = tenant;
  const { after: west } = await client.orgs.create({ name: "西日本", code: "WEST" });
  const { after: east } = await client.orgs.create({ name: "東日本", code: "EAST" });
  const { after: moved } = await client.users.create({ name: "山田", emails: ["yamada@x.jp"], org: west.id });
  const { after: hidden } = await client.users.create({ name: "西田", emails: ["nishida@x.jp"], org: west.id });
  await client.users.move({ ids: [moved.id], org: east.id });
  const { after: gone } = await client.users.create({ name: "東野", emails: ["higashino@x.jp"], org: east.id });
  await client.imports.commit(await client.imports.delete({ kind: "users", ids: [hidden.id] }));
  await client.users.edit(moved.id, { title: "課長" });
  await addTestAccount(tenant, { name: "boss", role: "division", org: "EAST", manages: ["EAST"] });
  const { users, imports } = tenant.as("boss");
  await imports.commit(await imports.delete({ kind: "users", ids: [gone.id] }));
  const [history] = await users.history({ name: "yamada@x.jp" });
  expect(renderHistoryLines(history)).toEqual([
    "  create name: null → 山田, emails: null → yamada@x.jp",
    "  update org: null → 東日本",
    "  update title: null → 課長",
  ]);
  const [deleted] = await users.history({ name: "higashino@x.jp" });
  expect(renderHistoryLines(deleted).map((one) => one.slice(0, 8))).toEqual(["  create", "10 users"]);
  expect(await users.history({ name: "nishida@x.jp" })).toEqual([]);
});

test("values of a removed custom field show its name, even to an account limited to a part of the tenant", async () => {
  await using tenant = new TestTenant();
  const { orgs, users } = tenant.client;
  const { after: east } = await orgs.create({ name: "東日本", code: "EAST" });
  const field = await users.addField({ name: "座席" });
  const custom = [{ name: "座席", value: "3F" }];
  await users.create({ name: "山田", emails: ["yamada@x.jp"], org: east.id, custom });
  await users.removeField(field.id);
  await users.addField({ name: "座席" });
  await addTestAccount(tenant, { name: "boss", role: "division", org: "EAST", manages: ["EAST"] });
  const [history] = await users.history({ name: "yamada@x.jp" });
  expect(renderHistoryLines(history)).toEqual([
    "3 users.create create name: null → 山田, emails: null → yamada@x.jp, org: null → 東日本, custom:座席: null → 3F",
    "4 fields.remove update custom:座席: 3F → null",
  ]);
  const [seen] = await tenant.as("boss").users.history({ name: "yamada@x.jp" });
  expect(seen?.versions.map(({ changes }) => changes)).toEqual(history?.versions.map(({ changes }) => changes));
});
