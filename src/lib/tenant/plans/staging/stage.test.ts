import { describe, expect, it } from "vitest";
import type { StoredRequest } from "../request.ts";
import type { HeaderOptions } from "../../../csv/layout/header.ts";
import type { FormatName } from "../../../model/console-files.ts";
import { FORMATS } from "../../../model/formats.ts";
import type { Problem } from "../../../model/problem.ts";
import { buildKindDefinition } from "./kinds.ts";
import { Stager, type StagingTable } from "./stage.ts";

class Table implements StagingTable {
  columns: readonly string[] = [];
  readonly rows: (readonly (string | null)[])[] = [];
  readonly places: (readonly [row: number, line: number])[] = [];
  readonly claims: string[] = [];
  readonly references: string[] = [];
  readonly noted: string[] = [];
  readonly problems: (Problem & { readonly severity: "error" | "warning" })[] = [];

  open(columns: readonly string[]): void {
    this.columns = columns;
  }

  add(row: number, line: number, values: readonly (string | null)[]): void {
    this.rows.push(values);
    this.places.push([row, line]);
  }

  claim(key: string, row: number, col: number): void {
    this.claims.push(`${key}@${row}:${col}`);
  }

  refer(what: string, key: string, value: string, at: { readonly row: number; readonly col: number }): void {
    this.references.push(`${what} ${key === value ? key : `${key} ${value}`}@${at.row}:${at.col}`);
  }

  note(name: string): void {
    this.noted.push(name);
  }

  problem(problem: Problem, severity: "error" | "warning"): void {
    this.problems.push({ ...problem, severity });
  }

  /** A staged column's values, row after row. */
  column(name: string): readonly (string | null | undefined)[] {
    return this.rows.map((values) => values[this.columns.indexOf(name)]);
  }

  /** The staged keys of a column that are not the values themselves, row after row. */
  keys(name: string): readonly (string | undefined)[] {
    return this.column("keys").map((keys) => (JSON.parse(keys ?? "{}") as Record<string, string>)[name]);
  }

  faults(): readonly string[] {
    return this.problems.map(({ code, row, column, header }) => `${code}@${row}:${column} ${header}`.trim());
  }
}

const request = (kind: FormatName, wished: Partial<StoredRequest>): StoredRequest => ({
  kind,
  mode: "append",
  key: "email",
  blank: "clear",
  createOrgs: false,
  createGroups: false,
  skipInvalid: false,
  delimiter: ",",
  fileName: "-",
  ...wished,
});

const stagerOf = (
  kind: FormatName,
  { options = {}, ...wished }: Partial<StoredRequest> & { readonly options?: HeaderOptions } = {},
) => {
  const table = new Table();
  return {
    table,
    stager: new Stager(buildKindDefinition(FORMATS[kind]), request(kind, wished), options, table),
  };
};

/** Stages a file; rows are counted from 1, and the line of each is ten times its number. */
const stage = (
  kind: FormatName,
  cells: readonly (readonly string[])[],
  wished: Partial<StoredRequest> & { readonly options?: HeaderOptions } = {},
) => {
  const { table, stager } = stagerOf(kind, wished);
  // the reader's array is longer than the record
  for (const [at, record] of cells.entries())
    stager.record([...record, "left over"], record.length, at + 1, at * 10 + 10);
  return { table, found: stager.end() };
};

const CUSTOM = {
  customFields: [
    { id: "7", name: "座席" },
    { id: "8", name: "入社日" },
  ],
};

