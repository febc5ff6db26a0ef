import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { freshFolder, run } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";
import { TestTenant } from "#support/tenant/tenant.ts";

const empty = example("administrators", { administrators: [] });
const marked = example("markAdministrators");

test("marks the named users, and then shows who is marked", async () => {
  const tenant = { administrators: empty, findUsers: example("findUsers"), markAdministrators: marked };
  const { exit, stdout, requests } = await run("users administrators add hanako@example.co.jp --fields key", {
    tenant,
  });
  const { items } = example<{ items: readonly { id: string }[] }>("findUsers");
  expect({ exit, stdout }).toEqual({ exit: 0, stdout: "key\nhanako@example.co.jp\n" });
  expect(requests.at(-1)).toEqual({
    operation: "markAdministrators",
    params: { kind: "users" },
    json: { add: items.map(({ id }) => id) },
  });
});

test("reads names from a file, one per line", async () => {
  const folder = freshFolder();
  writeFileSync(join(folder, "names.txt"), "\ufeffhanako@example.co.jp\r\n\r\n");
  const tenant = { administrators: empty, findUsers: example("findUsers"), markAdministrators: marked };
  const { exit } = await run("users administrators add --file names.txt", { tenant, folder });
  expect(exit).toBe(0);
});

test("--none records that there are no other administrators", async () => {
  const line = "users administrators add --none";
  const { requests } = await run(line, { tenant: { administrators: empty, markAdministrators: empty } });
  expect(requests.at(-1)).toMatchObject({ json: { add: [] } });
});

test("in a mirror, creates a task for the console, or confirms what the console already has", async () => {
  const tenant = new TestTenant();
  onTestFinished(() => tenant[Symbol.asyncDispose]());
  const cells = [
    ["氏名", "メールアドレス"],
    ["山田 太郎", "taro@example.jp"],
    ["佐藤 次郎", "jiro@example.jp"],
  ];
  await tenant.import({ kind: "users", fromConsole: true }, cells);
  const marking = async (line: string) => run(`users administrators ${line} --lang en`, { tenant: tenant.fetch });
  const { stderr } = await marking("add taro@example.jp");
  const [task] = await tenant.client.console.list({});
  expect(stderr).toContain(`make the same change in the console: clomoctl console show ${task?.number}\n`);
  expect(stderr).toContain(`if the change is already made in the console: clomoctl console confirm ${task?.number}\n`);
  // nobody is marked anew
  expect((await marking("add taro@example.jp")).stderr).not.toContain("console");
  const ja = await run("users administrators add jiro@example.jp --lang ja", { tenant: tenant.fetch });
  expect(ja.stderr).toContain("管理画面ですでに変更済みの場合: clomoctl console confirm ");
});
