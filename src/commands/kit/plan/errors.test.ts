import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { InputProblem } from "../../../lib/client/index.ts";
import type { Encoding } from "../../../lib/csv/records/record.ts";
import { buildRow, buildWorkbook } from "#support/xlsx/workbook.ts";
import { readRows } from "#support/xlsx/read.ts";
import { runInBoth, run } from "#support/commands/program.ts";
import {
  encodeText,
  createFolderWith,
  buildPlanAnswers,
  planOf,
  problemOf,
  sha256,
} from "#support/commands/imports/plans.ts";

const HEADER = "氏名,メールアドレス";

interface Given {
  readonly content: string | Uint8Array;
  readonly problems: readonly InputProblem[];
  readonly header?: readonly string[];
  readonly map?: string;
}

function circumstances({ content, problems, header = HEADER.split(","), map }: Given) {
  const inputSha256 = sha256(content);
  const plan = planOf({ errors: problems.length, invalid: 1, rejected: true, inputSha256, header: [...header] });
  const tenant = buildPlanAnswers(plan, {
    importProblems: problems,
    ...(map === undefined ? {} : { fields: { items: [] } }),
    discardImport: plan,
    import: { ...plan, state: "discarded" },
  });
  const folder = createFolderWith({ "people.csv": content, ...(map === undefined ? {} : { "map.yaml": map }) });
  return { tenant, folder };
}
const LINE = "users import people.csv --errors errors.csv";

const written = async (given: Given, words = ""): Promise<Buffer> => {
  const told = circumstances(given);
  const { exit } = await run((given.map === undefined ? LINE : `${LINE} --map map.yaml`) + words, told);
  expect(exit).toBe(3);
  return readFileSync(join(told.folder, "errors.csv"));
};
const textOf = async (given: Given, words = ""): Promise<string> =>
  (await written(given, words)).toString().replace(/^\ufeff/, "");

const bad = (row: number, change: Partial<InputProblem> = {}) => problemOf({ row, line: row, ...change });

