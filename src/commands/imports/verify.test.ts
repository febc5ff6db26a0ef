import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { folderWith } from "#support/commands/imports/plans.ts";
import { inBoth, run } from "#support/commands/program.ts";
import { testWrongLines } from "#support/commands/refusals.ts";
import { fileOf, TestTenant, type Cells } from "#support/tenant/tenant.ts";

let tenant: TestTenant;
let folder: string;
let number: number;
beforeEach(async () => {
  tenant = new TestTenant();
  await tenant.import({ kind: "users", fromConsole: true }, [HEADER, TARO, JIRO]);
  folder = folderWith({ "people.csv": fileOf([HEADER, TARO.with(2, "部長"), HANAKO]) });
  await ran("users import people.csv --emit-csv up.csv --yes");
  [{ number } = { number: 0 }] = await tenant.client.console.list({});
});
afterEach(() => tenant[Symbol.asyncDispose]());

const HEADER = ["氏名", "メールアドレス", "役職", "組織コード"];
const TARO = ["山田 太郎", "taro@example.jp", "課長", ""];
const JIRO = ["佐藤 次郎", "jiro@example.jp", "", ""];
const HANAKO = ["髙橋 花子", "hanako@example.jp", "主任", ""];

const ran = (line: string, more: object = {}) => run(line, { folder, tenant: tenant.fetch, ...more });
const exported = (...rows: Cells): void => writeFileSync(join(folder, "export.csv"), fileOf([HEADER, ...rows]));
const verify = (words = "") => `imports verify ${number} --against export.csv${words}`;

test("what the export shows is done; nothing here changes, whatever else it shows", async () => {
  exported(TARO.with(2, "部長"), HANAKO, JIRO.with(2, "社長"), ["新人", "new@example.jp", "", ""]);
  const { en, ja } = await inBoth(verify(), { folder, tenant: tenant.fetch });
  expect(en).toMatchObject({ exit: 0, stderr: `the console has all of change ${number}\n` });
  expect(ja.stderr).toBe(`変更 ${number} は、すべて管理画面に反映されています\n`);
  expect((await tenant.users()).map(({ name, title }) => [name, title])).toEqual([
    ["山田 太郎", "部長"],
    ["佐藤 次郎", null],
    ["髙橋 花子", "主任"],
  ]);
  expect(await tenant.client.console.list({})).toEqual([]);
});

test("what it does not show is listed with both values, and stays open", async () => {
  exported(TARO, JIRO);
  const { en, ja } = await inBoth(verify(), { folder, tenant: tenant.fetch, terminal: { columns: 120 } });
  expect(en.exit).toBe(9);
  expect(en.stdout).toMatch(/山田 太郎 <taro@example.jp> +change +役職 +課長 +部長/);
  expect(en.stdout).toMatch(/髙橋 花子 <hanako@example.jp> +add/);
  expect(en.stderr).toContain(`still open of change ${number}: `);
  expect(en.stderr).toContain(`how: clomoctl console show ${number}\n`);
  expect(ja.stderr).toContain(`変更 ${number} で残っている作業: `);
  const open = JSON.parse((await ran(verify(" --format json"))).stdout) as readonly object[];
  expect(open).toContainEqual(expect.objectContaining({ field: "title", console: "課長", local: "部長" }));
  exported(TARO.with(2, "部長"), JIRO);
  expect((await ran(verify(" --fields work"))).stdout).toBe("work\ncreate\n");
});

test("what the export has no column of is named, and confirmed by --confirm-missing", async () => {
  writeFileSync(join(folder, "export.csv"), fileOf([HEADER, TARO, JIRO, HANAKO].map((row) => row.toSpliced(2, 1))));
  const first = await ran(`${verify()} --lang en`);
  expect(first.exit).toBe(9);
  expect(first.stderr).toContain(
    `the export does not show: 役職; look in the console, then: clomoctl imports verify ${number} --against export.csv --confirm-missing\n`,
  );
  expect(await ran(verify(" --confirm-missing"))).toMatchObject({ exit: 0 });
});

test("the uploaded file proves nothing unless somebody says that it is the export", async () => {
  const line = `imports verify ${number} --against up.csv --lang en`;
  const refused = await ran(line);
  expect(refused).toMatchObject({ exit: 2, stdout: "" });
  expect(refused.stderr).toContain("--same-as-upload");
  expect(await tenant.client.console.list({})).toHaveLength(1);
  expect([0, 9]).toContain((await ran(`${line} --same-as-upload`)).exit);
});

test("reads the export from stdin", async () => {
  const stdin = new TextDecoder().decode(fileOf([HEADER, TARO.with(2, "部長"), JIRO, HANAKO]));
  expect(await ran(`imports verify ${number} --against -`, { stdin })).toMatchObject({ exit: 0 });
});

test.each([
  ["imports verify 99 --against export.csv", 6],
  ["imports verify NUMBER --against nowhere.csv", 6],
  ["imports verify NUMBER --against .", 2],
])("%s ends with %i, and nothing is recorded", async (line, exit) => {
  exported(TARO.with(2, "部長"), HANAKO, JIRO);
  expect(await ran(line.replace("NUMBER", String(number)))).toMatchObject({ exit, stdout: "" });
  expect(await tenant.client.console.list({})).toHaveLength(1);
});

test("an export that could be half-width kana as well is not sent", async () => {
  writeFileSync(join(folder, "export.csv"), "name\r\nMuñoz\r\n");
  const { exit, stderr } = await ran(`${verify()} --lang en`);
  expect(exit).toBe(3);
  expect(stderr).toContain("pass --encoding utf-8 or --encoding shift_jis");
});

testWrongLines(
  ["imports verify 1", "--against EXPORT.csv"],
  ["imports verify --against export.csv", "the argument NUMBER is missing"],
  ["imports verify 1 --against export.csv --encoding euc-jp", "--encoding must be one of"],
  ["imports verify 1 2 --against export.csv", "unexpected argument 2"],
);