describe("a file of users", () => {
  it("is staged by field names, with its keys", () => {
    const { table, found } = stage("users", [
      ["氏名", "メールアドレス", "組織コード", "社員コード", "CLOMOアカウント名"],
      ["山田", "Yamada@Example.jp", "S〜1", "e1", "か\u3099"],
      ["髙橋", "takahashi@example.jp", "", "", ""],
    ]);
    const rows = table.rows.map((values) => Object.fromEntries(table.columns.map((name, i) => [name, values[i]])));
    expect(rows).toEqual([
      {
        key: "yamada@example.jp",
        name: "山田",
        emails: '["Yamada@Example.jp"]',
        orgCode: "S〜1",
        employeeCode: "e1",
        accountName: "か\u3099",
        keys: JSON.stringify({ emailKeys: '["yamada@example.jp"]', orgKey: "S～1", accountKey: "が" }),
      },
      {
        key: "takahashi@example.jp",
        name: "髙橋",
        emails: '["takahashi@example.jp"]',
        orgCode: null,
        employeeCode: null,
        accountName: null,
        keys: null,
      },
    ]);
    expect(table.places).toEqual([
      [2, 20],
      [3, 30],
    ]);
    expect(found).toMatchObject({
      rows: 2,
      header: ["氏名", "メールアドレス", "組織コード", "社員コード", "CLOMOアカウント名"],
      staged: ["name", "emails", "orgCode", "employeeCode", "accountName"],
      unknownColumns: [],
    });
    expect(table.problems).toEqual([]);
  });

  it("claims further addresses, each with its own cell", () => {
    const { table, found } = stage("users", [
      ["メールアドレス", "氏名", "メールアドレス", "メールアドレス"],
      ["a@x.jp", "一", "B@x.jp", "c@x.jp"],
      ["", "二", "d@x.jp", "e@x.jp"],
      ["f@x.jp", "三", "F@x.jp", ""],
      ["g@x.jp", "四", "", ""],
    ]);
    expect(table.claims).toEqual(["b@x.jp@2:3", "c@x.jp@2:4", "e@x.jp@3:4"]);
    expect(table.column("key")).toEqual(["a@x.jp", "d@x.jp", "f@x.jp", "g@x.jp"]);
    expect(table.columns).toEqual(["key", "name", "emails", "keys"]);
    expect(found.places.every((place) => !("cells" in place))).toBe(true);
  });

  it("with another key also stages the keys of its addresses", () => {
    const cells = [
      ["氏名", "メールアドレス", "社員コード", "UPN"],
      ["山田", "A@x.jp", "E〜", "U@x.jp"],
    ];
    const byCode = stage("users", cells, { key: "employee-code" }).table;
    expect([byCode.column("key"), byCode.keys("emailKeys")]).toEqual([["E～"], ['["a@x.jp"]']]);
    const byUpn = stage("users", cells, { key: "upn" }).table;
    expect([byUpn.column("key"), byUpn.keys("emailKeys")]).toEqual([["u@x.jp"], ['["a@x.jp"]']]);
    const withoutAddress = stage(
      "users",
      [
        ["氏名", "社員コード"],
        ["山田", "1"],
      ],
      { key: "employee-code" },
    ).table;
    expect(withoutAddress.columns).toEqual(["key", "name", "employeeCode", "keys"]);
  });

  it("refers to each organisation once, at its first occurrence", () => {
    const { table } = stage("users", [
      ["組織コード", "メールアドレス", "氏名"],
      ["S〜", "a@x.jp", "一"],
      ["S～", "b@x.jp", "二"],
      ["", "c@x.jp", "三"],
      ["s～", "d@x.jp", "四"],
      ["S〜", "e@x.jp", "五"],
    ]);
    expect(table.references).toEqual(["org S～ S〜@2:1", "org s～@5:1"]);
    expect(table.keys("orgKey")).toEqual(["S～", undefined, undefined, undefined, "S～"]);
  });

  it("stages that a password is set, but never the password", () => {
    const { table, found } = stage("users", [
      ["メールアドレス", "氏名", "CLOMOアカウントパスワード"],
      ["a@x.jp", "一", "hidden-One1"],
      ["b@x.jp", "二", ""],
    ]);
    expect(table.column("secrets")).toEqual(['["accountPassword"]', null]);
    expect(table.columns).not.toContain("accountPassword");
    expect(JSON.stringify([table, found])).not.toContain("hidden");
    expect(found.staged).toContain("accountPassword");
  });

  it("stages custom fields together, by their numbers in the tenant", () => {
    const cells = [
      ["座席", "氏名", "メールアドレス"],
      ["A-1", "一", "a@x.jp"],
      ["", "二", "b@x.jp"],
    ];
    const custom = (wished: Partial<StoredRequest>) =>
      stage("users", cells, { ...wished, options: CUSTOM }).table.column("custom");
    expect(custom({})).toEqual(['{"7":"A-1"}', '{"7":null}']);
    expect(custom({ blank: "keep" })).toEqual(['{"7":"A-1"}', "{}"]);
    const { table, found } = stage("users", cells, { options: CUSTOM });
    expect(table.columns).not.toContain("custom:7");
    expect(found.staged).toEqual(["name", "emails", "custom"]);
    expect(found.absentColumns).toEqual(expect.arrayContaining(["入社日", "役職"]));
    expect(found.absentColumns).not.toContain("CLOMOアカウントパスワード");
  });

  it("lists unknown columns if they are allowed", () => {
    const cells = [
      ["氏名", "星座", "メールアドレス"],
      ["一", "x", "a@x.jp"],
    ];
    const { table, found } = stage("users", cells, { options: { allowUnknownColumns: true } });
    expect([table.faults(), found.unknownColumns]).toEqual([[], ["星座"]]);
    expect(table.rows[0]).not.toContain("x");
  });
});

