import { afterEach, beforeEach, expect, test } from "vitest";
import { TestTenant } from "#support/tenant/tenant.ts";
import { runInBoth, run } from "#support/commands/program.ts";

let tenant: TestTenant;
beforeEach(async () => {
  tenant = new TestTenant();
  await tenant.import({ kind: "docs", createGroups: true }, [
    ["表示名", "ユーザーID", "パスワード", "ファイル管理者権限", "グループ名", "グループ名"],
    ["花子", "hanako", "Invented1", "TRUE", "営業", "総務"],
    ["太郎", "taro", "Invented1", "FALSE", "営業", ""],
    ["次郎", "jiro", "Invented1", "FALSE", "総務", ""],
    ["桜", "aki", "Invented1", "FALSE", "営業", ""],
  ]);
});
afterEach(() => tenant[Symbol.asyncDispose]());

const show = (line: string) => runInBoth(`secured groups show ${line}`, { tenant: tenant.fetch });

test("lists the users of a group by ユーザーID with their roles, and counts them", async () => {
  const { en } = await show("営業 --app docs --fields userId,name,role");
  expect(en).toMatchObject({
    exit: 0,
    stdout: "userId\tname\trole\naki\t桜\tuser\nhanako\t花子\tmanager\ntaro\t太郎\tuser\n",
    stderr: "営業: 3 users\n",
  });
});

test("a table shows the app's own labels for the roles", async () => {
  const { stdout } = await run("--lang ja secured groups show 総務 --app docs", { tenant: tenant.fetch, terminal: {} });
  expect(stdout).toMatch(/^ユーザーID +表示名 +権限/);
  expect(stdout).toMatch(/^hanako +花子 +ファイル管理者/m);
  expect(stdout).toMatch(/^jiro +次郎 +一般ユーザー/m);
});

test("shows the first users of a group found by its id, and an empty group", async () => {
  const [group] = await tenant.client.secured.groups("docs");
  const { en } = await show(`${group?.id ?? ""} --app docs --limit 1 --format json`);
  expect(JSON.parse(en.stdout)).toMatchObject([{ userId: "aki", role: "user", groups: ["営業"] }]);
  expect(en.stderr).toBe("営業: 3 users\n");
  await tenant.client.secured.createGroup("docs", { name: "人事" });
  const empty = await show("人事 --app docs --format json");
  expect(empty.en).toMatchObject({ exit: 0, stdout: "[]\n", stderr: "人事: 0 users\n" });
});