test("writes the header and the unchanged invalid rows with their reasons, for the owner only", async () => {
  const content = `${HEADER}\r\n山田,taro@example.com\r\n"佐藤\n花子", nobody@\r\n鈴木,s@example.com\r\n,x@\r\n`;
  const problems = [bad(3), bad(5, { column: 1, header: "氏名", code: "required" }), bad(5)];
  const told = circumstances({ content, problems });
  const { en } = await runInBoth(`${LINE} --overwrite`, told);
  expect(en.exit).toBe(3);
  const path = join(told.folder, "errors.csv");
  expect(readFileSync(path, "utf8").split("\r\n")).toEqual([
    `\ufeff${HEADER},clomoctl:理由`,
    '"佐藤\n花子", nobody@,3 行目: メールアドレス: メールアドレスではありません',
    ",x@,5 行目: 氏名: 空にできません; メールアドレス: メールアドレスではありません",
    "",
  ]);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test.each([
  ["utf-8", "\ufeff", "\r\n"],
  ["utf-8", "", "\n"],
  ["shift_jis", "", "\r"],
  ["utf-16le", "\ufeff", "\r\n"],
  ["utf-16be", "\ufeff", "\n"],
] as const)("keeps the file's encoding: %s %j %j", async (encoding: Encoding, mark, newline) => {
  const form = (lines: readonly string[], begin: string, end = "\r\n"): string =>
    begin + lines.map((line) => line + end).join("");
  const bytes = encodeText(form([HEADER, "山田,taro@", "佐藤,s@x"], mark, newline), encoding);
  const file = await written({ content: bytes, problems: [bad(2)] });
  const expected = form(
    [`${HEADER},clomoctl:理由`, "山田,taro@,row 2: メールアドレス: not an email address"],
    encoding === "shift_jis" ? "" : "\ufeff",
  );
  expect(file).toEqual(Buffer.from(encodeText(expected, encoding)));
});

test("the reason is a cell in the dialect of the file", async () => {
  const lacking = bad(2, { code: "header-missing", header: "", params: { header: 'a;"b' } });
  expect(await textOf({ content: "氏名;メールアドレス\n;x@\n", problems: [lacking] })).toBe(
    '氏名;メールアドレス;clomoctl:理由\r\n;x@;"row 2: the column a;""b is missing"\r\n',
  );
});

test("a new reason replaces an old reason, wherever its column is", async () => {
  const header = ["氏名", "clomoctl:理由", "メールアドレス"];
  const content = `${header.join(",")}\r\n,"old, reason",x@\r\n山田,,taro@example.com\r\n`;
  expect(await textOf({ content, problems: [bad(2)], header })).toBe(
    `${HEADER},clomoctl:理由\r\n,x@,row 2: メールアドレス: not an email address\r\n`,
  );
});

test("the reason of a short row is in its own column, never under a header of the file", async () => {
  const header = ["氏名", "メールアドレス", "組織コード", "社員コード", "TEL"];
  const uneven = bad(2, { code: "cells-too-few", column: 0, header: "", params: { got: 4, want: 5 } });
  const content = `${header.join(",")}\r\n吉田,y@example.jp,,2\r\n`;
  const rows = (await textOf({ content, problems: [uneven], header })).split("\r\n");
  expect(rows[1]).toMatch(/^吉田,y@example.jp,,2,,"row 2: 4 cells, but the header has 5/);
});

test("if the header or the whole file is wrong, every row is written", async () => {
  const missing = bad(0, { code: "header-missing", header: "", params: { header: "氏名" } });
  expect(
    await textOf({
      content: "メールアドレス\r\nx@\r\n\r\ny@\r\n",
      problems: [missing, bad(4)],
      header: ["メールアドレス"],
    }),
  ).toBe(
    "メールアドレス,clomoctl:理由\r\nx@,the column 氏名 is missing\r\ny@,row 4: メールアドレス: not an email address\r\n",
  );
});

test("reports a file that changed after its plan was made, and writes nothing", async () => {
  const { tenant, folder } = circumstances({ content: `${HEADER}\n,x@\n`, problems: [bad(2)] });
  writeFileSync(join(folder, "people.csv"), `${HEADER}\n山田,x@\n`);
  const { en, ja } = await runInBoth(LINE, { tenant: { ...tenant, import: planOf() }, folder });
  expect(en.exit).toBe(3);
  expect(en.stderr).toContain(
    "error: the file has changed since the plan was made\n  people.csv\n  import the file again\n",
  );
  expect(ja.stderr).toContain("エラー: 計画を作ったあとにファイルが変更されました\n");
  expect(existsSync(join(folder, "errors.csv"))).toBe(false);
});

const CODES = `${HEADER},社員コード`;
const BOOK = buildWorkbook({
  sheets: {
    a: {
      rows: [
        buildRow(1, ...CODES.split(",")),
        buildRow(2, "林", "b@example.jp", "<c><v>1</v></c>"),
        buildRow(3, "山田", "a", '<c s="1"><v>12</v></c>'),
      ].join(""),
    },
  },
  formats: ["0000"],
});

test.each([
  ["a workbook", BOOK],
  ["CSV", `${CODES}\n林,b@example.jp,1\n山田,a,0012\n`],
])("invalid rows are written to a workbook as text, from %s", async (_, content) => {
  const told = circumstances({ content, problems: [problemOf()], header: CODES.split(",") });
  const { exit, stderr } = await run("users import people.csv --errors errors.xlsx --lang en", told);
  expect([exit, stderr]).toEqual([3, expect.stringContaining("wrote the invalid rows to errors.xlsx")]);
  expect(stderr).not.toContain("bad.csv");
  const bytes = readFileSync(join(told.folder, "errors.xlsx"));
  expect(await readRows(bytes)).toEqual([
    [...CODES.split(","), "clomoctl:理由"],
    ["山田", "a", "0012", "row 3: メールアドレス: not an email address"],
  ]);
  expect(statSync(join(told.folder, "errors.xlsx")).mode & 0o777).toBe(0o600);
});

test("nothing is written if there are no invalid rows", async () => {
  const content = `${HEADER}\n山田,a@example.jp\n`;
  const plan = planOf({ inputSha256: sha256(content), header: HEADER.split(",") });
  const tenant = buildPlanAnswers(plan, { discardImport: plan });
  const folder = createFolderWith({ "people.csv": content });
  writeFileSync(join(folder, "errors.csv"), "of an earlier run");
  const { stderr } = await run(`${LINE} --dry-run --overwrite`, { tenant, folder });
  expect(stderr).toContain("no invalid rows: errors.csv was not written");
  expect(existsSync(join(folder, "errors.csv"))).toBe(false);
});
