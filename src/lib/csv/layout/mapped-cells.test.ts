import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FORMATS } from "../../derived/formats.ts";
import type { FormatName } from "../../nouns/index.ts";
import type { Problem, ProblemCode } from "../../model/problem.ts";
import type { RowColumn } from "../../model/leaving.ts";
import { readHeader } from "./header.ts";
import type { ColumnMap } from "./map.ts";
import { RowChecker } from "./rows.ts";

const { users } = FORMATS;
const EMPTY: ColumnMap = { columns: [] };

const read = (header: readonly string[], map: Partial<ColumnMap>, ...rows: readonly (readonly string[])[]) => {
  const problems: Problem[] = [];
  const { layout, problems: found } = readHeader(header, users, { map: { ...EMPTY, ...map } }, { row: 4, line: 4 });
  const checker = new RowChecker(layout, (problem) => problems.push(problem), {});
  const values = rows.flatMap((cells, at) => {
    if (checker.skips(cells, cells.length, at + 5, at + 5)) return [];
    checker.check(cells, cells.length, at + 5, at + 5);
    return [
      Object.fromEntries(layout.columns.map(({ column }, i) => [column.field, structuredClone(checker.values[i])])),
    ];
  });
  return { values, header: found, problems: [...problems, ...checker.tally.problems()] };
};

describe("joined cells", () => {
  const joins = [
    { field: "name", headers: ["姓", "名"] },
    { field: "orgCode", headers: ["本部", "部"] },
  ];

  test("are joined with a blank, and to a path for an organisation, without blank cells", () => {
    const header = ["姓", "名", "メールアドレス", "本部", "部"];
    const { values, header: found } = read(
      header,
      { joins },
      ["山田", " 太郎 ", "a@b.jp", "本社", "営業/企画"],
      ["佐藤", "", "b@b.jp", "", "総務"],
    );
    expect(found).toEqual([]);
    expect(values).toMatchObject([
      { name: "山田 太郎", orgCode: String.raw`本社/営業\/企画` },
      { name: "佐藤", orgCode: "総務" },
    ]);
  });

  test("must all be in the file once, unless the file has the field itself", () => {
    const code = ({ code: which, row, params }: Problem) => [which, row, params["header"]];
    expect(read(["姓", "メールアドレス", "組織コード"], { joins }).header.map(code)).toEqual([
      ["header-missing", 0, "名"],
    ]);
    const twice = read(["姓", "名", "名", "メールアドレス"], { joins: joins.slice(0, 1) });
    expect(twice.header.map(code)).toEqual([["header-duplicate", 4, "名"]]);
    const both = read(["姓", "名", "氏名", "メールアドレス"], { joins: joins.slice(0, 1) });
    expect(both.header.map(code)).toEqual([["header-duplicate", 4, "氏名"]]);
    expect(read(["氏名", "メールアドレス"], { joins: joins.slice(0, 1) }, ["山田", "a@b.jp"])).toMatchObject({
      values: [{ name: "山田" }],
      header: [],
    });
  });
});

test("values are translated after trimming, whatever their width, before they are checked", () => {
  const values = [
    { field: "orgCode", from: "営業部", to: "S01" },
    { field: "emails", from: "Ａ", to: "a@b.jp" },
    { field: "title", from: "なし", to: "" },
    { field: "title", from: "__proto__", to: "部長" },
  ];
  const header = ["氏名", "メールアドレス", "組織コード", "役職"];
  const found = read(header, { values }, ["山田", "A", " 営業部", "なし"], ["佐藤", "b@b.jp", "X", "__proto__"]);
  expect(found.problems).toEqual([]);
  expect(found.values).toMatchObject([
    { emails: ["a@b.jp"], orgCode: "S01", title: null },
    { emails: ["b@b.jp"], orgCode: "X", title: "部長" },
  ]);
});

const skipRows = (header: string, ...words: readonly string[]): RowColumn => ({
  header,
  says: "skip",
  words: words.map((word) => ({ word, means: "skip" })),
});

