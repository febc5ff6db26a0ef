import { createFolderWith as folderWith } from "#support/commands/imports/plans.ts";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import iconv from "iconv-lite";
import { describe, expect, test } from "vitest";
import { buildRow, buildWorkbook } from "#support/xlsx/workbook.ts";
import { runInBoth, run, type RunResult } from "#support/commands/program.ts";

const GOOD = "氏名,メールアドレス\r\n山田,a@example.jp\r\n";

const check = (stdin: string | Uint8Array, options = "--as users"): Promise<RunResult> =>
  run(`csv check - ${options}`, { stdin });

interface Found {
  readonly code: string;
  readonly header: string;
  readonly reason: string;
}

const problemsIn = ({ stdout }: RunResult): readonly Found[] =>
  (JSON.parse(stdout) as { readonly problems: readonly Found[] }).problems;

test("a valid file is counted, and nothing is reported", async () => {
  const folder = folderWith({ "people.csv": GOOD });
  const { exit, stdout, stderr, requests } = await run("csv check people.csv --as users", { folder });
  expect({ exit, stderr, requests }).toEqual({ exit: 0, stderr: "", requests: [] });
  expect(stdout).toBe("file\tformat\tencoding\trows\terrors\twarnings\npeople.csv\tusers\tutf-8\t1\t0\t0\n");
});

describe("a problem", () => {
  test("is a line with file, row, column and header, and the exit code is 3", async () => {
    const folder = folderWith({ "people.csv": "氏名,メールアドレス\n山田,x\n" });
    const { en, ja } = await runInBoth("csv check people.csv --as users", { folder });
    expect(en.exit).toBe(3);
    expect(en.stderr).toBe(
      'people.csv:2:2: メールアドレス: not an email address: "x" (B2)\nerror: 1 error in the file (1 row in total)\n  people.csv\n',
    );
    expect(en.stdout).toContain("\t1\t1\t0\n");
    expect(ja.stdout).toBe(en.stdout);
  });
});

test("corrects what is certain, counts it in one line, and only then finds duplicates", async () => {
  const stdin = "氏名,メールアドレス\n山田,jiro＠example.jp\n鈴木, jiro@example.jp\u200b\n";
  const { en, ja } = await runInBoth("csv check - --as users", { stdin });
  expect([en.exit, ja.exit]).toEqual([3, 3]);
  expect(en.stderr).toContain(
    'warning: stdin:2:2: メールアドレス: corrected: "jiro＠example.jp" → "jiro@example.jp" and 1 more (B2)\n',
  );
  expect(en.stderr).toContain("stdin:3:2: メールアドレス: the same メールアドレス as row 2 (B3)\n");
  const marked = await check(`${GOOD}\ufeff田中,c@example.jp\n`);
  expect(marked).toMatchObject({
    exit: 3,
    stderr: expect.stringContaining("stdin:3:1: 氏名: contains a byte order mark"),
  });
});

test.each([
  ["people.csv", (name: string) => `氏名,メールアドレス\n${name},a@example.jp\n`],
  [
    "people.xlsx",
    (name: string) =>
      buildWorkbook({
        sheets: { 社員: { rows: buildRow(1, "氏名", "メールアドレス") + buildRow(2, name, "a@example.jp") } },
      }),
  ],
])("a character that was lost before %s was written is an error of its cell", async (file, write) => {
  const folder = folderWith({ [file]: write("佐\ufffd 一郎") });
  const { en, ja } = await runInBoth(`csv check ${file} --as users`, { folder });
  expect([en.exit, en.stderr]).toEqual([
    3,
    expect.stringMatching(/:2:1: 氏名: contains U\+FFFD.*: "佐\ufffd 一郎" \(A2\)\n/),
  ]);
  expect(ja.stderr).toContain("失われた文字(U+FFFD)があります");
});

test("shows no secrets", async () => {
  const { stdout, stderr } = await check(
    '表示名,ユーザーID,パスワード\n山,taro,="="\n山,hana,ひみつ\n',
    "--as browser --format json",
  );
  expect(stdout + stderr).not.toContain("ひみつ");
});

