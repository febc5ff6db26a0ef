import { describe, expect, it } from "vitest";
import { shortenText } from "../../text/index.ts";
import { getProblemSeverity, type Problem } from "../../model/problem.ts";
import type { Rule } from "../../model/rules.ts";
import { findValueFaults } from "../../model/value.ts";
import { FORMAT_NAMES } from "../../nouns/index.ts";
import type { Format } from "../../derived/format.ts";
import { FORMATS } from "../../derived/formats.ts";
import { createEncoder } from "../encoding/encode.ts";
import { RecordReader, type RecordReaderOptions } from "../encoding/reader.ts";
import { readHeader, type HeaderOptions } from "./header.ts";
import { RowChecker, type CellValue, type RowOptions } from "./rows.ts";

interface Outcome {
  readonly good: boolean;
  readonly values: readonly CellValue[];
  readonly problems: readonly Problem[];
}

const check = (
  format: Format,
  header: readonly string[],
  cells: readonly string[],
  options: HeaderOptions & Omit<RowOptions, "today"> = {},
): Outcome => {
  const problems: Problem[] = [];
  const { layout } = readHeader(header, format, options);
  const checker = new RowChecker(layout, (problem) => problems.push(problem), options);
  const good = checker.check(cells, cells.length, 5, 7);
  return { good, values: structuredClone(checker.values), problems };
};

const checkerOf = (header: readonly string[]): RowChecker =>
  new RowChecker(readHeader(header, FORMATS.users).layout, () => {}, {});

/** As the reader reports a broken byte in the next record. */
const damage = (checker: RowChecker, column: number): void =>
  checker.noteReaderProblem({ code: "bytes-invalid", row: 5, line: 7, column, header: "", params: {} });

const brief = ({ problems }: Outcome): readonly string[] =>
  problems.map(({ code, column, header }) => `${code}@${column} ${header}`.trim());

const USER = ["氏名", "メールアドレス", "メールアドレス"] as const;
const { users, orgs, browser, contacts } = FORMATS;

describe("RowChecker", () => {
  it("returns canonical values in the order of the layout's columns", () => {
    const { good, values } = check(
      contacts,
      ["グループ名", "ユーザーID", "グループ管理者フラグ", "説明", "グループ名"],
      ["営業", "u1", "true", "", ""],
    );
    expect(good).toBe(true);
    expect(values).toEqual(["u1", null, ["営業"], "TRUE"]);
  });

  it("reports row, line, column and header of every fault", () => {
    const outcome = check(browser, ["表示名", "ユーザーID", "パスワード"], ["", "ユーザー", "あ"]);
    expect(outcome.good).toBe(false);
    expect(brief(outcome)).toEqual(
      "required@1 表示名,not-alphanumeric@2 ユーザーID,too-short@3 パスワード,not-alphanumeric@3 パスワード".split(","),
    );
    expect(outcome.problems[0]).toMatchObject({ row: 5, line: 7 });
  });

  it("corrects what is certain, counts it once, and keeps what the console exports", () => {
    const header = ["氏名", "役職", "メールアドレス", "社員コード"];
    const cells = ["新井 太郎\u3000", " ", " Ａ@b.jp", "００１"];
    const read = (fromConsole: boolean) => {
      const { layout } = readHeader(header, users);
      const checker = new RowChecker(layout, () => undefined, { fromConsole });
      checker.check(cells, cells.length, 5, 7);
      return {
        values: checker.values.flat(),
        told: checker.tally.problems().map(({ code, params }) => [code, params["count"]]),
      };
    };
    expect(read(false)).toEqual({ values: ["新井 太郎", "A@b.jp", null, "001"], told: [["value-mended", 4]] });
    expect(read(true).values).toEqual(["新井 太郎\u3000", " Ａ@b.jp", " ", "００１"]);
  });

  it("ignores surplus blank cells", () => {
    const checker = checkerOf(USER);
    for (const row of [2, 3]) {
      expect(checker.check(["山田", `${row}@b.jp`, "", "", "\u3000"], 5, row, row)).toBe(true);
      expect(checker.values[1]).toEqual([`${row}@b.jp`]);
    }
    expect(checker.tally.problems()).toEqual([]);
  });

  it("does not read cells of an earlier record after a short one", () => {
    const checker = checkerOf(USER);
    expect(checker.check(["山田", "a@b.jp", "c@d.jp"], 2, 2, 2)).toBe(false);
    expect(checker.complete).toBe(false);
  });

  it("skips a row if all its cells are blank and none is damaged", () => {
    const checker = checkerOf(USER);
    expect(checker.skips(["", " ", "\u3000", "x"], 3, 4, 5)).toBe(true);
    expect(checker.skips(["", "", ""], 3, 6, 7)).toBe(true);
    expect(checker.skips(["", "", "x"], 3, 8, 9)).toBe(false);
    damage(checker, 1);
    expect(checker.skips(["", "", ""], 3, 8, 9)).toBe(false);
    expect(checker.tally.problems()).toMatchObject([{ code: "row-blank", row: 4, line: 5, params: { count: 2 } }]);
  });

  it("reports a column without a header once, with the first row that has a value", () => {
    const checker = checkerOf([...USER, "", " "]);
    checker.check(["山田", "a@b.jp", "", "", ""], 5, 2, 2);
    checker.check(["鈴木", "b@b.jp", "", "", "x"], 5, 3, 4);
    checker.check(["佐藤", "c@b.jp", "", "", "y"], 5, 4, 5);
    expect(checker.tally.problems()).toEqual([
      { code: "header-blank", row: 1, line: 1, column: 5, header: "", params: { row: 3, count: 2 } },
    ]);
  });

  it("treats only blanks as a missing value if a value is required", () => {
    expect(brief(check(users, ["氏名", "メールアドレス"], ["\u3000 ", "a@b.jp"]))).toEqual(["required@1 氏名"]);
  });

  it("leaves the check of a new user's password to the tenant", () => {
    expect(check(browser, ["表示名", "ユーザーID", "パスワード"], ["山田", "u1", ""]).good).toBe(true);
  });
});

