import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { freshFolder, run, runInBoth, type Circumstances, type Typing } from "#support/commands/program.ts";
import { readAuditLog } from "#support/tenant/audit.ts";
import { TestTenant } from "#support/tenant/tenant.ts";
import { buildRow, buildWorkbook } from "#support/xlsx/workbook.ts";

let tenant: TestTenant;
beforeEach(async () => {
  tenant = new TestTenant();
  await tenant.import({ kind: "users" }, [
    ["氏名", "メールアドレス", "社員コード"],
    ["山田 太郎", "taro@example.jp", "0001"],
    ["鈴木 一郎", "suzuki@example.jp", "0003"],
    ["佐藤 花子", "sato@example.jp", "0004"],
  ]);
});
afterEach(() => tenant[Symbol.asyncDispose]());

type Rows = readonly (readonly string[])[];

const toText = (rows: Rows, delimiter = ","): string => rows.map((cells) => cells.join(delimiter)).join("\r\n");
const toWorkbook = (rows: Rows): Buffer =>
  buildWorkbook({ sheets: { 退職者: { rows: rows.map((cells, at) => buildRow(at + 1, ...cells)).join("") } } });

const runWith = (stdin: string | Uint8Array, line = "users delete --file - --dry-run") =>
  runInBoth(line, { tenant: tenant.fetch, stdin });

const countDeleted = async (stdin: string | Uint8Array): Promise<number | undefined> => {
  const { en } = await runWith(stdin, "users delete --file - --dry-run --format json");
  return en.exit === 0 ? (JSON.parse(en.stdout) as { readonly delete: number }).delete : undefined;
};

/** As `users import --skipped` writes it. */
const SKIPPED: Rows = [
  ["社員番号", "姓", "名", "Eメール", "在籍区分", "clomoctl:reason"],
  ["0001", "山田", "太郎", "taro@example.jp", "退職", "在籍区分: 退職"],
  ["0003", "鈴木", "一郎", "", "退職", "在籍区分: 退職"],
];

test("the rows that an import skipped are read by email address, else by employee code", async () => {
  for (const list of [`\ufeff${toText(SKIPPED)}\r\n`, toText(SKIPPED, "\t"), toWorkbook(SKIPPED)])
    expect(await countDeleted(list)).toBe(2);
  const left = await run("users leave --file - --confirm-deletions 2", {
    tenant: tenant.fetch,
    stdin: toText(SKIPPED),
  });
  expect(left.exit).toBe(0);
  expect((await tenant.users()).map(({ name }) => name)).toEqual(["佐藤 花子"]);
});

test("a sheet is read as by an import: without titles, merged cells above the header, totals and notes", async () => {
  const rows = [["退職者一覧"], [], ["2027年3月", "人事部"], ...SKIPPED, ["", "", "", "計", "2 名"], ["※ 3月末付"]];
  expect(await countDeleted(toWorkbook(rows))).toBe(2);
  expect(await countDeleted(toText(rows))).toBe(2);
  const sheet = rows.map((cells, at) => buildRow(at + 1, ...cells)).join("");
  const book = buildWorkbook({
    sheets: {
      入社: { rows: sheet },
      退職: { rows: sheet, after: '<mergeCells count="1"><mergeCell ref="A1:F1"/></mergeCells>' },
    },
  });
  const line = "users leave --file - --confirm-deletions 2";
  expect((await run(line, { tenant: tenant.fetch, stdin: book })).exit).toBe(2);
  expect((await run(`${line} --sheet 退職`, { tenant: tenant.fetch, stdin: book })).exit).toBe(0);
});

test("a table with 氏名,メールアドレス is read, whatever its other columns say", async () => {
  const table: Rows = [
    ["氏名", "メールアドレス", "備考"],
    ["山田　太郎", "taro@example.jp", "3 月末"],
    ["", "", ""],
    ["佐藤 花子", "sato@example.jp", '"引き継ぎ, 済"'],
  ];
  expect(await countDeleted(toText(table))).toBe(2);
  expect(await countDeleted("社員コード\n0001\n")).toBe(1);
});

test("a row whose name is another one, or that names nobody, is refused with its line", async () => {
  const header = ["氏名", "メールアドレス"];
  const other = await runWith(toText([header, ["山田 次郎", "taro@example.jp"]]));
  expect(other.en).toMatchObject({
    exit: 2,
    stderr: expect.stringContaining("stdin:2: taro@example.jp: the name in the row is"),
  });
  const nobody = await runWith(toText([header, ["山田 太郎", "taro@example.jp"], ["以下余白", ""]]));
  expect(nobody.en.exit).toBe(2);
  expect(nobody.en.stderr).toContain("the row has neither an email address nor an employee code; nothing was changed");
  expect(nobody.en.stderr).toContain("stdin:3");
  expect(nobody.ja.stderr).toContain("この行にはメールアドレスも社員コードもありません");
  expect((await runWith(toText([header, ["不明", "nobody@example.jp"]]))).en.exit).toBe(6);
});

