import { EventEmitter } from "node:events";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { freshFolder, runInBoth, run } from "#support/commands/program.ts";

const CSV = '氏名,メールアドレス,メールアドレス,入社年\r\n髙橋,a@example.jp,"b\nb",2019\r\n';
const tenant = { exportUsers: CSV };

const cp932 = (bytes: Uint8Array): string => new TextDecoder("shift_jis", { fatal: true }).decode(bytes);

function folderWith(maps: Readonly<Record<string, string>>): string {
  const folder = freshFolder();
  for (const [name, content] of Object.entries(maps)) writeFileSync(join(folder, name), content);
  return folder;
}

test("an English account gets UTF-8; a remote account is assumed to be Japanese", async () => {
  const home = freshFolder();
  await run("context add osaka --embedded --language en", { home });
  await run("context add head --url https://mdm.example.jp", { home });
  const english = await run("users export --context osaka", { home, tenant });
  expect(english.stdout).toBe(CSV);
  expect(english.stderr).toContain(
    "encoding: UTF-8, because the account's language is English (to change it, pass --encoding)\n",
  );
  const served = await run("users export --context head --lang ja", { home, tenant });
  expect(cp932(served.bytes)).toBe(CSV);
  expect(served.stderr).toContain("Shift_JIS");
});

test("UTF-8 may begin with a byte order mark, Shift_JIS may not", async () => {
  expect((await run("users export --encoding utf-8 --bom", { tenant })).stdout).toBe(`\ufeff${CSV}`);
  for (const line of ["users export --bom", "users export --bom --encoding shift_jis"]) {
    const { en } = await runInBoth(line, { tenant: {} });
    expect(en).toMatchObject({ exit: 2, stdout: "", requests: [] });
    expect(en.stderr).toContain("--encoding utf-8");
  }
});

const UNHELD = { exportUsers: '氏名,"説\r\n明",é\r\n𠮷,,〜\r\n' };

test("reports the place of a character that the encoding lacks, and writes nothing", async () => {
  const folder = folderWith({ "out.csv": "old" });
  const { en } = await runInBoth("users export -o out.csv --overwrite", { folder, tenant: UNHELD });
  expect(en).toMatchObject({ exit: 3, stdout: "" });
  expect(en.stderr).toMatch(/\nout\.csv:1:3: U\+00E9 [^\n]+\nout\.csv:2:1: U\+20BB7 [^\n]+\n/);
  expect(en.stderr).toContain(
    "error: 2 characters cannot be represented in shift_jis; nothing was written\n  out.csv\n",
  );
  expect(readFileSync(join(folder, "out.csv"), "utf8")).toBe("old");
  const stdout = await run("users export --format json", { tenant: UNHELD });
  expect(stdout.bytes).toHaveLength(0);
  expect(JSON.parse(stdout.stderr.trimEnd().split("\n").at(-1) ?? "")).toMatchObject({
    type: "input-rejected",
    where: "stdout",
    problems: [
      { row: 1, column: 3, codePoint: "U+00E9" },
      { row: 2, column: 1, codePoint: "U+20BB7" },
    ],
  });
});

test("replaces such characters on request, and counts them like look-alikes", async () => {
  const { en } = await runInBoth("users export --on-unmappable replace", { tenant: UNHELD });
  expect(cp932(en.bytes)).toBe('氏名,"説\r\n明",〓\r\n〓,,～\r\n');
  expect(en.stderr).toMatch(/\n1 character [^\n]+look-alikes[^\n]+\n2 characters [^\n]+〓\n$/);
});

test("a signal stops it and leaves no file", async () => {
  const folder = folderWith({ "out.csv": "old" });
  const signals = new EventEmitter();
  const interrupting = {
    exportUsers: () => {
      signals.emit("SIGINT");
      return CSV;
    },
  };
  const { en } = await runInBoth("users export -o out.csv --overwrite", { folder, signals, tenant: interrupting });
  expect(en.exit).toBe(130);
  expect(en.stderr).toContain("error: interrupted: nothing was changed\n");
  expect(readFileSync(join(folder, "out.csv"), "utf8")).toBe("old");
  expect(readdirSync(folder)).toEqual(["out.csv"]);
});

test.each([
  [
    "secured users export --app docs",
    "an export is a CSV file for the console: use a file name that ends in .csv; to write a workbook, run list --format xlsx -o FILE",
  ],
  [
    "users export",
    "an export is a CSV file for the console: use a file name that ends in .csv; to write a workbook, run list --format xlsx -o FILE",
  ],
  ["users template", "remove --format xlsx"],
])("%s always writes its own kind of file, whatever --format is", async (line, hintEn) => {
  const { en, ja } = await runInBoth(`${line} --format xlsx -o out.xlsx`, {});
  expect([en.exit, ja.exit]).toEqual([2, 2]);
  expect(en.stderr).toContain(
    "error: --format xlsx cannot be used here: -o FILE names this command's own output file, not a file for its result table\n",
  );
  expect(en.stderr).toContain(hintEn);
});
