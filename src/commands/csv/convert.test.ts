import { createFolderWith as folderWith } from "#support/commands/imports/plans.ts";
import { readRows } from "#support/xlsx/read.ts";
import { buildRow, buildWorkbook } from "#support/xlsx/workbook.ts";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import iconv from "iconv-lite";
import { describe, expect, test } from "vitest";
import { runInBoth, run, type RunResult } from "#support/commands/program.ts";

const convert = (stdin: string | Uint8Array, options = ""): Promise<RunResult> =>
  run(["csv", "convert", "-", "-", ...options.split(" ").filter((word) => word !== "")], { stdin });

const TEXT = '氏名,説明\r\n髙橋,"あ\nい"\r\n';
const CP932 = iconv.encode(TEXT, "cp932");

describe("the output", () => {
  test("has the encoding and newlines of the input by default", async () => {
    for (const bytes of [CP932, Buffer.from(TEXT), iconv.encode(`\ufeff${TEXT}`, "utf-16le", { addBOM: false })]) {
      const { exit, bytes: written, stderr } = await convert(bytes, bytes[0] === 0xff ? "--bom" : "");
      expect({ exit, stderr }).toEqual({ exit: 0, stderr: "" });
      expect(Buffer.from(written)).toEqual(bytes);
    }
  });

  test.each([
    ["utf-8", "utf-8"],
    ["shift_jis", "cp932"],
    ["utf-16le", "utf-16le"],
    ["utf-16be", "utf-16be"],
  ])("is %s on request", async (encoding, known) => {
    const { bytes } = await convert(CP932, `--to-encoding ${encoding}`);
    expect(iconv.decode(Buffer.from(bytes), known)).toBe(TEXT);
  });

  test("replaces an existing file only on request", async () => {
    const folder = folderWith({ "in.csv": CP932, "out.csv": "old" });
    const swapped = await run("csv convert out.csv in.csv --to-encoding utf-8", { folder });
    expect(swapped).toMatchObject({ exit: 2, stdout: "" });
    expect(readFileSync(join(folder, "in.csv"))).toEqual(CP932);
    const line = "csv convert in.csv out.csv --to-encoding utf-8 --overwrite";
    expect(await run(line, { folder })).toMatchObject({ exit: 0, stdout: "", stderr: "", requests: [] });
    expect(readFileSync(join(folder, "out.csv"), "utf8")).toBe(TEXT);
  });
});

describe("a workbook, selected by the name of the output", () => {
  const ROWS = [
    ["a", "b"],
    ["0123", 'x"\ny'],
    ["=1+1", "高橋"],
  ];

  test.each([
    ["text", 'a,b\r\n0123,"x""\ny"\r\n\r\n=1+1,高橋\r\n'],
    ["text with another separator", 'a;b\n0123;"x""\ny"\n=1+1;高橋\n'],
  ])("has the cells of a %s", async (_, content) => {
    const folder = folderWith({ "in.csv": content });
    const ran = await run("csv convert in.csv out.xlsx", { folder });
    expect(ran).toMatchObject({ exit: 0, stdout: "", stderr: "" });
    expect(await readRows(readFileSync(join(folder, "out.xlsx")))).toEqual(ROWS);
    // and back, and to another workbook
    const back = await run("csv convert out.xlsx - --to-newline lf", { folder });
    expect(back.stdout).toBe('a,b\n0123,"x""\ny"\n=1+1,高橋\n');
    await run("csv convert out.xlsx copy.xlsx", { folder });
    expect(await readRows(readFileSync(join(folder, "copy.xlsx")))).toEqual(ROWS);
  });

  test("is not written if the input is not a valid table", async () => {
    const folder = folderWith({ "in.csv": 'a,b\nx,"y\n' });
    const { en } = await runInBoth("csv convert in.csv out.xlsx", { folder });
    expect(en).toMatchObject({
      exit: 3,
      stdout: "",
      stderr: expect.stringContaining("nothing was written: the file has 1 problem"),
    });
    expect(readdirSync(folder)).toEqual(["in.csv"]);
  });

  test.each(["--to-encoding utf-8", "--to-newline lf", "--bom"])("does not accept %s", async (words) => {
    const { exit, stderr } = await run(`csv convert in.csv out.xlsx ${words}`, {
      folder: folderWith({ "in.csv": "a" }),
    });
    const flag = words.split(" ")[0];
    expect([exit, stderr]).toEqual([
      2,
      expect.stringContaining(`${flag} is for text files, but out.xlsx is the name of a workbook`),
    ]);
  });
});

