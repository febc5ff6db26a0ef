import { EventEmitter } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import iconv from "iconv-lite";
import { describe, expect, test } from "vitest";
import { buildRow, buildWorkbook } from "#support/xlsx/workbook.ts";
import { freshFolder, runInBoth, run } from "#support/commands/program.ts";

function folderWith(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = freshFolder();
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
}

/** The inspection of a file, as JSON for programs. */
async function inspected(stdin: string | Uint8Array, options = ""): Promise<Record<string, unknown>> {
  const { stdout } = await run(`csv inspect - --format json${options}`, { stdin });
  return JSON.parse(stdout) as Record<string, unknown>;
}

/** The lines of a table, each `name: value`. */
const linesOf = (table: string): readonly string[] =>
  table
    .trimEnd()
    .split("\n")
    .map((line) => line.replace(/ {2,}/, ": ").trimEnd());

/** A CP932 file with every oddity. */
const ODD = Buffer.concat([
  iconv.encode('氏名\t"組\r\n織"\r\n表\t1\n\r\nﾔﾏﾀﾞ\t2\t3\r\n', "cp932"),
  Buffer.of(0xee, 0xe0, 0xf0, 0x40),
  iconv.encode("\tx\u001a", "cp932"),
]);

test("programs get codes and counts", async () => {
  const folder = folderWith({ "people.csv": "氏名;説明\n山田;x\n鈴木;y\n" });
  const { exit, stdout, stderr, requests } = await run("csv inspect people.csv --format json", { folder });
  expect({ exit, stderr, requests }).toEqual({ exit: 0, stderr: "", requests: [] });
  expect(JSON.parse(stdout)).toEqual({
    file: "people.csv",
    encoding: "utf-8",
    bom: false,
    size: 32,
    newlines: { crlf: 0, lf: 3, cr: 0 },
    quotedNewlines: 0,
    delimiter: ";",
    columns: ["氏名", "説明"],
    rows: 2,
    oddities: [],
    problems: 0,
  });
});

test("programs get oddities, too", async () => {
  const { oddities } = await inspected(ODD);
  expect(oddities).toHaveLength(8);
  expect(oddities).toContainEqual({ kind: "half-width-kana", count: 4, row: 4 });
});

test("programs get blank rows and a header that is not in the first row, too", async () => {
  const content = "社員一覧,,\n,,\n氏名,メールアドレス,TEL\n,,\n山田,a@b,\n";
  expect(await inspected(content)).toMatchObject({
    rows: 2,
    oddities: [
      { kind: "blank-rows", count: 2, row: 2 },
      { kind: "title-rows", count: 2, row: 3 },
    ],
  });
  expect((await inspected("sep=,\na,b\n"))["oddities"]).toContainEqual({ kind: "title-rows", count: 1, row: 2 });
  expect(await inspected("a\nb\n")).toMatchObject({ oddities: [] });
});

describe("people get words", () => {
  test("in the chosen language", async () => {
    const { en, ja } = await runInBoth("csv inspect odd.csv", {
      folder: folderWith({ "odd.csv": ODD }),
      terminal: { columns: 400 },
    });
    expect(linesOf(en.stdout)).toEqual([
      "file: odd.csv",
      "encoding: shift_jis",
      "byte order mark: no",
      `bytes: ${ODD.length}`,
      "newlines: crlf 3, lf 1",
      "newlines in cells: 1",
      "delimiter: tab",
      expect.stringMatching(/^columns: 氏名, 組.+織$/),
      "rows: 3",
      expect.stringContaining("Ctrl-Z"),
      "problems: 1",
    ]);
    expect(ja.stdout).toMatch(/^ファイル +odd\.csv\n[^]+改行コード +crlf 3, lf 1\n[^]+区切り文字 +タブ\n/);
  });

  test("for each oddity, too", async () => {
    const at = { folder: folderWith({ "odd.csv": ODD }), terminal: { columns: 400 } };
    const { en, ja } = await runInBoth("csv inspect odd.csv --fields oddities", at);
    const told = [
      /Ctrl-Z/,
      /mixed newlines \(2 kinds\)/,
      /no newline at the end/,
      /1 blank row/,
      /1 row.*number of cells.*row 4/,
      /1 private-use character/,
      /4 half-width kana, the first in row 4/,
      /1 character that CP932 can encode in two ways/,
    ];
    for (const words of told) expect(en.stdout).toMatch(words);
    const said = [
      "Ctrl-Z",
      "2 種類",
      "末尾に改行がない",
      "空行が 1 行",
      "最初は 4 行目",
      "外字が 1 文字",
      "半角カナが 4 文字",
      "CP932",
    ];
    for (const words of said) expect(ja.stdout).toContain(words);
  });

  test.each([
    ["a,b\n", "comma", "カンマ"],
    ["a;b\n", "semicolon", "セミコロン"],
    ["a\tb\n", "tab", "タブ"],
  ])("for the delimiter: %j", async (content, english, japanese) => {
    const at = { folder: folderWith({ "a.csv": content }), terminal: {} };
    const { en, ja } = await runInBoth("csv inspect a.csv --fields delimiter", at);
    expect(en.stdout).toBe(`delimiter  ${english}\n`);
    expect(ja.stdout).toBe(`区切り文字  ${japanese}\n`);
  });
});