describe("a file of SECURED APPs users", () => {
  it("refers to groups and stages them in sorted order", () => {
    const { table, found } = stage("docs", [
      ["ユーザーID", "表示名", "グループ名", "グループ名", "グループ名"],
      ["u1", "一", "b", "a", ""],
      ["u2", "二", "a", "b", "c"],
      ["u3", "三", "", "b", "a"],
      ["u4", "四", "", "", ""],
      ["u5", "五", "c", "", "a"],
    ]);
    expect(table.column("groups")).toEqual(['["a","b"]', '["a","b","c"]', '["a","b"]', "[]", '["a","c"]']);
    expect(table.references).toEqual(["group b@2:3", "group a@2:4", "group c@3:5"]);
    expect(found.places.find(({ field }) => field === "groups")).toEqual({
      field: "groups",
      column: 3,
      header: "グループ名",
      cells: [3, 4, 5],
    });
    expect(found.places.find(({ field }) => field === "userId")).toEqual({
      field: "userId",
      column: 1,
      header: "ユーザーID",
    });
  });

  it("keeps the groups of a blank cell if blanks keep values", () => {
    const cells = [
      ["ユーザーID", "グループ名"],
      ["u1", ""],
      ["u2", "a"],
    ];
    expect(stage("docs", cells, { blank: "keep" }).table.column("groups")).toEqual([null, '["a"]']);
    expect(stage("docs", cells).table.column("groups")).toEqual(["[]", '["a"]']);
  });

  it("uses the exact ユーザーID as key, whatever key is requested", () => {
    const { table } = stage("docs", [["ユーザーID"], ["Taro1"]], { key: "upn" });
    expect(table.column("key")).toEqual(["Taro1"]);
  });

  it("lists the secrets that a row sets", () => {
    const { table } = stage("docs", [
      ["ユーザーID", "パスワード", "シークレットキー"],
      ["u1", "hidden1", ""],
      ["u2", "hidden1", "hidden22"],
      ["u3", "", "hidden22"],
    ]);
    expect(table.column("secrets")).toEqual(['["password"]', '["password","secretKey"]', '["secretKey"]']);
  });
});