describe("a character that the encoding does not have", () => {
  const TEXT = "a,b\r\n1,𠮷\r\né,〜\r\n";

  test("is reported with its place, and the old file stays", async () => {
    const folder = folderWith({ "in.csv": TEXT, "out.csv": "old" });
    const { en } = await runInBoth("csv convert in.csv out.csv --to-encoding shift_jis --overwrite", {
      folder,
    });
    expect(en).toMatchObject({ exit: 3, stdout: "" });
    expect(en.stderr).toMatch(/^in\.csv:2:2: [^\n]*U\+20BB7[^\n]*\nin\.csv:3:1: [^\n]*U\+00E9[^\n]*\nerror: /);
    expect(en.stderr).toContain(
      "characters in 2 places cannot be represented in shift_jis; nothing was written or changed\n  in.csv\n",
    );
    expect(readFileSync(join(folder, "out.csv"), "utf8")).toBe("old");
    expect(readdirSync(folder).toSorted()).toEqual(["in.csv", "out.csv"]);
  });
});

describe("a problem with bytes or quoting", () => {
  test("is reported with its place, and nothing is written", async () => {
    const folder = folderWith({ "in.csv": 'a,b\n1,"2"3\nx"y,é\n' });
    const { en } = await runInBoth("csv convert in.csv out.csv --from-encoding utf-8 --to-encoding shift_jis", {
      folder,
    });
    expect(en).toMatchObject({ exit: 3, stdout: "" });
    expect(en.stderr).toBe(
      "in.csv:2:2: text after the closing quote (B2)\nin.csv:3:1: quote inside an unquoted cell (A3)\n" +
        "error: nothing was written: the file has 2 problems\n  in.csv\n",
    );
    expect(readdirSync(folder)).toEqual(["in.csv"]);
    const ran = await convert(`a,b\n${"1,2\n".repeat(100_000)}x"y,z\n`);
    expect(ran).toMatchObject({ exit: 3, stdout: "" });
  });
});

test.each([
  ["csv convert nowhere.csv -", 6, "nowhere.csv"],
  ["csv convert in.csv nowhere/out.csv", 2, "nowhere/out.csv"],
  ["csv convert in.csv - --bom", 2, "--bom"],
  ["csv convert in.csv - --to-encoding shift_jis --bom", 2, "--bom"],
])("%j exits with %i", async (line, exit, told) => {
  const { en } = await runInBoth(line, { folder: folderWith({ "in.csv": CP932 }) });
  expect(en).toMatchObject({ exit, stdout: "" });
  expect(en.stderr).toContain(told);
});

test("a sheet becomes CSV, with each cell as it is shown in the sheet", async () => {
  const rows = buildRow(1, "氏名", "コード") + buildRow(2, "山田, 太郎", '<c s="1"><v>12</v></c>');
  const stdin = buildWorkbook({ sheets: { a: { rows }, b: { rows } }, formats: ["0000"] });
  const { stdout } = await run("csv convert - - --sheet b", { stdin });
  expect(stdout).toBe('氏名,コード\r\n"山田, 太郎",0012\r\n');
  const { bytes } = await run("csv convert - - --sheet b --to-encoding shift_jis", { stdin });
  expect(iconv.decode(bytes, "cp932")).toBe(stdout);
});