test("the encoding can be given or is detected, including a byte order mark", async () => {
  const latin = "a\nMuñoz\n";
  expect(await inspected(latin, " --encoding shift_jis")).toMatchObject({ encoding: "shift_jis", bom: false });
  expect(await inspected(`\ufeff${latin}`)).toMatchObject({ encoding: "utf-8", bom: true });
  expect(await inspected(iconv.encode(latin, "utf-16le", { addBOM: true }))).toMatchObject({ encoding: "utf-16le" });
});

test("warns about an uncertain encoding and shows both readings", async () => {
  const { en, ja } = await runInBoth("csv inspect - --fields encoding", { stdin: "a\nMuñoz\n" });
  expect(en).toMatchObject({ exit: 0, stdout: "encoding\nutf-8\n" });
  expect(en.stderr).toMatch(/^warning: [^\n]*row 2 reads "Muñoz" as UTF-8 and "Muﾃｱoz" as Shift_JIS\n$/);
  expect(ja.stderr).toMatch(/^警告: [^\n]*「Muñoz」[^\n]*「Muﾃｱoz」[^\n]*\n$/);
  const told = await run("csv inspect - --encoding utf-8", { stdin: "a\nMuñoz\n" });
  expect(told.stderr).toBe("");
});

describe("problems with bytes and quoting", () => {
  test("are reported with place and header, and the exit code is 3", async () => {
    const { en, ja } = await runInBoth("csv inspect -", { stdin: '氏名,説明\n山田,x"y\n"鈴木"z,b\n' });
    expect(en.exit).toBe(3);
    expect(en.stderr).toBe(
      "stdin:2:2: 説明: quote inside an unquoted cell (B2)\nstdin:3:1: 氏名: text after the closing quote (A3)\nerror: the file has 2 problems\n  stdin\n",
    );
    expect(en.stdout).toContain("\tutf-8\t");
    expect(ja.stderr).toMatch(/^stdin:2:2: 説明: [^\n]+引用符/);
    expect((await inspected('a\nx"\n'))["problems"]).toBe(1);
  });

  test.each([
    ["<html>", "web page"],
    [Buffer.concat([Buffer.from("n\n山田\nx"), Buffer.of(0xb1)]), "row 3 contains bytes that are not valid UTF-8 (B1)"],
  ])("are one line without a result if they concern the whole file: %j", async (stdin, said) => {
    const { en, ja } = await runInBoth("csv inspect -", { stdin });
    expect(en).toMatchObject({ exit: 3, stdout: "", stderr: expect.stringContaining(said) });
    expect(ja).toMatchObject({ exit: 3, stdout: "" });
  });

  test("have no header if they are outside the columns of the header", async () => {
    const { stderr } = await run("csv inspect -", { stdin: 'a\n1,x"\n' });
    expect(stderr).toMatch(/^stdin:2:2: quote inside/);
  });

  test.each([
    [20, false],
    [21, true],
  ])("are listed up to twenty problems: %i", async (count, more) => {
    const { en, ja } = await runInBoth("csv inspect -", { stdin: `a\n${'x"\n'.repeat(count)}` });
    expect(en.stderr.match(/^stdin:\d+:1: a: /gm)).toHaveLength(20);
    expect(en.stderr.includes(`… ${count} problems in all\n`)).toBe(more);
    expect(ja.stderr.includes(`… 問題は全部で ${count} 件`)).toBe(more);
  });
});

test("a signal ends it", async () => {
  const signals = new EventEmitter();
  async function* bytes(): AsyncGenerator<Uint8Array> {
    signals.emit("SIGINT");
    yield Buffer.from("a\n");
  }
  const en = await run("csv inspect -", { signals, stdin: Readable.from(bytes()) });
  expect(en).toMatchObject({ exit: 130, stdout: "" });
  expect(en.stderr).toBe("error: interrupted: nothing was changed (the file is only read)\n");
  const ja = await run("csv inspect - --lang ja", { signals, stdin: Readable.from(bytes()) });
  expect(ja.exit).toBe(130);
  expect(ja.stderr).toContain("何も変更していません");
});