describe("every column", () => {
  const VALUES = ["a", "a@b.jp", "あ", "TRUE", "443", "Exchange", "x".repeat(300), "𠮷".repeat(300), "user 1", "99999"];

  it.each(FORMAT_NAMES)("of %s is checked by its own rule", (name) => {
    const format = FORMATS[name];
    for (const column of format.columns) {
      const header = [column.header, ...(column.field === format.key ? [] : [keyHeader(format)])];
      for (const value of VALUES) {
        const { good, problems } = check(format, header, [value, "a1@b.jp"].slice(0, header.length));
        const faults = findValueFaults(column.value, value);
        const own = problems.filter((problem) => problem.column === 1).map(({ code, params }) => ({ code, params }));
        const shown = column.secret === true ? {} : { value: shortenText(value) };
        const wanted = faults.map(({ code, params }) => ({ code, params: { ...params, ...shown } }));
        expect(own, `${column.header} ${value}`).toEqual(wanted);
        const spoilt = faults.some(({ code }) => getProblemSeverity(code) === "error");
        expect([good, spoilt], `${column.header} ${value}`).not.toEqual([true, true]);
      }
    }
  });

  const keyHeader = ({ columns, key }: Format): string => columns.find(({ field }) => field === key)?.header ?? "";
});

describe("a column's rule", () => {
  const ruled = (rule: Rule): Format => ({
    ...browser,
    columns: browser.columns.map((column) =>
      column.field === "description" ? { ...column, value: { ...column.value, rule } } : column,
    ),
  });

  it.each<[Rule, readonly string[]]>([
    [{ kind: "text" }, []],
    [{ kind: "text", min: 3 }, ["too-short@2 説明"]],
    [{ kind: "text", max: 1 }, ["too-long@2 説明"]],
    [{ kind: "text", charset: "half-width-alphanumeric" }, ["not-alphanumeric@2 説明"]],
    [{ kind: "boolean" }, ["not-boolean@2 説明"]],
  ])("is applied if it has only one limit: %o", (rule, faults) => {
    expect(brief(check(ruled(rule), ["ユーザーID", "説明"], ["u1", "表示"]))).toEqual(faults);
  });
});

