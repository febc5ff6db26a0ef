import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openForEachTest, type TestTenant } from "#support/tenant/tenant.ts";
import { freshFolder, run, type Circumstances } from "#support/commands/program.ts";

let tenant: TestTenant;
let desk: Circumstances & { readonly folder: string; readonly home: string };
const HEADER = "氏名,メールアドレス,役職\r\n";
const file = (name: string, ...rows: readonly string[]): void =>
  writeFileSync(join(desk.folder, name), HEADER + rows.map((row) => `${row}\r\n`).join(""));

/** 長 is an administrator with a role, 太郎 owns two devices; tonight's file lacks both, and 三郎. */
openForEachTest(async (opened) => {
  tenant = opened;
  tenant.addAdministrator("boss", "boss@x.jp");
  desk = { tenant: tenant.fetch, folder: freshFolder(), home: freshFolder() };
  await tenant.import({ kind: "users" }, [
    ["氏名", "メールアドレス", "CLOMOアカウント名"],
    ...["長,boss@x.jp,boss", "太郎,taro@x.jp,", "次郎,jiro@x.jp,", "三郎,saburo@x.jp,"].map((row) => row.split(",")),
    ...["四", "五", "六"].map((name, at) => [name, `p${at}@x.jp`, ""]),
  ]);
  await tenant.import({ kind: "devices" }, [
    ["シリアルナンバー", "ステータス", "電話番号", "所有者メールアドレス"],
    ["SN1", "管理中", "090-0000-0001", "taro@x.jp"],
    ["SN2", "管理中", "", "taro@x.jp"],
  ]);
  file("tonight.csv", "次郎,jiro@x.jp,課長", "四,p0@x.jp,", "五,p1@x.jp,", "六,p2@x.jp,", "新人,new@x.jp,");
});

const NIGHTLY = "users import tonight.csv --mode replace --yes --max-deletions 20%";

test("keep commits the rest, and names kept users and exits with 8 once", async () => {
  const { exit, stderr, summary } = await run(`${NIGHTLY} --undeletable keep --lang en`, desk);
  expect(exit).toBe(8);
  const named =
    "missing from the file, but not deleted (administrators, device owners, organisations in use): 2 (長 <boss@x.jp>, 太郎 <taro@x.jp>)\n";
  expect(stderr).toContain(named);
  expect(stderr).toMatch(/import \d+: create 1, update 1, delete 1\n/);
  expect(summary).toMatch(/users import tonight\.csv: \+1 ~1 -1 import \d+ exit 8$/);
  const quietly = () => run(`${NIGHTLY} --undeletable keep --quiet --lang en`, desk);
  expect(await quietly()).toMatchObject({ exit: 0, stdout: "", stderr: "", summary: undefined });
  file("tonight.csv", "四,p0@x.jp,", "五,p1@x.jp,", "六,p2@x.jp,", "新人,new@x.jp,");
  await tenant.import({ kind: "devices" }, [
    ["シリアルナンバー", "ステータス", "所有者メールアドレス"],
    ["SN3", "管理中", "jiro@x.jp"],
  ]);
  for (const [code, told] of [
    [8, "device owners, organisations in use): 3 (長 <boss@x.jp>"],
    [0, ""],
  ] as const) {
    const night = await quietly();
    expect(night).toMatchObject({ exit: code, stderr: expect.stringContaining(told) });
  }
});

test("release names the number of devices in the question, and exits with 0 if nobody is kept", async () => {
  file("all.csv", "長,boss@x.jp,", "次郎,jiro@x.jp,", "四,p0@x.jp,", "五,p1@x.jp,", "六,p2@x.jp,");
  const typing = [["Apply to 試験 (context local): delete 2, devices whose owner is deleted 2. ", "2\r"]] as const;
  const line = "users import all.csv --mode replace --undeletable release --lang en";
  const { exit, stderr } = await run(line, { ...desk, terminal: { columns: 300, typing } });
  expect(exit).toBe(0);
  expect(stderr).toContain(
    "warning: all.csv: 太郎 <taro@x.jp> is deleted, and the owner is removed from SN1 (090-0000-0001), SN2\n",
  );
  expect(stderr).toContain("devices whose owner is deleted: 2\n");
  const { number } = (await tenant.client.imports.list())[0] ?? { number: "0" };
  const undone = await run(`undo ${number} --yes --lang en`, desk);
  expect(undone.stderr).toContain("device: update 2\n");
});

test("the confirmed number and the limits count only users who are really deleted", async () => {
  const exits = async (answer: string) => (await run(`users import tonight.csv --mode replace ${answer}`, desk)).exit;
  expect(await exits("--undeletable keep --confirm-deletions 3 --dry-run")).toBe(3);
  expect(await exits("--undeletable keep --confirm-deletions 1 --dry-run")).toBe(8);
  expect(await exits("--undeletable keep --yes --max-deletions 0")).toBe(10);
  expect(await exits("--undeletable release --confirm-deletions 2 --dry-run")).toBe(8);
});

test("in a mirror, the list of deletions leaves out kept users", async () => {
  const console = "氏名,メールアドレス,CLOMOアカウント名\r\n長,boss@x.jp,boss\r\n";
  const rows = ["太郎,taro@x.jp,", "次郎,jiro@x.jp,", "三郎,saburo@x.jp,", "四,p0@x.jp,", "五,p1@x.jp,", "六,p2@x.jp,"];
  writeFileSync(join(desk.folder, "console.csv"), `${console}${rows.join("\r\n")}\r\n`);
  expect((await run("console sync console.csv --yes", desk)).exit).toBe(0);
  expect((await run("users edit boss@x.jp --administrator yes", desk)).exit).toBe(0);
  const { exit, stderr } = await run(
    "users import tonight.csv --mode replace --yes --max-deletions 50% --undeletable release --emit-csv up.csv --lang en",
    desk,
  );
  expect(exit).toBe(8);
  expect(stderr).toContain(
    "up-delete.xlsx lists the records that you must delete in the console (users: 2); 追加更新 does not delete records\n",
  );
});
