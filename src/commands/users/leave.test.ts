import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { addTestAccount } from "#support/tenant/accounts.ts";
import { freshFolder, run, runInBoth, type Circumstances } from "#support/commands/program.ts";
import { openForEachTest, type TestTenant } from "#support/tenant/tenant.ts";
import { expect, test } from "vitest";

let tenant: TestTenant;
openForEachTest(async (opened) => {
  tenant = opened;
  tenant.addAdministrator("boss");
  await tenant.client.orgs.create({ name: "東日本", code: "EAST" });
});

const PASSWORD = "Canary42Canary";

const at = (more: Circumstances = {}): Circumstances => ({ tenant: tenant.fetch, ...more });

const createUser = async (name: string, more: object = {}): Promise<string> =>
  (await tenant.client.users.create({ name, emails: [`${name}@example.jp`], ...more })).after.id;

const device = (serialNumber: string, owner: string, more: object = {}) =>
  tenant.client.devices.create({ serialNumber, owner, status: "管理中", ...more });

const createTaro = async (): Promise<string> => {
  const id = await addTestAccount(tenant, { name: "taro01", role: "operator", org: "EAST" });
  await device("S1", id, { platform: "iOS", phoneNumber: "090-0000-0001" });
  await device("S2", id, { tags: ["貸出用"] });
  await tenant.client.secured.create("docs", { userId: "taro01", displayName: "太郎", password: PASSWORD });
  return id;
};

const rowsOf = (stdout: string): readonly string[] =>
  (JSON.parse(stdout) as readonly Record<string, unknown>[]).map(
    ({ kind, name, outcome }) => `${String(kind)} ${String(name)}: ${String(outcome)}`,
  );

const changes = (): number => tenant.database.count("select count(*) from change");

test("a leaver with two phones: one command, then the phones come back, then the same command deletes", async () => {
  await createTaro();
  const count = changes();
  const dry = await runInBoth("users leave taro01 --dry-run", at());
  expect(dry.en).toMatchObject({ exit: 8, stderr: expect.stringContaining("dry run: nothing was changed") });
  expect(changes()).toBe(count);
  const line = "users leave taro01 --confirm-deletions 1 --format json";
  const done = await run(line, at());
  expect(done.exit).toBe(8);
  expect(rowsOf(done.stdout)).toEqual([
    "user taro01@accounts.example: left",
    "account operator: end",
    "device S1 iOS 090-0000-0001 管理中: collect",
    "device S2 管理中: collect",
    "secured Docs taro01: delete",
  ]);
  expect(done.stderr).toContain("when the devices are back: clomoctl devices set-owner S1 S2 --none\n");
  expect(done.stderr).toContain(
    "1 user cannot be deleted until the remaining steps are done; then: clomoctl users leave taro01\n",
  );
  expect(done.stderr).toContain("undo does not restore passwords of CLOMO accounts");
  expect(done.stderr).toContain("undo does not restore passwords of SECURED APPs users");
  expect((await tenant.devices()).map(({ tags }) => tags)).toEqual([["回収待ち"], ["回収待ち", "貸出用"]]);
  expect(await tenant.securedUsers("docs")).toEqual([]);
  // again: nothing to end, and the devices are still out
  const again = await run("users leave taro01 --format json", at());
  expect(again.exit).toBe(8);
  expect(rowsOf(again.stdout)).toHaveLength(3);
  await run("devices set-owner S1 S2 --none", at());
  expect(await run("users leave taro01", at())).toMatchObject({ exit: 3 });
  expect(await run("users leave taro01 --yes", at())).toMatchObject({ exit: 3 });
  const gone = await run("users leave taro01 --confirm-deletions 1 --format json", at());
  expect(gone.exit).toBe(0);
  expect(rowsOf(gone.stdout)).toEqual(["user taro01@accounts.example: delete"]);
  expect((await tenant.users()).map(({ name }) => name)).toEqual(["boss"]);
  expect(gone.stderr).toContain("undo: clomoctl undo ");
});