describe("a damaged cell", () => {
  const header = ["表示名", "ユーザーID", "説明"];
  it.each([
    [
      "invalidates its row without further checks, but other cells are checked",
      1,
      ["", "ユーザー", ""],
      3,
      "not-alphanumeric@2",
    ],
    ["does not hide a fault of the whole row, even after an unreadable record", 0, ["山田"], 1, "cells-too-few@0"],
  ])("%s", (_, place, cells, count, problem) => {
    const problems: Problem[] = [];
    const rows = new RowChecker(readHeader(header, browser).layout, (one) => problems.push(one), {});
    damage(rows, place);
    expect(rows.check(cells, count, 2, 2)).toBe(false);
    expect(problems.map(({ code, column }) => `${code}@${column}`)).toEqual([problem]);
  });
});

describe("repeated columns", () => {
  it("keep the order of their cells, and each value once", () => {
    const header = ["ユーザーID", ...Array.from({ length: 5 }, () => "グループ名")];
    expect(check(contacts, header, ["u1", "b", "a", "b", "a〜", "a～"]).values).toEqual(["u1", ["b", "a", "a〜"]]);
  });

  it("report the wrong cell", () => {
    expect(brief(check(users, USER, ["山田", "a@b.jp", "c"]))).toEqual(["not-mail-address@3 メールアドレス"]);
    expect(brief(check(users, USER, ["山田", "", ""]))).toEqual(["required@2 メールアドレス"]);
  });
});

describe("the key", () => {
  it("is required even if blanks are kept", () => {
    expect(brief(check(users, USER, ["", "", ""], { blank: "keep" }))).toEqual(["required@2 メールアドレス"]);
    expect(check(users, USER, ["", "a@b.jp", ""], { blank: "keep" }).good).toBe(true);
  });

  it("is the requested field", () => {
    const outcome = check(users, [...USER, "社員コード"], ["山田", "a@b.jp", "", ""], { key: "employeeCode" });
    expect(brief(outcome)).toEqual(["required@4 社員コード"]);
  });

  it("of an organisation without a code is its name", () => {
    expect(check(orgs, ["組織名", "組織コード"], ["営業部", ""], { blank: "keep" }).good).toBe(true);
    expect(check(orgs, ["組織名", "組織コード"], ["営業部", ""]).good).toBe(true);
    expect(brief(check(orgs, ["組織名", "組織コード"], ["", ""]))).toEqual(["required@1 組織名"]);
    expect(brief(check(orgs, ["組織名", "組織コード"], ["", ""], { blank: "keep" }))).toEqual([
      "required@2 組織コード",
    ]);
    expect(brief(check(orgs, ["組織コード", "上位組織コード"], ["", "S01"]))).toEqual(["required@1 組織コード"]);
  });
});