test("of a month's joiners, moves and leavers, only the leavers are read, and the others are counted", async () => {
  const header = ["社員番号", "姓", "名", "区分", "メールアドレス"];
  const rows: Rows = [
    ["9月分"],
    header,
    ["0001", "山田", "太郎", "退職", "taro@example.jp"],
    ["0003", "鈴木", "一郎", "異動", ""],
    ["9999", "新井", "新", "入社", ""],
    ["0004", "佐藤", "花子", "退社", ""],
    ["計", "4"],
  ];
  for (const list of [toText(rows), toWorkbook(rows)]) {
    const { en, ja } = await runWith(list, "users delete --file - --dry-run --format json");
    expect(en).toMatchObject({ exit: 0, stdout: expect.stringContaining('"delete": 2') });
    expect(en.stderr).toContain("rows skipped because they are not about leavers: 区分: 異動 1, 入社 1\n");
    expect(ja.stderr).toContain("合計や注記の行を 1 行");
  }
  const nobody = toText([header, ["0003", "鈴木", "一郎", "異動", ""]]);
  expect((await runWith(nobody)).en.exit).toBe(2);
  expect((await runWith(nobody, "users leave --file -")).en.exit).toBe(0);
  const days: Rows = [
    ["社員番号", "退職日"],
    ["0001", ""],
    ["0003", "2026-09-30"],
    ["0004", "9999-12-31"],
    ["0002", "2099年3月31日"],
  ];
  expect(await countDeleted(toText(days))).toBe(1);
  expect((await runWith(toText(days))).en.stderr).toContain(
    "skipped because the last day of work is in the future: 1\n",
  );
});

test.each([
  ["a reused code", ["社員番号", "姓", "名"], ["0001", "山田", "次郎"], 'the name in the row is "山田 次郎"'],
  ["another's code", ["社員番号", "メール"], ["0003", "taro@example.jp"], "taro@example.jp: matches 2 records: 山田"],
])("a row with %s is refused", async (_, header, row, told) => {
  const { en } = await runWith(toText([header, row]));
  expect(en).toMatchObject({ exit: 2, stderr: expect.stringContaining(told) });
});

const DOWN = "\u001b[B";

test("headers that nobody knows are asked once, and kept with the deletion", async () => {
  const home = freshFolder();
  const file = join(home, "list.csv");
  writeFileSync(
    file,
    toText([
      ["管理ID", "対象者", "理由"],
      ["0001", "山田 太郎", "転職"],
    ]),
  );
  const line = `users leave --file ${file}`;
  const at = (more: Circumstances = {}) => ({ tenant: tenant.fetch, home, ...more });
  const unknown = await run(line, at());
  expect(unknown).toMatchObject({
    exit: 2,
    stderr: expect.stringContaining(`clomoctl layouts learn ${file} --as users`),
  });
  const answers: Typing[] = [
    ['"管理ID"', `${DOWN.repeat(3)}\r`],
    ['"対象者"', `${DOWN}\r`],
    ['"理由"', "\r"],
  ];
  const ask = (more: readonly Typing[], options = "") =>
    run(`${line}${options}`, at({ terminal: { typing: [...answers, ...more] } }));
  expect((await ask([], " --dry-run")).exit).toBe(0);
  expect((await ask([["(1)", "2\r"]])).exit).toBe(3);
  expect((await tenant.client.layouts.list()).filter(({ at }) => at !== null)).toEqual([]);
  expect((await ask([["(1)", "1\r"]])).exit).toBe(0);
  expect((await tenant.client.layouts.list()).filter(({ at }) => at !== null)).toMatchObject([
    {
      kind: "users",
      headers: ["管理ID", "対象者", "理由"],
      map: { columns: [{ header: "管理ID" }, { header: "対象者" }] },
    },
  ]);
  expect(readAuditLog(tenant.database).at(-1)).toMatchObject({ action: "users.leave", detail: { layout: {} } });
  const writeList = (name: string): void => writeFileSync(file, `管理ID,対象者,備考\r\n0003,${name},\r\n`);
  writeList("鈴木 二郎");
  expect((await run(line, at())).stderr).toContain('the name in the row is "鈴木 二郎"');
  writeList("鈴木一郎");
  expect((await run(`${line} --confirm-deletions 1`, at())).exit).toBe(0);
});

test("a workbook without these columns, and a table with a damaged row, are refused", async () => {
  const { en, ja } = await runWith(toWorkbook([["氏名"], ["山田 太郎"]]));
  expect(en).toMatchObject({
    exit: 2,
    stderr: expect.stringContaining("neither a list with one name per line nor a table"),
  });
  expect(ja.stderr).toContain("「メールアドレス」か「社員コード」の列のある表でもありません");
  const row = buildRow(1, "メールアドレス") + buildRow(2, "taro@example.jp");
  const several = await runWith(buildWorkbook({ sheets: { 三月: { rows: row }, 四月: { rows: row } } }));
  expect(several.en.exit).toBe(2);
  const damaged = await runWith('氏名,メールアドレス\n山田 太郎,"taro@example.jp\n');
  expect(damaged.en.exit).toBe(2);
  expect(await tenant.users()).toHaveLength(3);
});

test("a list of more than 2,000 names is refused", async () => {
  const { en } = await runWith(Array.from({ length: 2_001 }, (_, at) => `E${at}`).join("\n"));
  expect(en).toMatchObject({
    exit: 2,
    stderr: expect.stringContaining("2001 names are given, but one run accepts at"),
  });
});