describe("rows that are left out", () => {
  const skip = [skipRows("本務区分", "兼務"), skipRows("在籍区分", "退職", "休職")];

  test("are counted by header and value", () => {
    const header = ["氏名", "メールアドレス", "本務区分", "在籍区分"];
    const row = (post: string, state: string) => ["山田", "a@b.jp", post, state];
    const { values, problems } = read(
      header,
      { rows: skip },
      row("兼務", "退職"),
      row("本務", "退職 "),
      row("", ""),
      row("兼務", ""),
    );
    expect(values).toHaveLength(1);
    expect(problems.map(({ code, row: at, column, params }) => [code, at, column, params])).toEqual([
      ["row-skipped", 5, 3, { header: "本務区分", value: "兼務", count: 2 }],
      ["row-skipped", 6, 4, { header: "在籍区分", value: "退職", count: 1 }],
    ]);
  });

  test("need their column: otherwise leavers would come back without a word", () => {
    expect(read(["氏名", "メールアドレス", "本務区分"], { rows: skip }).header).toMatchObject([
      { code: "header-missing", params: { header: "在籍区分" } },
    ]);
  });

  test.each([
    [["合計", "", "3"], true],
    [["", "", "小 計:"], true],
    [["総計", "", ""], true],
    [["計", "", ""], true],
    [["合計", "4名", ""], true],
    [["以上", "4名", ""], true],
    [["合計", "a@b.jp", ""], false],
    [["", "合計", "3"], true],
    [["", "小計", ""], true],
    [["総合計", "", "3"], true],
    [["会計", "", ""], false],
    [["合計表", "", ""], false],
    [["山田", "", "合計"], false],
    [["※ 出向者を除く", "", ""], true],
    [["", "", "以 上"], true],
    [["合計 12名", "", ""], true],
    [["以上 誠", "", ""], false],
    [["", "(注)役職は 4 月", ""], true],
    [["*印は兼務", "", ""], true],
    [["※ 山田", "a@b.jp", ""], false],
    [["注意", "a@b.jp", ""], false],
    [["出向者を除く", "", ""], false],
  ])("are those of totals or notes: %j %s", (cells, isLeftOut) => {
    const { values, problems } = read(["氏名", "メールアドレス", "役職"], {}, cells);
    expect(values.length === 0).toBe(isLeftOut);
    expect(problems.map(({ code }) => code).includes("row-total")).toBe(isLeftOut);
  });

  test.each([
    [["小計", "", "12"], true],
    [["", "", "合計"], true],
    [["3", "小計", "12"], false],
    [["小計", "山田", "12"], false],
  ])("are those of totals with a value as the key: %j %s", (cells, isLeftOut) => {
    const { layout } = readHeader(["役職", "氏名", "社員コード"], FORMATS.users, { key: "employeeCode" });
    expect(new RowChecker(layout, () => undefined, {}).skips(cells, 3, 2, 2)).toBe(isLeftOut);
  });

  test.each<readonly [FormatName, readonly string[], readonly string[], boolean]>([
    ["devices", ["機種", "シリアルナンバー"], ["合計", "24"], true],
    ["devices", ["機種", "シリアルナンバー"], ["合計", "F17XK0"], false],
    ["devices", ["機種", "シリアルナンバー", "使用者"], ["合 計", "1,024台", "3"], true],
    ["orgs", ["組織名", "組織コード"], ["合計", "1"], true],
    ["orgs", ["組織名", "組織コード"], ["計", "24"], true],
    ["orgs", ["組織名", "組織コード"], ["計", "K01"], false],
    ["orgs", ["組織名", "組織コード", "上位組織コード"], ["計", "0120", "0001"], false],
    ["orgs", ["組織名", "組織コード"], ["小計", ""], false],
    ["orgs", ["組織名", "組織コード", "人数"], ["小計", "", "12"], true],
  ])("are those of totals if only numbers follow: %s %j %j %s", (kind, header, cells, isLeftOut) => {
    const { layout } = readHeader(header, FORMATS[kind]);
    const checker = new RowChecker(layout, () => undefined, {});
    expect(checker.skips(cells, cells.length, 2, 2)).toBe(isLeftOut);
  });

  test.each<readonly [readonly string[], ProblemCode, number, readonly string[]]>([
    [["総計", "", ""], "cell-formula", 2, ["row-total"]],
    [["総計", "", ""], "cell-formula", 3, ["row-total"]],
    [["総計", "", "12"], "cell-merged", 2, ["row-total"]],
    [["※ 出向者を除く", "", ""], "cell-merged", 2, ["row-total"]],
    [["山田", "a@b.jp", ""], "cell-merged", 3, ["cell-merged"]],
    [["山田", "a@b.jp", ""], "cell-merged", 4, []],
    [["※ 山田", "", ""], "cell-formula", 2, ["cell-formula"]],
    [["", "総計", ""], "cell-formula", 1, ["cell-formula"]],
    [["山田", "a@b.jp", ""], "cell-formula", 3, ["cell-formula"]],
    [["", "", ""], "cell-formula", 2, ["cell-formula"]],
  ])("are judged before the errors of their cells: %j %s %i", (cells, code, column, expected) => {
    const { layout } = readHeader(["氏名", "メールアドレス", "役職", ...(column > 3 ? [""] : [])], users);
    const problems: Problem[] = [];
    const checker = new RowChecker(layout, (problem) => problems.push(problem), {});
    checker.noteReaderProblem({ code, row: 2, line: 2, column, header: "", params: {} });
    checker.skips(cells, 3, 2, 2);
    expect([...problems, ...checker.tally.problems()].map((problem) => problem.code)).toEqual(expected);
  });

  test("do not hide the errors of a row that a rule for blank cells would skip", () => {
    const layout = readHeader(["氏名", "メールアドレス", "役職"], users, {
      map: { ...EMPTY, rows: [skipRows("役職", "")] },
    }).layout;
    const checker = new RowChecker(layout, () => undefined, {});
    checker.noteReaderProblem({ code: "cell-formula", row: 2, line: 2, column: 3, header: "役職", params: {} });
    expect(checker.skips(["山田", "a@b.jp", ""], 3, 2, 2)).toBe(false);
  });
});

test("any map and any header can be read, and special names are only names", () => {
  const name = fc.oneof(fc.constantFrom("__proto__", "constructor", "姓", "氏名", ""), fc.string({ maxLength: 4 }));
  const names = fc.array(name, { minLength: 1, maxLength: 4 });
  const map = fc.record({
    joins: fc.array(fc.record({ field: name, headers: names }), { maxLength: 2 }),
    values: fc.array(fc.record({ field: name, from: name, to: name }), { maxLength: 3 }),
    rows: fc.array(
      fc.tuple(name, names).map(([header, words]) => skipRows(header, ...words)),
      { maxLength: 2 },
    ),
  });
  fc.assert(
    fc.property(names, map, fc.array(names, { maxLength: 3 }), (header, rules, rows) => {
      for (const { params } of read(header, rules, ...rows).header) expect(params).toBeTypeOf("object");
    }),
  );
});

test("a header with a thousand columns is read at once", () => {
  const headers = Array.from({ length: 1000 }, (_, at) => `h${at}`);
  const joins = [{ field: "name", headers }];
  const { values } = read([...headers, "メールアドレス"], { joins }, [...headers, "a@b.jp"]);
  expect(values).toMatchObject([{ name: headers.join(" ") }]);
});