describe("invisible characters and multi-line values", () => {
  const HEADER = ["氏名", "役職", "住所", "メールアドレス"];
  const ROWS = [
    ["山田 太郎", "課長", "東京都\n千代田区", "taro@x.jp"],
    ["\u200e佐藤", "課\u200b長", "a\tb", "jiro@x.jp"],
    ["鈴木", "課長\n部長", "東京都", "\u00adsuzuki@x.jp"],
    ["👩‍👩‍👧", "主任\u0007", "渋谷", "z\u007f@x.jp"],
    ["高橋\n", "課長", "品川", "t@x.jp"],
  ];

  /** What a file comes to, read as imports read it. */
  const read = (options: Omit<RowOptions, "today">, reading: RecordReaderOptions, bytes: Uint8Array, size: number) => {
    const problems: Problem[] = [];
    const good: boolean[] = [];
    const values: unknown[] = [];
    let checker: RowChecker | undefined;
    const reader = new RecordReader(reading, {
      record(cells, count, row, line, _sound, units) {
        if (checker === undefined) {
          const { layout } = readHeader(cells.slice(0, count), users);
          checker = new RowChecker(layout, (problem) => problems.push(problem), options);
          return;
        }
        good.push(checker.check(cells, count, row, line, units));
        const [name, emails, title, address] = checker.values;
        values.push(structuredClone([name, title, address, emails].flat()));
      },
      problem: (problem) => checker?.noteReaderProblem({ ...problem, header: "" }),
    });
    for (let at = 0; at < bytes.length; at += size) reader.write(bytes.subarray(at, at + size));
    reader.end();
    const found = [...problems, ...(checker?.tally.problems() ?? [])];
    return {
      good,
      values,
      found: found
        .map(({ row, column, code, params }) => `${row}:${column} ${String(params["of"] ?? code)}`)
        .toSorted(),
    };
  };

  const file = (delimiter: string): string =>
    [HEADER, ...ROWS].map((row) => row.map((cell) => `"${cell}"`).join(delimiter)).join("\r\n");

  describe.each<[string, RecordReaderOptions, (text: string) => Uint8Array]>([
    ["UTF-8", { encoding: "utf-8" }, (text) => Buffer.from(text)],
    ["UTF-16", { encoding: "utf-16le" }, (text) => Buffer.from(text, "utf16le")],
    ["tabs", { encoding: "utf-8", dialect: { delimiter: "\t" } }, (text) => Buffer.from(text)],
    ["bars, by csv-parse", { encoding: "utf-8", dialect: { delimiter: "|" } }, (text) => Buffer.from(text)],
  ])("in %s", (_, reading, encode) => {
    const bytes = encode(file(reading.dialect?.delimiter ?? ","));

    it("are kept in the console's own data, with one report per column", () => {
      const { good, values, found } = read({ fromConsole: true }, reading, bytes, 1000);
      expect(good).toEqual(ROWS.map(() => true));
      expect(values).toEqual(ROWS);
      expect(found).toEqual(["3:1 value-hidden", "3:2 value-hidden", "3:3 value-hidden", "4:4 value-hidden"]);
    });

    it.each([1, 2, 3, 7, 1_000_000])("are removed, but lines are not joined, in chunks of %i", (size) => {
      const { good, values, found } = read({}, reading, bytes, size);
      expect(found.filter((one) => !one.endsWith("value-mended"))).toEqual(["4:2 value-lines"]);
      expect(good).toEqual([true, true, false, true, true]);
      expect(values.at(1)).toEqual(["佐藤", "課長", "a b", "jiro@x.jp"]);
      expect(values.at(3)).toEqual(["👩‍👩‍👧", "主任", "渋谷", "z@x.jp"]);
      expect(values.at(4)).toEqual(["高橋", "課長", "品川", "t@x.jp"]);
    });
  });

  it("are found in CP932, which has only control characters", () => {
    const bytes = Buffer.concat([
      createEncoder("shift_jis", { onUnmappable: "error", report: () => undefined }).write(
        '氏名,役職,メールアドレス\r\n山田,課\u0001長,a@x.jp\r\n佐藤,"課\n長",b@x.jp\r\n鈴木,\u007f,c@x.jp\r\n',
      ),
    ]);
    expect(read({}, { encoding: "shift_jis" }, bytes, 5).found).toEqual(["2:2 value-mended", "3:2 value-lines"]);
  });
});

it.each([
  [100, false, []],
  [101, false, ["values-too-many@2 メールアドレス"]],
  [101, true, []],
])("a user with %i addresses, in a file of the console: %j", (count, fromConsole, found) => {
  const addresses = Array.from({ length: count }, (_, i) => `a${i}@b.jp`);
  const columns = ["氏名", ...addresses.map(() => "メールアドレス")];
  const problems: Problem[] = [];
  const checker = new RowChecker(readHeader(columns, users).layout, (problem) => problems.push(problem), {
    fromConsole,
  });
  expect(checker.check(["山田", ...addresses], count + 1, 2, 2)).toBe(found.length === 0);
  expect(problems.map(({ code, column, header }) => `${code}@${column} ${header}`)).toEqual(found);
});

describe("a value that no list may have", () => {
  it.each([
    ["氏名", "佐\ufffd", "character-lost"],
    ["役職", "題".repeat(10_001), "too-long"],
    ["組織コード", "a".repeat(2601), "key-too-long"],
  ])("for %s is refused, but kept in the console's own data", (header, value, code) => {
    const columns = [...new Set([header, "氏名", "メールアドレス"])];
    const cells = columns.map((name) => (name === header ? value : name === "氏名" ? "山田" : "a@b.jp"));
    expect(brief(check(users, columns, cells))).toEqual([`${code}@1 ${header}`]);
    const problems: Problem[] = [];
    const checker = new RowChecker(readHeader(columns, users).layout, (problem) => problems.push(problem), {
      fromConsole: true,
    });
    expect(checker.check(cells, cells.length, 2, 2)).toBe(true);
    expect(problems).toEqual([]);
    expect(checker.tally.problems()).toMatchObject([{ code: "value-kept", params: { of: code, count: 1 } }]);
  });
});
