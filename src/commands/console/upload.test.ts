import { readdirSync, readFileSync } from "node:fs";
import iconv from "iconv-lite";
import { beforeEach, expect, test } from "vitest";
import { csv, freshDesk, type Desk } from "#support/cli/import-desk.ts";
import { readRows } from "#support/xlsx/read.ts";

let desk: Desk;
beforeEach(async () => {
  desk = await freshDesk(["氏名,メールアドレス,役職,社員コード", "太郎,taro@x.jp,課長,1", "花子,hana@x.jp,部長,2"]);
  await done("console sync people.csv --yes");
});

const done = async (line: string, code = 0): Promise<string> => {
  const outcome = await desk.run(line);
  expect(outcome.code, outcome.stderr).toBe(code);
  return outcome.stderr;
};
const read = (name: string): readonly string[] => readFileSync(desk.path(name), "utf8").split("\r\n").slice(0, -1);

test("writes what is open at any time, in the columns of the console's export", async () => {
  expect(await done("console upload -o up.csv")).toContain("there is nothing to upload");
  await done("users edit 1 --title 次長");
  await done("users edit 1 --name 太郎2");
  await done("users create --name 三郎 --email saburo@x.jp");
  await done("users delete 2 --confirm-deletions 1");
  expect(await done("console upload -o up.csv")).toContain("up.csv: 2 rows; upload in CLOMO PANEL");
  expect(read("up.csv")).toEqual(["氏名,メールアドレス,役職", "太郎2,taro@x.jp,次長", "三郎,saburo@x.jp,"]);
  expect(await readRows(readFileSync(desk.path("up-delete.xlsx")))).toEqual([
    ["氏名", "メールアドレス"],
    ["花子", "hana@x.jp"],
  ]);
  expect(await done("users delete --file up-delete.xlsx --yes")).toContain(
    "already deleted: 1 (花子; last in change 5)",
  );
  // the columns of one task are its own and the required ones
  await done("console upload 2 -o one.csv");
  expect(read("one.csv")).toEqual(["氏名,メールアドレス,役職", "太郎,taro@x.jp,次長"]);
  expect(await done("console upload last -o last.csv")).toContain("last-delete.xlsx");
  await done("console upload -o up.csv", 2);
});

test("an export with an unknown column in another order gives the file its headers and encoding", async () => {
  const other = await freshDesk();
  const rows = [
    "社員コード,更新日時,メールアドレス,氏名",
    "1,2026/11/01,taro@x.jp,髙橋",
    "2,2026/11/02,hana@x.jp,花子",
  ];
  await other.write("export.csv", iconv.encode(csv(rows), "cp932"));
  const answers = [
    ['Enter answers "組織コード"', "\r"],
    ['Which column is "組織コード"?', "\u001B[B\r"],
    ["Enter takes these", "\r"],
  ] as const;
  expect(await other.type("console sync export.csv --yes", answers)).toMatchObject({
    code: 0,
    stderr: expect.stringContaining("no column shows the organisation: 2 users stay without one"),
  });
  for (const line of ["users edit 2 --name 﨑花", "console upload -o up.csv"])
    expect(await other.run(line)).toMatchObject({ code: 0 });
  const bytes = iconv.encode(csv(["メールアドレス,氏名", "hana@x.jp,﨑花"]), "cp932");
  expect(readFileSync(other.path("up.csv"))).toEqual(bytes);
});

test("several kinds need a folder, which has a file per kind in the order of upload", async () => {
  await done("users edit 1 --title 次長");
  await done("orgs create 営業部 --code S01");
  expect(await done("console upload -o up.csv", 2)).toContain("organisations, users");
  await done("console upload -o up");
  expect(read("up/1-orgs.csv")[1]).toMatch(/,S01/);
  expect(read("up/2-users.csv")).toHaveLength(2);
  await done("users delete 2 --confirm-deletions 1");
  await desk.write("devices.csv", csv(["シリアルナンバー,タグ", "S1,"]));
  await done("console sync devices.csv --yes");
  await done("devices set-owner S1 --user 1");
  await done("console upload -o ordered");
  expect(readdirSync(desk.path("ordered"))).toEqual([
    "1-orgs.csv",
    "2-users.csv",
    "3-devices.csv",
    "4-users-delete.xlsx",
  ]);
});

test("leaves out and names rows where a blank would clear, or whose key differs", async () => {
  await done("users edit 1 --upn taro@upn.x.jp --title=");
  await done("users edit 2 --title 次長");
  expect(await done("console upload -o up.csv", 8)).toMatch(/leaves out 1 row; .*\nhana@x\.jp: /);
  expect(read("up.csv")).toEqual(["氏名,メールアドレス,役職,UPN", "太郎,taro@x.jp,,taro@upn.x.jp"]);
  await done("users edit 1 --email new@x.jp");
  const told = await done("console upload -o later.csv", 8);
  expect(told).toMatch(/leaves out 1 row; .*\nnew@x\.jp: /);
  expect(read("later.csv")).toEqual(["氏名,メールアドレス,役職", "花子,hana@x.jp,次長"]);
});

test("a device whose serial number differs in the console is left out, and a known account is changed", async () => {
  desk = await freshDesk(["氏名,メールアドレス,CLOMOアカウント名", "太郎,taro@x.jp,taro01"]);
  await done("console sync people.csv --yes");
  await done("clomo-account edit taro01 --memo 受付");
  expect((await desk.run("console list")).text).toContain("change a CLOMO account");
  await desk.write("devices.csv", csv(["シリアルナンバー,メモ", "S1,一", "S2,二"]));
  await done("console sync devices.csv --yes");
  await done("devices edit S1 --serial S9 --memo 三");
  expect(await done("console upload last -o up.csv", 8)).toMatch(/has a different key in the console\nS9: /);
});