describe("problems in a file", () => {
  it("problems are reported with location and severity", () => {
    const { table } = stage("contacts", [
      ["ユーザーID", "プロキシポート", "表示名"],
      ["u 1", "99999", "一"],
    ]);
    expect(table.faults()).toEqual(["not-alphanumeric@2:1 ユーザーID", "port-range@2:2 プロキシポート"]);
    expect(table.problems.map(({ severity }) => severity)).toEqual(["error", "warning"]);
    expect(table.problems[0]).toMatchObject({ row: 2, line: 20 });
  });

  it("a record with too few or too many cells keeps its position, without values", () => {
    const { table, found } = stage("users", [
      ["氏名", "メールアドレス"],
      ["一"],
      ["二", "b@x.jp", "c"],
      ["三", "c@x.jp"],
    ]);
    expect(table.faults()).toEqual(["cells-too-few@2:0", "cells-too-many@3:0"]);
    expect(table.rows).toEqual([
      [null, null, null, null],
      [null, null, null, null],
      ["c@x.jp", "三", '["c@x.jp"]', null],
    ]);
    expect(found.rows).toBe(3);
  });

  it("blank rows and surplus blank cells are reported with their number", () => {
    const { table, found } = stage("users", [
      ["氏名", "メールアドレス", ""],
      ["一", "a@x.jp", ""],
      ["", " ", ""],
      ["二", "b@x.jp", "", ""],
      ["", "", ""],
    ]);
    expect(table.faults()).toEqual(["columns-blank@1:0", "row-blank@3:0", "cells-surplus@4:0"]);
    expect(table.problems.map(({ params }) => params)).toEqual([{ count: 1 }, { count: 2 }, { count: 1 }]);
    expect(table.rows.map(([key]) => key)).toEqual(["a@x.jp", "b@x.jp"]);
    expect(found.rows).toBe(2);
  });

  it("a value in a column without a header rejects the file", () => {
    const { table } = stage("users", [
      ["氏名", "メールアドレス", ""],
      ["一", "a@x.jp", ""],
      ["二", "b@x.jp", "x"],
    ]);
    expect(table.faults()).toEqual(["header-blank@1:3"]);
  });

  it("values are corrected, this is reported once, and the original key is kept", () => {
    const cells = [
      ["氏名", "メールアドレス", "社員コード", "CLOMOアカウント名", "CLOMOアカウントパスワード"],
      [" 一 ", "ａ＠x.jp ", "０１ ", "a", " ｐ "],
      ["二", "b@x.jp", " ", "b", ""],
    ];
    const { table } = stage("users", cells);
    expect(table.faults()).toEqual(["value-mended@2:1 氏名"]);
    expect(table.problems[0]).toMatchObject({ severity: "warning", params: { value: " 一 ", mended: "一" } });
    expect([table.column("key"), table.column("name"), table.column("employeeCode")]).toEqual([
      ["a@x.jp", "b@x.jp"],
      ["一", "二"],
      ["01", null],
    ]);
    expect(table.keys("unmended")).toEqual(["ａ＠x.jp ", undefined]);
  });

  it("a record whose cells were dropped by the reader is reported once", () => {
    const { table, stager } = stagerOf("users");
    stager.record(["氏名", "メールアドレス"], 2, 1, 1);
    stager.problem({ code: "record-too-long", row: 2, line: 2, column: 0, params: { max: 9 } });
    stager.record([], 0, 2, 2);
    expect(table.faults()).toEqual(["record-too-long@2:0"]);
    expect(table.rows).toEqual([[null, null, null, null]]);
    expect(stager.end().rows).toBe(1);
  });

  it("a damaged cell reports no other problem", () => {
    const { table, stager } = stagerOf("users");
    stager.record(["氏名", "メールアドレス"], 2, 1, 1);
    stager.problem({ code: "bytes-invalid", row: 2, line: 2, column: 2, params: {} });
    stager.record(["", "a"], 2, 2, 2);
    expect(table.faults()).toEqual(["bytes-invalid@2:2 メールアドレス", "required@2:1 氏名"]);
  });

  it.each([
    ["nothing", [], ["file-empty@0:0"]],
    ["a header alone", [["氏名", "メールアドレス"]], ["file-no-rows@0:0"]],
    ["a header that lacks the key", [["氏名"], ["一"]], ["header-missing@0:0"]],
  ])("a file with %s is reported", (_, cells, faults) => {
    const { table } = stage("users", cells);
    expect(table.faults()).toEqual(faults);
  });
});
