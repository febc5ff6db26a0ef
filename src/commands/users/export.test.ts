import { expect, test } from "vitest";
import { freshFolder, runInBoth, run } from "#support/commands/program.ts";

const CSV = '氏名,メールアドレス,メールアドレス,入社年\r\n髙橋,a@example.jp,"b\nb",2019\r\n';
const tenant = { exportUsers: CSV };

test("an English account gets UTF-8; a remote account is assumed to be Japanese", async () => {
  const home = freshFolder();
  await run("context add osaka --embedded --language en", { home });
  await run("context add head --url https://mdm.example.jp", { home });
  const english = await run("users export --context osaka", { home, tenant });
  expect(english.stdout).toBe(CSV);
  const served = await run("users export --context head --lang ja", { home, tenant });
  expect(new TextDecoder("shift_jis", { fatal: true }).decode(served.bytes)).toBe(CSV);
});

const EXPORT_HINT =
  "exports are CSV files for the console; use a file name that ends in .csv, or write a workbook with list --format xlsx -o FILE";

test.each([
  ["secured users export --app docs", EXPORT_HINT],
  ["users export", EXPORT_HINT],
  ["users template", "see clomoctl users template --help"],
])("%s always writes its own kind of file, whatever --format is", async (line, hintEn) => {
  const { en, ja } = await runInBoth(`${line} --format xlsx -o out.xlsx`, {});
  expect([en.exit, ja.exit]).toEqual([2, 2]);
  expect(en.stderr).toContain("error: --format xlsx cannot be used with this command");
  expect(en.stderr).toContain(hintEn);
});
