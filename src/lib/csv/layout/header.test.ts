import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FORMATS } from "../../derived/formats.ts";
import { isAllowedHeader, readHeader } from "./header.ts";

const { users, orgs, browser, contacts } = FORMATS;

const codes = (reading: ReturnType<typeof readHeader>): readonly string[] =>
  reading.problems.map(({ code, column }) => `${code}@${column}`);

const positions = (reading: ReturnType<typeof readHeader>) =>
  Object.fromEntries(reading.layout.columns.map(({ column, positions: at }) => [column.field, at]));

it.each(["", " ", "__proto__", "clomoctl:reason", "a\0b", "改\n行", "\ud83d"])(
  "%j cannot be the name of a custom field",
  (name) => {
    expect([isAllowedHeader(name), isAllowedHeader("入社年")]).toEqual([false, true]);
  },
);

describe("readHeader", () => {
  it("finds columns by name in any order", () => {
    const headers = contacts.columns.map(({ header }) => header);
    fc.assert(
      fc.property(fc.shuffledSubarray(headers, { minLength: headers.length }), (shuffled) => {
        const { layout, problems } = readHeader(shuffled, contacts);
        expect(problems).toEqual([]);
        for (const { column, positions: at } of layout.columns)
          expect(at.map((p) => shuffled[p])).toEqual([column.header]);
      }),
    );
  });

  it("lists the missing columns, except secret ones", () => {
    const { layout } = readHeader(["ユーザーID"], browser);
    expect(layout.absent.map(({ field }) => field)).toEqual(["displayName", "description"]);
  });

  it("ignores differences in Unicode composition", () => {
    expect(codes(readHeader(["ユーサ\u3099ーID".normalize("NFD")], browser))).toEqual([]);
  });

  it("reports what is wrong with each header", () => {
    const reading = readHeader(
      "氏名,氏名,, ,__proto__,constructor,メールアドレ,星座,メールアドレス,clomoctl:reason".split(","),
      users,
    );
    expect(codes(reading)).toEqual(
      "header-duplicate@2 header-reserved@5 header-reserved@6 header-unknown@7 header-unknown@8".split(" "),
    );
    expect(reading.problems[0]?.params).toEqual({ header: "氏名", first: 1 });
    expect(reading.problems[3]?.params).toEqual({ header: "メールアドレ", nearest: "メールアドレス" });
    expect(reading.problems[4]?.params).toEqual({ header: "星座" });
    expect(reading.layout.unnamed).toEqual([2, 3]);
    expect(reading.layout.reason).toBe(9);
    expect(positions(reading)).toEqual({ name: [0], emails: [8] });
  });

  it("warns about an allowed unknown header that is similar to a missing one", () => {
    const { layout, problems } = readHeader(["氏名", "氏名かな", "社員No", "社員コード", "メールアドレス"], users, {
      allowUnknownColumns: true,
    });
    expect(problems).toEqual([
      {
        code: "header-near",
        row: 1,
        line: 1,
        column: 2,
        header: "氏名かな",
        params: { header: "氏名かな", nearest: "フリガナ" },
      },
    ]);
    expect(layout.unknown).toEqual([1, 2]);
    expect(layout.absent.map(({ field }) => field)).toContain("nameKana");
  });

  it("ignores blanks around headers in the file, the map and the tenant's fields", () => {
    const reading = readHeader(["氏名 ", "\u3000メールアドレス", "入社年", " Post"], users, {
      customFields: [{ id: "1", name: "入社年 " }],
      map: { columns: [{ header: "Post ", to: "役職" }] },
    });
    expect(codes(reading)).toEqual([]);
    expect(positions(reading)).toEqual({ name: [0], emails: [1], title: [3], "custom:1": [2] });
    expect(reading.layout.headers).toEqual(["氏名", "メールアドレス", "入社年", "Post"]);
  });

  it("does not know the columns of another app", () => {
    const reading = readHeader(["ユーザーID", "シークレットキー", "プロキシ設定"], browser);
    expect(codes(reading)).toEqual(["header-unknown@2", "header-unknown@3"]);
  });

  it("recognises the tenant's custom fields", () => {
    const reading = readHeader(["メールアドレス", "入社日"], users, { customFields: [{ id: "f1", name: "入社日" }] });
    expect(codes(reading)).toEqual([]);
    expect(positions(reading)).toEqual({ emails: [0], "custom:f1": [1] });
  });

  it("requires the key's column", () => {
    expect(readHeader(["氏名"], users).problems).toMatchObject([
      { code: "header-missing", row: 0, params: { header: "メールアドレス" } },
    ]);
    expect(codes(readHeader(["氏名", "社員コード"], users, { key: "employeeCode" }))).toEqual([]);
    expect(readHeader(["氏名"], users, { key: "upn" }).problems[0]?.params).toEqual({ header: "UPN" });
  });

  it("accepts an organisation's name if there is no code column", () => {
    expect(codes(readHeader(["組織名", "上位組織パス"], orgs))).toEqual([]);
    expect(codes(readHeader(["組織コード", "上位組織コード"], orgs))).toEqual([]);
    expect(readHeader(["上位組織コード"], orgs).problems[0]?.params).toEqual({ header: "組織名" });
  });
});

describe("a map", () => {
  const map = {
    columns: [
      { header: "Name", to: "name" },
      { header: "Mail 1", to: "emails" },
      { header: "Mail 2", to: "emails" },
      { header: "Memo", to: null },
      { header: "Joined", to: "入社日" },
    ],
  };

  it("reads other headers", () => {
    const { layout, problems } = readHeader(["Mail 2", "Memo", "Name", "Mail 1", "組織コード", "Joined"], users, {
      map,
      customFields: [{ id: "f1", name: "入社日" }],
    });
    expect(problems).toEqual([]);
    expect(layout.columns.map(({ column, header, positions: at }) => [column.field, header, at])).toEqual([
      ["name", "Name", [2]],
      ["emails", "Mail 2", [0, 3]],
      ["orgCode", "組織コード", [4]],
      ["custom:f1", "Joined", [5]],
    ]);
  });

  it("cannot name a field that the tenant does not have", () => {
    const reading = readHeader(["Mail 1", "Joined"], users, {
      map: { ...map, values: [{ field: "入社年", from: "1", to: "2" }] },
    });
    expect(codes(reading)).toEqual(["header-unknown@2", "header-unknown@0"]);
  });

  it("does not allow a column to be read twice", () => {
    expect(codes(readHeader(["Name", "氏名", "メールアドレス"], users, { map }))).toContain("header-duplicate@2");
  });
});
