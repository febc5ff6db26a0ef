import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { addTestAccount } from "#support/tenant/accounts.ts";
import { fillAtRandom } from "#support/tenant/random-tenant.ts";
import { TestTenant } from "#support/tenant/tenant.ts";
import { freshFolder, run, type RunResult } from "#support/commands/program.ts";

let tenant: TestTenant;
let folder: string;
beforeEach(() => {
  tenant = new TestTenant();
  folder = freshFolder();
});
afterEach(() => tenant[Symbol.asyncDispose]());

const typed = (line: string, of = tenant, terminal?: { readonly columns: number }): Promise<RunResult> =>
  run(`handover ${line} --lang en`, { home: folder, folder, tenant: of.fetch, terminal });

const LIST = [
  ["氏名", "メールアドレス", "組織コード", "役職"],
  ["山田 花子", "hanako@example.jp", "E1", "課長"],
  ["佐藤 次郎", "jiro@example.jp", "W1", ""],
] as const;

test("shows records by key and fields with names instead of IDs, and exits with 9", async () => {
  await tenant.import({ kind: "users", createOrgs: true }, LIST);
  await typed("export -o one");
  expect(await typed("diff one")).toMatchObject({ exit: 0, stdout: "" });
  await tenant.import({ kind: "users", createOrgs: true }, [
    LIST[0],
    ["山田 花子", "hanako@example.jp", "W1", "課長"],
    ["鈴木 涼", "suzuki@example.jp", "E1", ""],
  ]);
  await addTestAccount(tenant, { name: "suzuki", role: "division", org: "E1", manages: ["E1"] });
  const { exit, stdout, stderr } = await typed("diff one", tenant, { columns: 200 });
  expect(exit).toBe(9);
  expect(stdout).toMatch(/users +changed +hanako@example\.jp +山田 花子 +organisation +E1 +W1/);
  expect(stdout).toMatch(/users +added +suzuki@example\.jp +鈴木 涼/);
  expect(stdout).toMatch(/administrators +added .*division.*E1/);
  expect(stdout).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-7/);
  expect(stderr).toContain("(one → the tenant)");
  await typed("export -o two");
  const json = JSON.parse((await typed("diff one two --format json")).stdout) as readonly object[];
  expect(json).toContainEqual(
    expect.objectContaining({ resource: "users", key: "hanako@example.jp", field: "org", before: "E1", after: "W1" }),
  );
});

test("finds nothing between two tenants that were made of the same lists", async () => {
  await tenant.import({ kind: "users", createOrgs: true }, LIST);
  await typed("export -o one");
  await using other = new TestTenant();
  await other.import({ kind: "users", createOrgs: true }, LIST.toSpliced(1, 2, LIST[2], LIST[1]));
  expect(await typed("diff one", other)).toMatchObject({ exit: 0, stdout: "" });
});

test("counts the open tasks of a mirror", async () => {
  await tenant.import(
    { kind: "users", fromConsole: true },
    "氏名,メールアドレス,役職\n山田 花子,hanako@example.jp,課長",
  );
  const [user] = await tenant.users();
  await tenant.client.users.edit(user?.id ?? "", { title: "部長" });
  await typed("export -o one");
  expect(await typed("diff one")).toMatchObject({ exit: 0, stdout: "" });
  await tenant.import(
    { kind: "users", fromConsole: true },
    "氏名,メールアドレス,役職\n山田 花子,hanako@example.jp,部長",
  );
  // the record has the same values, but there is nothing left to do
  expect(await typed("diff one")).toMatchObject({
    exit: 9,
    stdout: expect.stringMatching(/^.*\nconsole-tasks\tremoved\t.*\n$/),
    stderr: expect.stringContaining("0 records added, 1 removed"),
  });
});

test("a random tenant does not differ from its bundle, nor does anything remain", async () => {
  await fillAtRandom(tenant, 4);
  await typed("export -o one.zip");
  expect(await typed("diff one.zip --format json")).toMatchObject({ exit: 0, stdout: "[]\n" });
});

test("needs the tenant in the bundle, and --as only for the tenant beside one bundle", async () => {
  await typed("export -o one");
  expect(await typed("diff one --as x")).toMatchObject({ exit: 0, stdout: "" });
  expect(await typed("diff one one --as x")).toMatchObject({ exit: 2, requests: [] });
  rmSync(join(folder, "one", "tenant.db"));
  expect(await typed("diff one")).toMatchObject({ exit: 3, stderr: expect.stringContaining("one: tenant.db") });
});
