import type { ManualValues } from "../../lib/model/thing.ts";
import { afterEach, beforeEach, expect, test } from "vitest";
import { runInBoth, run } from "#support/commands/program.ts";
import { prepareTenant, type TestTenant } from "#support/tenant/tenant.ts";
import { TestTasks } from "#support/tenant/tasks.ts";

let tenant: TestTenant;
const tasks = new TestTasks(() => tenant);
const openPrepared = prepareTenant(async (prepared) => {
  tenant = prepared;
  await tenant.import({ kind: "orgs", fromConsole: true }, [
    ["組織名", "組織コード", "上位組織コード"],
    ["営業部", "S", ""],
  ]);
  await tenant.import({ kind: "users", fromConsole: true }, [
    ["氏名", "メールアドレス", "役職", "組織コード"],
    ["山田 太郎", "taro@example.jp", "課長", ""],
    ["佐藤 次郎", "jiro@example.jp", "", "S"],
  ]);
});
beforeEach(async () => {
  tenant = await openPrepared();
});
afterEach(() => tenant[Symbol.asyncDispose]());

const idOf = async (name: string): Promise<string> => (await tenant.client.users.find({ name }))[0]?.id ?? "";
const edit = async (name: string, values: ManualValues) => tenant.client.users.edit(await idOf(name), values);
const ran = (line: string) => run(line, { tenant: tenant.fetch });
const titles = async () => (await tenant.users()).map(({ name, title }) => [name, title]);

test("restores the console's values, and nothing is left to do", async () => {
  await edit("taro@example.jp", { title: "部長" });
  const { exit, stderr } = await ran(`console drop ${tasks.number(1)} --yes --lang en`);
  expect(exit).toBe(0);
  expect(stderr).toContain("taro@example.jp");
  expect(await titles()).toEqual([
    ["山田 太郎", "課長"],
    ["佐藤 次郎", null],
  ]);
  expect(await tasks.list()).toEqual([]);
});

test("deletes a record that was created here after its number is confirmed", async () => {
  await tenant.client.users.create({ name: "新人", emails: ["new@example.jp"] });
  const line = `console drop ${tasks.number(1)} --no-input`;
  expect([2, 3]).toContain((await ran(line)).exit);
  expect(await tenant.users()).toHaveLength(3);
  expect(await ran(`${line} --confirm-deletions 1`)).toMatchObject({ exit: 0 });
  expect(await tenant.users()).toHaveLength(2);
});

test("if something prevents it, changes nothing and says what to drop together", async () => {
  await edit("jiro@example.jp", { emails: ["tmp@example.jp"] });
  await edit("taro@example.jp", { emails: ["jiro@example.jp"] });
  const { en, ja } = await runInBoth(`console drop ${tasks.number(1)} --yes`, { tenant: tenant.fetch });
  expect(en.exit).toBe(5);
  expect(en.stderr).toContain("1 record cannot be restored to the console's values; nothing was changed");
  expect(en.stderr).toContain(`clomoctl console drop ${tasks.numbers(1, 2).join(" ")}`);
  expect(ja.stderr).toContain("1 件は管理画面の値に戻せないため、何も変更していません");
  expect(await tasks.list()).toHaveLength(2);
  const both = tasks.numbers(1, 2).join(" ");
  expect(await ran(`console drop ${both} --yes`)).toMatchObject({ exit: 0 });
  expect((await tenant.users()).map(({ emails }) => emails)).toEqual([["taro@example.jp"], ["jiro@example.jp"]]);
});
