import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { FORMAT_NAMES } from "../../lib/model/console-files.ts";
import { FORMATS } from "../../lib/model/formats.ts";
import { readRows } from "#support/xlsx/read.ts";
import { freshFolder, runInBoth, run } from "#support/commands/program.ts";

const ORGS = "組織名,組織コード,上位組織コード,上位組織パス\r\n";

test("writes the header row of the format in Shift_JIS and says so", async () => {
  const { en, ja } = await runInBoth("csv template --as orgs");
  expect(en).toMatchObject({ exit: 0, requests: [] });
  expect(new TextDecoder("shift_jis", { fatal: true }).decode(en.bytes)).toBe(ORGS);
  expect(en.stderr).toContain("Shift_JIS");
  expect(ja.bytes).toEqual(en.bytes);
  expect(ja.stderr).toContain("Shift_JIS");
});

test("is readable on a terminal unless an encoding is given", async () => {
  const ran = await run("csv template --as orgs", { terminal: {} });
  expect(ran).toMatchObject({ stdout: ORGS, stderr: expect.not.stringContaining("Shift_JIS") });
  const { bytes } = await run("csv template --as orgs --encoding shift_jis", { terminal: {} });
  expect(new TextDecoder("shift_jis").decode(bytes)).toBe(ORGS);
});

test.each(FORMAT_NAMES)("%s has one column for each field", async (format) => {
  const { stdout } = await run(`csv template --as ${format} --encoding utf-8 --newline lf`);
  expect(stdout).toBe(`${FORMATS[format].columns.map(({ header }) => header).join(",")}\n`);
});

test("ignores the context with its language and map", async () => {
  const home = freshFolder();
  await run("context add osaka --embedded --language en --map orgs=nowhere.yaml", { home });
  const { exit, bytes } = await run("csv template --as orgs --context osaka", { home });
  expect(exit).toBe(0);
  expect(new TextDecoder("shift_jis", { fatal: true }).decode(bytes)).toBe(ORGS);
});

test("a map changes the headers and can name any custom field of users", async () => {
  const folder = freshFolder();
  writeFileSync(
    join(folder, "map.yaml"),
    "columns: {Name: 組織名}\nconstants: {組織コード: S01}\ndialect: {delimiter: ';', quote: \"'\"}\n",
  );
  writeFileSync(join(folder, "users.yaml"), "columns: {Joined: 入社年}\n");
  const line = "csv template --as orgs --encoding utf-8 --map map.yaml";
  expect((await run(line, { folder })).stdout).toBe("Name;上位組織コード;上位組織パス\r\n");
  expect(await run("csv template --as users --map users.yaml", { folder })).toMatchObject({ exit: 0 });
  expect(await run("csv template --as orgs --map users.yaml", { folder })).toMatchObject({ exit: 3, stdout: "" });
});

test.each(["users", "orgs", "devices"])("says what is not confirmed for %s if no map is given", async (format) => {
  const { en, ja } = await runInBoth(`csv template --as ${format} --encoding utf-8`);
  expect(en.stderr).toMatch(/^[^\n]*encodings[^\n]* not confirmed[.:] [^\n]*\n$/);
  expect(ja.stderr).toMatch(/^[^\n]*文字コードは確認されてい[^\n]*\n$/);
  expect((await run("csv template --as docs --encoding utf-8")).stderr).toBe("");
});

test("is written to a file in the requested form", async () => {
  const folder = freshFolder();
  const line = "csv template --as orgs -o new.csv --encoding utf-8 --bom --newline cr";
  expect(await run(line, { folder })).toMatchObject({ exit: 0, stdout: "" });
  expect(readFileSync(join(folder, "new.csv"), "utf8")).toBe(`\ufeff${ORGS.replace("\r\n", "\r")}`);
});

test.each([
  ["csv template", 2, "--as FORMAT"],
  ["csv template --as people", 2, "--as"],
  ["csv template --as orgs --bom", 2, "--bom"],
  ["csv template --as orgs --encoding utf-16le", 2, "--encoding"],
  ["csv template --as orgs --map nowhere.yaml", 6, "nowhere.yaml"],
  ["csv template orgs --as orgs", 2, "orgs"],
])("%s exits with %i and writes no file", async (line, exit, told) => {
  const folder = freshFolder();
  const { en, ja } = await runInBoth(`${line} -o out.csv`, { folder });
  expect(en).toMatchObject({ exit, stdout: "" });
  expect(en.stderr).toContain(told);
  expect(ja).toMatchObject({ exit, stdout: "" });
  expect(ja.stderr).toContain(told);
  expect(readdirSync(folder)).toEqual([]);
});

test("a file name that ends in .xlsx selects a workbook", async () => {
  const folder = freshFolder();
  expect(await run("csv template --as orgs -o orgs.xlsx", { folder })).toMatchObject({ exit: 0, stdout: "" });
  const [header] = await readRows(readFileSync(join(folder, "orgs.xlsx")));
  expect(header).toEqual(ORGS.trimEnd().split(","));
  // as it is filled in
  expect(await run("csv check orgs.xlsx --as orgs", { folder })).toMatchObject({ exit: 3 });
  const { exit, stderr } = await run("csv template --as orgs -o b.xlsx --encoding utf-8", { folder });
  expect([exit, stderr]).toEqual([2, expect.stringContaining("--encoding is for text files, but")]);
});