describe("the encoding", () => {
  test("is detected from the bytes unless it is given", async () => {
    const stdin = iconv.encode(GOOD, "cp932");
    expect(await check(stdin)).toMatchObject({ exit: 0, stdout: expect.stringContaining("\tshift_jis\t1\t0\t0") });
    expect(await check(stdin, "--as users --encoding shift_jis")).toMatchObject({ exit: 0 });
  });
});

describe("--map", () => {
  const MAP = "columns: {Name: 氏名, Mail: メールアドレス}\n";

  test("says which header belongs to which field", async () => {
    const folder = folderWith({ "hr.csv": "Name;Mail\n山田;a@example.jp\n", "map.yaml": MAP });
    expect(await run("csv check hr.csv --as users --map map.yaml", { folder })).toMatchObject({ exit: 0, stderr: "" });
    expect(await run("csv check hr.csv --as users", { folder })).toMatchObject({ exit: 3 });
  });
});

test.each([
  ["", "key-duplicate メールアドレス"],
  ["--key email", "key-duplicate メールアドレス"],
  ["--key employee-code", "value-duplicate メールアドレス"],
  ["--key upn", "key-duplicate UPN"],
])("rows are distinguished by the key of the import: %s", async (option, found) => {
  const upn = option.endsWith("upn");
  const stdin = `氏名,メールアドレス,社員コード,UPN\n山田,a@example.jp,1,u\n髙橋,${upn ? "b" : "a"}@example.jp,2,${upn ? "u" : "v"}\n`;
  const problems = problemsIn(await check(stdin, `--as users --format json ${option}`.trimEnd()));
  expect(problems.map(({ code, header }) => `${code} ${header}`)).toEqual([found, found]);
});

test("unknown columns are a problem unless they are allowed", async () => {
  const stdin = "氏名,メールアドレス,備考\n山田,a@example.jp,x\n";
  expect((await check(stdin)).stderr).toContain("stdin:1:3: 備考: unknown column 備考");
  expect(await check(stdin, "--as users --allow unknown-columns")).toMatchObject({ exit: 0, stderr: "" });
});

test.each([
  ["csv check nowhere.csv --as users", 6, "nowhere.csv"],
  ["csv check folder --as users", 2, "folder"],
  ["csv check people.csv --as users --map nowhere.yaml", 6, "nowhere.yaml"],
  ["csv check people.csv --as docs --key email", 2, "--key"],
  ["csv check people.csv --as users --key name", 2, "--key"],
])("%s exits with %i", async (line, exit, told) => {
  const folder = folderWith({ "people.csv": GOOD });
  mkdirSync(join(folder, "folder"));
  const { en } = await runInBoth(line, { folder });
  expect(en).toMatchObject({ exit, stdout: "", stderr: expect.stringContaining(told) });
});

describe("a workbook", () => {
  const header = buildRow(1, "氏名", "メールアドレス");
  const book = (rows: string, name = "社員"): Buffer => buildWorkbook({ sheets: { [name]: { rows: header + rows } } });

  test("is checked like a CSV file, with the cells that show an error", async () => {
    const rows =
      buildRow(2, "山田", "a@example.jp") +
      buildRow(4, '<c t="e"><v>#N/A</v></c>', "b@example.jp") +
      buildRow(5, "林", "a@example.jp");
    const told = await runInBoth("csv check - --as users", { stdin: book(rows) });
    expect(told.en.exit).toBe(3);
    expect(told.en.stderr).toContain("stdin:4:1: 氏名: A4 shows the error #N/A; correct the formula");
    expect(told.en.stderr).toContain("3 errors in the file (3 rows in total)\n");
    expect(told.en.stderr).toContain("stdin:5:2: メールアドレス: the same メールアドレス as row 2");
    const { stdout } = await check(book(rows), "--as users --format json");
    expect(JSON.parse(stdout)).toMatchObject({ encoding: "xlsx", rows: 3 });
  });
});