test("what no file can have neither asks for a column nor is a row", async () => {
  await done("users edit 1 --administrator yes");
  expect(await done("console upload -o up.csv")).toContain("there is nothing to upload");
  await done("users edit 1 --tel 1");
  await done("clomo-account create 2 --account hana01 --password-in-console");
  expect(await done("console upload -o up.csv", 8)).toMatch(/password is not known.*\nhana.*hana01/);
  expect(read("up.csv")).toEqual(["氏名,メールアドレス,TEL", "太郎,taro@x.jp,1"]);
});

test("a new user of an app needs a password", async () => {
  await desk.write("docs.csv", csv(["表示名,ユーザーID,説明", "一,one01,"]));
  await done("console sync docs.csv --app docs --yes");
  await done("secured users create two02 --app docs --name 二 --password-in-console");
  expect(await done("console upload -o up.csv", 8)).toContain("two02: ");
  await done("console upload -o up.csv --generate-passwords secret.csv");
  await done("secured users edit one01 --app docs --name 𠮷");
  expect(await done("console upload -o one.csv", 8)).toMatch(/encoding lacks a character\none01: 名前: 一 → 𠮷/);
  await done("undo last --yes");
  const [header = "", row = ""] = new TextDecoder("shift_jis").decode(readFileSync(desk.path("up.csv"))).split("\r\n");
  expect(header).toBe("表示名,ユーザーID,パスワード");
  const password = row.split(",")[2] ?? "";
  expect(password).toMatch(/^\w{12}$/);
  expect(readFileSync(desk.path("secret.csv"), "utf8")).toContain(`two02,二,,${password}`);
  await desk.write("docs.csv", csv(["表示名,ユーザーID,説明", "一,one01,", "二,two02,"]));
  await done("console sync docs.csv --app docs --yes");
  expect((await desk.run("console list --format json")).text).toBe("[]\n");
});

test("is refused while the last export is undone, and what that export showed is no change here", async () => {
  await done("users edit 1 --title 次長");
  await done("undo 1 --confirm-deletions 2", 5);
  await desk.write(
    "people.csv",
    csv(["氏名,メールアドレス,役職,社員コード", "太郎,taro@x.jp,係長,1", "花子,hana@x.jp,主任,2"]),
  );
  await done("console sync people.csv --yes");
  await done("undo last --yes");
  await done("console upload -o up.csv", 5);
  await done("console sync people.csv --yes");
  expect(await done("console upload -o up.csv")).toContain("up.csv: 1 row");
  for (const number of [2, 5]) await done(`undo ${number} --yes`);
  await done("console upload -o up.csv", 5);
});

test("an organisation without a code is left out and named, because a file finds organisations by their codes", async () => {
  await desk.write("orgs.csv", csv(["組織名,組織コード,上位組織コード", "営業本部,200,"]));
  await done("console sync orgs.csv --yes");
  for (const line of ["営業第三部 --parent 200", "東北課 --parent 営業本部/営業第三部", "九州部 --code 300"])
    await done(`orgs create ${line}`);
  expect(await done("console upload -o up.csv", 8)).toMatch(
    /leaves out 2 rows.*\n営業本部\/営業第三部: .*\n営業本部\/営業第三部\/東北課: /,
  );
  expect(read("up.csv")).toEqual(["組織名,組織コード", "九州部,300"]);
});

test("a row has the values of its task, elsewhere what the console showed last, and only the former count as written", async () => {
  await desk.write(
    "list.csv",
    csv(["氏名,メールアドレス,役職,社員コード", "太郎,taro@x.jp,次長,1", "花子,hana@x.jp,部長,22"]),
  );
  await done("users import list.csv --yes");
  await done("users edit taro@x.jp --employee-code 11 --name 太郎2");
  await done("console upload 2 -o one.csv");
  expect(read("one.csv")).toEqual([
    "氏名,メールアドレス,役職,社員コード",
    "太郎,taro@x.jp,次長,1",
    "花子,hana@x.jp,部長,22",
  ]);
  await done("undo 3 --yes");
  const open = JSON.parse((await desk.run("console list --format json --fields number")).text) as unknown;
  expect(open).toEqual([{ number: 2 }]);
});

test("the undo of a sync that changed no record brings back the wish, and so does its undo", async () => {
  const open = async (): Promise<unknown> =>
    (JSON.parse((await desk.run("console list --format json")).text) as readonly unknown[]).length;
  await done("users edit 1 --title 次長");
  await desk.write(
    "people.csv",
    csv(["氏名,メールアドレス,役職,社員コード", "太郎,taro@x.jp,次長,1", "花子,hana@x.jp,主任,2"]),
  );
  await done("console sync people.csv --yes");
  expect(await open()).toBe(0);
  await done("undo last --yes");
  expect(await open()).toBe(1);
  await done("console upload -o up.csv", 5);
  await done("undo last --yes");
  expect(await open()).toBe(0);
});

test("a person who was deleted here and is in the next list has a row with the key and the name", async () => {
  await done("users delete 2 --confirm-deletions 1");
  await desk.write("list.csv", csv(["氏名,メールアドレス,役職,社員コード", "花子,hana@x.jp,主任,2"]));
  await done("users import list.csv --yes");
  await done("console upload -o up.csv");
  expect(read("up.csv")).toEqual(["氏名,メールアドレス,役職", "花子,hana@x.jp,主任"]);
});
