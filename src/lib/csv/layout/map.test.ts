import { describe, expect, it } from "vitest";
import { Failure } from "../../errors/index.ts";
import { FORMATS } from "../../derived/formats.ts";
import { checkMap } from "./map.ts";
import { parseMapFile } from "./map-parse.ts";

const EMPTY = { columns: [] };

const refusal = (content: string, format = FORMATS.users): Failure => {
  try {
    parseMapFile(content, format, "hr.yaml");
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error("the map was taken");
};

describe("parseMapFile", () => {
  it("reads every part, and all values are text", async () => {
    const map = parseMapFile(
      ["columns:", "  Name: 氏名", "  Mail: emails", "  Memo: ignore"].join("\n"),
      FORMATS.users,
      "hr.yaml",
    );
    expect(map).toEqual({
      columns: [
        { header: "Name", to: "name" },
        { header: "Mail", to: "emails" },
        { header: "Memo", to: null },
      ],
    });
    expect(JSON.parse(JSON.stringify(map))).toEqual(map);
  });

  it("reads how lists are read: joins, values, rows to skip and options", () => {
    const content =
      "join:\n  氏名: [姓, 名]\nvalues:\n  組織コード:\n    営業部: S01\n    なし:\nrows:\n  skip:\n    在籍区分: [退職]\noptions:\n  sheet: 名簿\n  header-row: 4\n  org-by: name\n  blank: keep\n  key: employee-code\n";
    const map = parseMapFile(content, FORMATS.users, "hr.yaml");
    expect(map).toEqual({
      ...EMPTY,
      joins: [{ field: "name", headers: ["姓", "名"] }],
      values: [
        { field: "orgCode", from: "営業部", to: "S01" },
        { field: "orgCode", from: "なし", to: "" },
      ],
      rows: [{ header: "在籍区分", says: "skip", words: [{ word: "退職", means: "skip" }] }],
      options: { sheet: "名簿", headerRow: 4, orgBy: "name", blank: "keep", key: "employee-code" },
    });
    expect(() => checkMap(map, FORMATS.users)).not.toThrow();
  });

  it("takes names that are special in JavaScript as headers and values", () => {
    const content =
      "join:\n  氏名: [__proto__, constructor]\nvalues:\n  title:\n    __proto__: a\nrows:\n  skip:\n    __proto__: [__proto__]\n";
    expect(parseMapFile(content, FORMATS.users, "hr.yaml")).toMatchObject({
      joins: [{ field: "name", headers: ["__proto__", "constructor"] }],
      values: [{ field: "title", from: "__proto__", to: "a" }],
      rows: [{ header: "__proto__", says: "skip", words: [{ word: "__proto__", means: "skip" }] }],
    });
  });

  it.each(["", "# nothing yet\n", "columns:\n"])("reads %j as a map without entries", async (content) => {
    expect(parseMapFile(content, FORMATS.users, "hr.yaml")).toEqual(EMPTY);
  });

  it.each([
    ["columns: [", 1, /YAML/],
    ["columns:\n  A: name\n  A: title\n", 3, /YAML/],
    ["columns:\n  - A\n", 2, /columns must consist/],
    ["columns:\n  A: [name]\n", 2, /plain text/],
    ["columns:\n  A: &x name\n  B: *x\n", 3, /plain text/],
    ["\ncolumn:\n  A: name\n", 2, /unknown key "column" in the file; allowed keys: columns, join/],
    ["columns:\n  A: name\n  B: 氏名\n", 3, /is read from two headers/],
    ["join:\n  氏名: 姓\n", 2, /must be a list/],
    ["join:\n  氏名: []\n", 2, /./],
    ["join:\n  メールアドレス: [a, b]\n", 2, /several values/],
    ["join:\n  accountPassword: [a, b]\n", 2, /secret/],
    ["columns:\n  N: 氏名\njoin:\n  氏名: [姓, 名]\n", 2, /is read from two headers/],
    ["values:\n  accountPassword:\n    a: b\n", 3, /secret/],
    ["values:\n  メールアドレス:\n    a: b\n", 3, /not an email address/],
    ["rows:\n  only:\n    a: [b]\n", 2, /unknown key "only"/],
    ["rows:\n  skip:\n    a:\n", 3, /list/],
    ["options:\n  mode: replace\n", 2, /unknown key "mode"/],
    ["options:\n  header-row: 1001\n", 2, /from 1 to 1000/],
    ["options:\n  org-by: id\n", 2, /not one of these values: code, name/],
    ["options:\n  key: serial\n", 2, /is not a key/],
  ])("refuses %j and reports line %i", async (content, line, what) => {
    const failure = refusal(content);
    expect(failure.code).toBe("input-rejected");
    expect(failure.where).toBe(`hr.yaml:${line}`);
    expect(failure.what.en).toMatch(what);
    expect(failure.what.ja).not.toBe("");
  });

  it.each([
    ["columns:\n  社員No: 社員コード\n  社員番号: employeeCode\n", "社員コード", "社員No", "社員番号"],
    ["columns:\n  部署: orgCode\njoin:\n  組織コード: [本部, 部]\n", "組織コード", "本部 + 部", "部署"],
    ["join:\n  氏名: [姓, 名]\n  name: [氏, 名]\n", "氏名", "姓 + 名", "氏 + 名"],
  ])("names the field and both sources if a field is listed twice: %j", (content, field, first, second) => {
    expect(refusal(content).what).toMatchObject({
      en: `"${field}" is read from two headers, "${first}" and "${second}"; remove the header that your list does not have`,
    });
  });

  it("suggests the nearest column if the format has no custom fields", async () => {
    const failure = refusal("columns:\n  A: 表示名称\n", FORMATS.browser);
    expect(failure.what.en).toBe('this format has no column "表示名称"; did you mean "表示名"?');
  });

  it("accepts the tenant's custom fields as columns, and no other names if the fields are known", async () => {
    const customFields = [{ id: "f1", name: "座席" }];
    const parse = async (content: string) => parseMapFile(content, FORMATS.users, "hr.yaml", customFields);
    expect((await parse("columns:\n  Seat: 座席\n")).columns).toEqual([{ header: "Seat", to: "座席" }]);
    for (const content of ["columns:\n  Seat: 座席\n  Name: 氏名x\n", "values:\n  座席: {a: b}\n  氏名x: {a: b}\n"]) {
      await expect(parse(content)).rejects.toMatchObject({ code: "input-rejected", where: "hr.yaml:3" });
    }
  });

  it("refuses content that is too long for a map", async () => {
    expect(refusal("#".repeat(1_000_001)).where).toBe("hr.yaml");
  });
});

describe("checkMap", () => {
  it("checks the entries of a map that was passed as data", () => {
    const map = { ...EMPTY, values: [{ field: "password", from: "a", to: "abcdef" }] };
    expect(() => checkMap(map, FORMATS.browser)).toThrow(Failure);
    expect(() => checkMap(EMPTY, FORMATS.browser)).not.toThrow();
  });
});