test("a list can be used again: who was deleted is noted, and the others go on", async () => {
  const home = freshFolder();
  await createUser("自由", { employeeCode: "E1" });
  const owner = await createUser("所有");
  await device("S1", owner, { tags: ["回収待ち"] });
  const list = join(home, "leavers.txt");
  writeFileSync(list, "自由@example.jp\n所有@example.jp\n");
  const line = `users leave --file ${list}`;
  expect(await run(`${line} --confirm-deletions 1`, at())).toMatchObject({ exit: 8 });
  const { en } = await runInBoth(`${line} --yes`, at());
  expect(en.exit).toBe(8);
  expect(en.stderr).toMatch(/already deleted: 1 \(自由; last in change \d+\)/);
  await run("devices set-owner S1 --none", at());
  expect(await run(`${line} --confirm-deletions 1`, at())).toMatchObject({ exit: 0 });
  // nobody is left, on any day
  expect(await run(`${line} --yes`, at())).toMatchObject({ exit: 0 });
  expect(await run(`${line} --on 2099-03-31`, at())).toMatchObject({ exit: 0 });
  expect(await run("users leave E1 --yes", at())).toMatchObject({ exit: 0 });
  // who never existed stays unknown
  expect(await run("users leave E1 E2 --yes", at())).toMatchObject({ exit: 6 });
});

test("a list can be used again after an import or an undo removed people, and unknown people are named at once", async () => {
  const home = freshFolder();
  await createUser("自由", { employeeCode: "E1" });
  await createUser("所有", { employeeCode: "E2" });
  const { stderr } = await run("users create --name 新 --email new@example.jp", at());
  const [, number = ""] = /undo: clomoctl undo (\d+)/.exec(stderr) ?? [];
  expect(await run(`undo ${number} --confirm-deletions 1`, at())).toMatchObject({ exit: 0 });
  const [people, list] = [join(home, "people.csv"), join(home, "leavers.txt")];
  writeFileSync(people, "氏名,メールアドレス,社員コード\n所有,所有@example.jp,E2\n");
  const replace = `users import ${people} --mode replace --undeletable keep --confirm-deletions 1`;
  expect(await run(replace, at())).toMatchObject({ exit: 8 });
  writeFileSync(list, "new@example.jp\n自由@example.jp\nE2\nE8\nE9\n");
  const line = `users leave --file ${list} --confirm-deletions 1`;
  const unknown = await run(line, at());
  expect(unknown.exit).toBe(3);
  expect(unknown.stderr).toMatch(/leavers\.txt:4: .*"E8".*\n.*leavers\.txt:5: .*"E9"/);
  writeFileSync(list, "new@example.jp\n自由@example.jp\nE2\n");
  const done = await run(line, at());
  expect(done.exit).toBe(0);
  expect(done.stderr).toMatch(/already deleted: 2 \(新, …; last in change \d+\)/);
});

test("in a mirror, a dry run does not name the task, which does not exist yet", async () => {
  await createTaro();
  const rows = [
    ["表示名", "ユーザーID", "説明"],
    ["太郎", "taro01", ""],
  ];
  await tenant.import({ kind: "docs", fromConsole: true }, rows);
  const dry = await run("users leave taro01 --dry-run --format json", at());
  expect(rowsOf(dry.stdout).at(-1)).toBe("task new: left");
  expect(dry.stderr).not.toContain("console show");
  const done = await run("users leave taro01 --confirm-deletions 1", at());
  expect(done.stderr).toMatch(/to see the tasks in the console: clomoctl console show \d+\n/);
});

test("a wrong number of deletions changes nothing, and so does the answer no", async () => {
  const id = await createTaro();
  const count = changes();
  for (const number of [0, 2, 3])
    expect(await run(`users leave taro01 --confirm-deletions ${number}`, at())).toMatchObject({ exit: 3 });
  await tenant.client.devices.setOwner({
    ids: (await tenant.devices()).map((one) => one.id),
    owner: null,
    ownerOrg: null,
  });
  await tenant.client.accounts.revoke(id, {});
  const before = changes();
  expect(before).toBe(count + 2);
  const wrong = await run("users leave taro01", at({ terminal: { typing: [["(2):", "1\r"]] } }));
  expect(wrong.exit).toBe(3);
  expect(changes()).toBe(before);
});