test.each([
  ["csv inspect nowhere.csv", 6, "nowhere.csv"],
  ["csv inspect folder", 2, "folder"],
  ["csv inspect", 2, "FILE"],
  ["csv inspect a.csv b.csv", 2, "b.csv"],
  ["csv inspect a.csv --encoding latin1", 2, "--encoding"],
  ["csv inspect a.csv --fields colums", 2, "colums"],
])("%s exits with %i", async (line, exit, told) => {
  const folder = folderWith({ "a.csv": "a\n" });
  mkdirSync(join(folder, "folder"));
  const { en, ja } = await runInBoth(line, { folder });
  expect(en).toMatchObject({ exit, stdout: "" });
  expect(en.stderr).toContain(told);
  expect(ja).toMatchObject({ exit, stdout: "" });
  expect(ja.stderr).toContain(told);
});

describe("a workbook", () => {
  const rows = buildRow(1, "氏名", "社員コード") + buildRow(2, "山田", "<c><f>A1</f></c>") + buildRow(3, "林", "1");
  const stdin = buildWorkbook({ sheets: { 社員: { rows }, メモ: { rows: buildRow(1, "x") } } });

  test("is described by its sheet", async () => {
    const { exit, stdout, stderr } = await run("csv inspect - --sheet 社員 --format json --lang en", { stdin });
    expect(exit).toBe(3);
    expect(stderr).toMatch(/^stdin:2:2: 社員コード: B2 has a formula without a result[^(]+$/m);
    expect(JSON.parse(stdout)).toMatchObject({
      encoding: "xlsx",
      delimiter: null,
      columns: ["氏名", "社員コード"],
      rows: 2,
      problems: 1,
    });
  });

  test("has its blank rows counted as in a CSV file", async () => {
    const rows = `${buildRow(1, "氏名", "役職")}<row r="2"><c r="A2" s="0"/></row>${buildRow(3, "山田", "主任")}<row r="5"><c r="B5" s="0"/></row>`;
    const book = buildWorkbook({ sheets: { 社員: { rows } } });
    expect(await inspected(book)).toMatchObject({
      rows: 1,
      oddities: [{ kind: "blank-rows", count: 2, row: 2 }],
    });
    const { stderr } = await run("csv check - --as users --key email --lang en", { stdin: book });
    expect(stderr).toContain("warning: stdin:2: 2 blank rows skipped\n");
    const { stdout } = await run("csv convert - -", { stdin: book });
    expect(stdout).toBe("氏名,役職\r\n山田,主任\r\n");
  });

  test("has its title rows reported as in a CSV file", async () => {
    const rows = buildRow(1, "社員名簿") + buildRow(3, "氏名", "役職") + buildRow(4, "山田", "主任");
    expect(await inspected(buildWorkbook({ sheets: { 社員: { rows } } }))).toMatchObject({
      oddities: [{ kind: "title-rows", count: 2, row: 3 }],
    });
  });

  test("is valid with hidden rows, which are reported", async () => {
    const hidden = buildRow(1, "氏名") + buildRow(2, "山田").replace("<row ", '<row hidden="1" ');
    const { en, ja } = await runInBoth("csv inspect -", {
      stdin: buildWorkbook({ sheets: { 社員: { rows: hidden } } }),
    });
    expect([en.exit, ja.exit]).toEqual([0, 0]);
    expect(en.stderr).toContain("1 hidden or filtered row also read; the first is row 2");
    expect(ja.stderr).toContain("非表示(フィルターで隠れた行を含む)の 1 行も読み込みます");
  });

  test("lists its sheets if several have data", async () => {
    const { en, ja } = await runInBoth("csv inspect -", { stdin });
    expect([en.exit, ja.exit]).toEqual([2, 2]);
    expect(en.stderr).toContain('several sheets have data: "社員", "メモ"');
    expect(ja.stderr).toContain("データのあるシートが複数あります");
  });

  test("of another kind is reported on one line", async () => {
    const { exit, stderr } = await run("csv inspect - --lang en", { stdin: Buffer.from("d0cf11e0a1b11ae100", "hex") });
    expect(exit).toBe(3);
    expect(stderr).toBe("error: old Office files (.xls) cannot be read\n  stdin\n  save the file as .xlsx in Excel\n");
  });
});
