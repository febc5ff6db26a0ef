import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { buildWorkbook } from "#support/xlsx/workbook.ts";
import { freshHome, run } from "#support/process/program.ts";
import { notePeaks } from "#support/process/peak-memory.ts";

/** As many rows as Excel has; only the last one is wrong. */
function fullWorkbook(): Buffer {
  const shared = (string: number): string => `<c t="s"><v>${string}</v></c>`;
  const person = (address: string): string => `<row>${shared(2)}<c t="inlineStr"><is><t>${address}</t></is></c></row>`;
  const all = [`<row>${shared(0)}${shared(1)}</row>`];
  for (let number = 2; number < LAST_ROW; number += 1) all.push(person(`${number}@example.jp`));
  all.push(person("last"));
  const strings = ["氏名", "メールアドレス", "山田"].map((word) => `<t>${word}</t>`);
  return buildWorkbook({ sheets: { 社員: { rows: all.join("") } }, strings });
}

const LAST_ROW = 2 ** 20;
const MAX_RSS_MIB = 300;

test("a workbook with all rows filled is checked to the last row in bounded memory", async () => {
  const home = await freshHome();
  const book = join(home, "full.xlsx");
  await writeFile(book, fullWorkbook());
  const { env, readPeakMiB } = notePeaks(home);
  const { code, text, stderr } = await run(["csv", "check", book, "--as", "users", "--format", "json"], { home, env });
  expect({ code, stderr }).toEqual({ code: 3, stderr: expect.stringContaining(`B${LAST_ROW}`) });
  expect(JSON.parse(text)).toMatchObject({ rows: LAST_ROW - 1, errors: 1 });
  expect(readPeakMiB()).toBeLessThan(MAX_RSS_MIB);
});
