import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { FORMAT_NAMES } from "../../lib/model/console-files.ts";
import { FORMATS } from "../../lib/model/formats.ts";
import { rowsIn } from "#support/xlsx/read.ts";
import { freshFolder, inBoth, run } from "#support/commands/program.ts";

const ORGS = "組織名,組織コード,上位組織コード,上位組織パス\r\n";

test("the format's header row in Shift_JIS, which is said", async () => {
  const { en, ja } = await inBoth("csv template --as orgs");
  expect(en).toMatchObject({ exit: 0, requests: [] });
  expect(new TextDecoder("shift_jis", { fatal: true }).decode(en.bytes)).toBe(ORGS);
  expect(en.stderr).toContain("Shift_JIS");
  expect(ja.bytes).toEqual(en.bytes);
  expect(ja.stderr).toContain("Shift_JIS");
});

test("on a terminal it can be read, unless an encoding is named", async () => {
  const ran = await run("csv template --as orgs", { terminal: {} });
  expect(ran).toMatchObject({ stdout: ORGS, stderr: expect.not.stringContaining("Shift_JIS") });
  const { bytes } = await run("csv template --as orgs --encoding shift_jis", { terminal: {} });
  expect(new TextDecoder("shift_jis").decode(bytes)).toBe(ORGS);
});

test.each(FORMAT_NAMES)("%s has a column for each field, once", async (format) => {
  const { stdout } = await run(`csv template --as ${format} --encoding utf-8 --newline lf`);
  expect(stdout).toBe(`${FORMATS[format].columns.map(({ header }) => header).join(",")}\n`);
});

test("no context counts: neither its language nor its map", async () => {
  const home = freshFolder();
  await run("context add osaka --embedded --language en --map orgs=nowhere.yaml", { home });
  const { exit, bytes } = await run("csv template --as orgs --context osaka", { home });
  expect(exit).toBe(0);
  expect(new TextDecoder("shift_jis", { fatal: true }).decode(bytes)).toBe(ORGS);
});

test("a map gives it other headers; any custom field of users may be named", async () => {
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

test.each(["users", "orgs", "devices"])(
  "of %s it says what is not confirmed, where no map is given",
  async (format) => {
    const { en, ja } = await inBoth(`csv template --as ${format} --encoding utf-8`);
    expect(en.stderr).toMatch(/^[^\n]*encodings[^\n]* not confirmed: [^\n]*\n$/);
    expect(ja.stderr).toMatch(/^[^\n]*文字コードは確認されてい[^\n]*\n$/);
    expect((await run("csv template --as docs --encoding utf-8")).stderr).toBe("");
  },
);

test("goes to a file, as it is asked for", async () => {
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
])("%s ends with %i, and no file is written", async (line, exit, told) => {
  const folder = freshFolder();
  const { en, ja } = await inBoth(`${line} -o out.csv`, { folder });
  expect(en).toMatchObject({ exit, stdout: "" });
  expect(en.stderr).toContain(told);
  expect(ja).toMatchObject({ exit, stdout: "" });
  expect(ja.stderr).toContain(told);
  expect(readdirSync(folder)).toEqual([]);
});

test("a name that ends in .xlsx makes it a workbook", async () => {
  const folder = freshFolder();
  expect(await run("csv template --as orgs -o orgs.xlsx", { folder })).toMatchObject({ exit: 0, stdout: "" });
  const [header] = await rowsIn(readFileSync(join(folder, "orgs.xlsx")));
  expect(header).toEqual(ORGS.trimEnd().split(","));
  // as it is filled in
  expect(await run("csv check orgs.xlsx --as orgs", { folder })).toMatchObject({ exit: 3 });
  const { exit, stderr } = await run("csv template --as orgs -o b.xlsx --encoding utf-8", { folder });
  expect([exit, stderr]).toEqual([2, expect.stringContaining("--encoding is for text")]);
});
