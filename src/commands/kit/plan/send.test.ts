import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { buildRow, buildWorkbook } from "#support/xlsx/workbook.ts";
import { freshFolder, runInBoth, run } from "#support/commands/program.ts";
import { createFolderWith, buildPlanAnswers, planOf } from "#support/commands/imports/plans.ts";

const PEOPLE = "氏名,メールアドレス\r\n髙橋 花子,hanako@example.co.jp\r\n";
const tenant = buildPlanAnswers(planOf(), { discardImport: planOf({ state: "discarded" }) });

test("sends the path of a file as typed, but no folder of this computer, and only the file name to another one", async () => {
  const home = freshFolder();
  await run("context add far --url https://far.example.jp", { home });
  await run("context add near --embedded", { home });
  mkdirSync(join(home, "山田"));
  writeFileSync(join(home, "山田", "people.csv"), PEOPLE);
  const sent = async (context: string, path = "山田/people.csv"): Promise<unknown> =>
    (await run(`users import ${path} --dry-run --context ${context}`, { home, tenant })).requests[0]?.json;
  expect(await sent("near")).toMatchObject({ fileName: "山田/people.csv" });
  expect(await sent("near", join(home, "山田", "people.csv"))).toMatchObject({ fileName: "people.csv" });
  expect(await sent("far")).toMatchObject({ fileName: "people.csv" });
});

test.each([
  ["a line that tells Excel the delimiter", "\ufeffsep=;\r\n", ";"],
  ["a title", "社員一覧,\r\n", ","],
  ["a title without a delimiter", "社員一覧\r\n", "\t"],
])("reads the header below %s, and says so", async (_, above, delimiter) => {
  const { en, ja } = await runInBoth("users import people.csv --dry-run", {
    tenant,
    folder: createFolderWith({ "people.csv": above + PEOPLE.replaceAll(",", delimiter) }),
  });
  expect(en.exit).toBe(0);
  expect(en.requests[0]?.json).toMatchObject({ headerRow: 2, delimiter });
  expect(en.stderr).toMatch(/^the header is row 2; row 1 is ignored\n/);
  expect(ja.stderr).toMatch(/^ヘッダー行は 2 行目です。1 行目は読み込みません\n/);
});

test("refuses a file with data above its header before anything is sent", async () => {
  const folder = createFolderWith({ "people.csv": `佐藤,a@example.jp\r\n${PEOPLE}` });
  const { en, ja } = await runInBoth("users import people.csv --dry-run", { tenant: {}, folder });
  expect(en).toMatchObject({ exit: 3, requests: [] });
  expect(en.stderr).toBe(
    "error: row 1 is not the header; row 2 looks like the header, but there may be data above it\n  people.csv:1\n  delete the rows above the header, or, if they are not data, pass --header-row 2\n",
  );
  expect(ja.stderr).toContain("データでなければ --header-row 2 を付けてください\n");
});

const HEADER = ["氏名", "メールアドレス", "TEL"];

test.each([
  [2, [["社員名簿"], HEADER]],
  [3, [["社員名簿"], ["2026/11/20 現在"], HEADER]],
  [4, [["社員名簿", "総務部 作成"], [], ["", "2026/11/20"], HEADER]],
  [2, [[], HEADER]],
  [2, [["社員名簿"], ["お名前", "ﾒｰﾙｱﾄﾞﾚｽ", "部署"]]],
])("reads a workbook with its header in row %i like a CSV file", async (row, lines) => {
  const rows = [...lines, ["山田", "taro@example.jp", "03"]].map((cells, at) => buildRow(at + 1, ...cells)).join("");
  const folder = createFolderWith({ "list.xlsx": buildWorkbook({ sheets: { 社員: { rows } } }) });
  const { requests } = await run("users import list.xlsx --dry-run", { tenant, folder });
  expect(requests[0]?.json).toMatchObject({ headerRow: row });
  const checked = await run("csv check list.xlsx --as users --lang en", { folder });
  expect(checked.stderr).toContain(`the header is row ${row}; `);
});
