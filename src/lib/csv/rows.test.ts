import { describe, expect, it } from "vitest";
import type { Problem } from "../model/problem.ts";
import { FORMATS, type Format } from "./formats/index.ts";
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
  options: HeaderOptions & RowOptions = {},
): Outcome => {
  const problems: Problem[] = [];
  const { layout } = readHeader(header, format, options);
  const checker = new RowChecker(layout, (problem) => problems.push(problem), options);
  const good = checker.check(cells, cells.length, 5, 7);
  return { good, values: structuredClone(checker.values), problems };
};

const brief = ({ problems }: Outcome): readonly string[] =>
  problems.map(({ code, column, header }) => `${code}@${column} ${header}`.trim());

const USER = ["氏名", "メールアドレス", "メールアドレス"] as const;
const { users, orgs, browser, contacts } = FORMATS;

describe("RowChecker", () => {
  it("gives canonical values beside the layout's columns", () => {
    const { good, values } = check(
      contacts,
      ["グループ名", "ユーザーID", "グループ管理者フラグ", "説明", "グループ名"],
      ["営業", "u1", "true", "", ""],
    );
    expect(good).toBe(true);
    expect(values).toEqual(["u1", null, ["営業"], "TRUE"]);
  });

  it("names row, line, column and header of every fault", () => {
    const outcome = check(browser, ["表示名", "ユーザーID", "パスワード"], ["", "ユーザー", "あ"]);
    expect(outcome.good).toBe(false);
    expect(brief(outcome)).toEqual([
      "required@1 表示名",
      "not-alphanumeric@2 ユーザーID",
      "too-short@3 パスワード",
      "not-alphanumeric@3 パスワード",
    ]);
    expect(outcome.problems[0]).toMatchObject({ row: 5, line: 7 });
  });

  it("lets a row with a warning pass", () => {
    const outcome = check(contacts, ["ユーザーID", "プロキシポート"], ["u1", "99999"]);
    expect(outcome.good).toBe(true);
    expect(brief(outcome)).toEqual(["port-range@2 プロキシポート"]);
    expect(outcome.values).toEqual(["u1", "99999"]);
  });

  it("counts cells", () => {
    const few = check(users, USER, ["山田"]);
    expect(few.problems).toMatchObject([{ code: "cells-too-few", column: 0, params: { got: 1, want: 3 } }]);
    expect(few.good).toBe(false);
    expect(brief(check(users, USER, ["山田", "a@b", "", ""]))).toEqual(["cells-too-many@0"]);
  });

  it("leaves a new user's password to the tenant", () => {
    expect(check(browser, ["表示名", "ユーザーID", "パスワード"], ["山田", "u1", ""]).good).toBe(true);
  });

  it("forgets the row before", () => {
    const { layout } = readHeader(USER, users);
    const checker = new RowChecker(layout, () => {});
    checker.check(["山田", "a@b", "c@d"], 3, 2, 2);
    checker.check(["佐藤", "", "e@f"], 3, 3, 3);
    expect(checker.values).toEqual(["佐藤", ["e@f"]]);
  });

  it("reads only the cells of this record out of the reader's array", () => {
    const { layout } = readHeader(["ユーザーID"], browser);
    const checker = new RowChecker(layout, () => {});
    expect(checker.check(["u1", "left over"], 1, 2, 2)).toBe(true);
  });
});

describe("repeated columns", () => {
  it("drop blanks and what is the same address", () => {
    const header = ["氏名", "メールアドレス", "メールアドレス", "メールアドレス"];
    expect(check(users, header, ["山田", "", "A@b", "a@B"]).values).toEqual(["山田", ["A@b"]]);
  });

  it("name the cell that is wrong", () => {
    expect(brief(check(users, USER, ["山田", "a@b", "c"]))).toEqual(["not-mail-address@3 メールアドレス"]);
    expect(brief(check(users, USER, ["山田", "", ""]))).toEqual(["required@2 メールアドレス"]);
  });
});

describe("the key", () => {
  it("must be there even where blanks are kept", () => {
    expect(brief(check(users, USER, ["", "", ""], { blank: "keep" }))).toEqual(["required@2 メールアドレス"]);
    expect(check(users, USER, ["", "a@b", ""], { blank: "keep" }).good).toBe(true);
  });

  it("is the field that was asked for", () => {
    const outcome = check(users, [...USER, "社員コード"], ["山田", "a@b", "", ""], { key: "employeeCode" });
    expect(brief(outcome)).toEqual(["required@4 社員コード"]);
  });

  it("of an organisation without code is its name", () => {
    expect(check(orgs, ["組織名", "組織コード"], ["営業部", ""]).good).toBe(true);
    expect(brief(check(orgs, ["組織名", "組織コード"], ["", ""]))).toEqual(["required@1 組織名"]);
    expect(brief(check(orgs, ["組織名", "組織コード"], ["", ""], { blank: "keep" }))).toEqual([
      "required@2 組織コード",
    ]);
    expect(brief(check(orgs, ["組織コード", "上位組織コード"], ["", "S01"]))).toEqual(["required@1 組織コード"]);
  });
});

describe("a map's values", () => {
  const map = {
    columns: [],
    constants: [{ field: "orgCode", value: "S01" }],
    defaults: [
      { field: "title", value: "社員" },
      { field: "emails", value: "none@example.com" },
    ],
  };

  it("stand in every row, or in rows with a blank cell", () => {
    const header = ["氏名", "組織コード", "メールアドレス", "役職"];
    expect(check(users, header, ["山田", "X", "", ""], { map }).values).toEqual([
      "山田",
      ["none@example.com"],
      "S01",
      "社員",
    ]);
    expect(check(users, header, ["山田", "X", "a@b", "課長"], { map }).values).toEqual([
      "山田",
      ["a@b"],
      "S01",
      "課長",
    ]);
  });

  it("stand in for missing columns", () => {
    expect(check(users, ["氏名"], ["山田"], { map }).values).toEqual(["山田", ["none@example.com"], "S01", "社員"]);
  });
});