test("a list with an unknown name changes nothing", async () => {
  const home = freshFolder();
  await createUser("鈴木 花子", { emails: ["hanako@example.jp"] });
  const list = join(home, "leavers.txt");
  const leave = (...lines: readonly string[]) => {
    writeFileSync(list, lines.join("\n"));
    return run(`users leave --file ${list} --confirm-deletions 1`, at());
  };
  expect(await leave("hanako@example.jp", "無名 の人")).toMatchObject({ exit: 3 });
  expect(await leave()).toMatchObject({ exit: 2, stderr: expect.stringContaining("no records were specified") });
  expect(await run("users leave", at())).toMatchObject({ exit: 2 });
  expect(await tenant.users()).toHaveLength(2);
});

test("before the last day, the command lists and writes the collection list; on that day, it acts", async () => {
  const home = freshFolder();
  await createTaro();
  const count = changes();
  const file = join(home, "leavers.csv");
  const later = await runInBoth(`users leave taro01 --on 2099-03-31 --report ${file} --overwrite`, at());
  expect(later.en).toMatchObject({ exit: 0, stderr: expect.stringContaining("the last day of work is 2099-03-31") });
  expect(readFileSync(file, "utf8").split("\r\n")).toEqual([
    "\ufeff氏名,組織,シリアルナンバー,機種,電話番号,ステータス,回収済み",
    "taro01,東日本,S1,iOS,090-0000-0001,管理中,",
    "taro01,東日本,S2,,,管理中,",
    "",
  ]);
  expect(changes()).toBe(count);
  const today = await run("users leave taro01 --on 2020-01-01 --confirm-deletions 1", at());
  expect(today.exit).toBe(8);
  expect(changes()).toBe(count + 1);
});

test("the collection list is a workbook if its name says so, and is not written if the change is refused", async () => {
  const home = freshFolder();
  const id = await createTaro();
  const file = join(home, "leavers.xlsx");
  expect(await run(`users leave taro01 --confirm-deletions 5 --report ${file}`, at())).toMatchObject({ exit: 3 });
  expect(existsSync(file)).toBe(false);
  expect(await run(`users leave taro01 --confirm-deletions 1 --report ${file}`, at())).toMatchObject({ exit: 8 });
  expect(readFileSync(file).subarray(0, 2).toString()).toBe("PK");
  // cells that a spreadsheet would take for formulas are guarded
  await tenant.client.users.edit(id, { name: "=1+1" });
  const csv = join(home, "leavers.csv");
  await run(`users leave taro01 --report ${csv}`, at());
  expect(readFileSync(csv, "utf8")).toContain("'=1+1");
});

test("names what is left: administrators of apps, renewal items, namesakes", async () => {
  const id = await createUser("山田 太郎", { emails: ["yamada@example.jp"], accountName: "yamada" });
  await device("S9", id, { status: "管理中" });
  await tenant.client.devices.edit((await tenant.devices())[0]?.id ?? "", { status: "管理外" });
  await tenant.mark("browser", ["yamada"]);
  await tenant.client.secured.create("docs", { userId: "x1", displayName: "山田 太郎", password: PASSWORD });
  await tenant.client.renewals.add({ kind: "custom", name: "証明書", owner: "yamada@example.jp" });
  const { en, ja } = await runInBoth("users leave yamada --yes", at());
  expect(en.exit).toBe(8);
  for (const line of [
    "clomoctl devices delete S9",
    "clomoctl secured users edit yamada --app browser --administrator no",
    "clomoctl handover transfer --from yamada@example.jp --to PERSON",
    "clomoctl secured users show x1 --app docs",
  ])
    expect(en.stderr + ja.stderr).toContain(line);
});
