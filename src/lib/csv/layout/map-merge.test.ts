import { describe, expect, it } from "vitest";
import { FORMATS } from "../../model/formats.ts";
import { mergeMaps } from "./map-merge.ts";
import { findMapFaults } from "./map.ts";

const { columns } = FORMATS.users;
const EMPTY = { columns: [], constants: [], defaults: [] };
const NONE = { columns: [], joins: [], skip: [], keep: [] };

describe("mergeMaps", () => {
  it("replaces the entry of a field by its new header", () => {
    const known = { ...EMPTY, columns: [{ header: "社員No", to: "employeeCode" }] };
    const merged = mergeMaps(known, { ...NONE, columns: [{ header: "社員番号", to: "社員コード" }] }, columns);
    expect(merged.columns).toEqual([{ header: "社員番号", to: "社員コード" }]);
  });

  it("replaces a column by a join, and forgets what the cells of the column contained", () => {
    const known = {
      ...EMPTY,
      columns: [{ header: "部署", to: "orgCode" }],
      options: { orgBy: "name", blank: "keep" },
    } as const;
    const merged = mergeMaps(known, { ...NONE, joins: [{ field: "orgCode", headers: ["本部", "部"] }] }, columns);
    expect(merged).toMatchObject({ columns: [], joins: [{ field: "orgCode", headers: ["本部", "部"] }] });
    expect(merged.options).toEqual({ blank: "keep" });
  });

  it.each([
    ["a column of the same field", { ...NONE, columns: [{ header: "お名前", to: "氏名" }] }],
    ["a join of the same field", { ...NONE, joins: [{ field: "name", headers: ["氏", "名前"] }] }],
    ["another use of one of its headers", { ...NONE, columns: [{ header: "姓 ", to: null }] }],
  ])("replaces a join by %s", (_, answers) => {
    const known = { ...EMPTY, joins: [{ field: "name", headers: ["姓", "名"] }] };
    const merged = mergeMaps(known, answers, columns);
    expect(merged.joins ?? []).toEqual(answers.joins);
    expect(findMapFaults(merged, FORMATS.users)).toEqual([]);
  });

  it("replaces the entry of a custom field by its new header", () => {
    const own = [...columns, { ...columns[0], field: "custom:f1", header: "座席" }] as typeof columns;
    const known = { ...EMPTY, columns: [{ header: "席", to: "座席" }] };
    expect(mergeMaps(known, { ...NONE, columns: [{ header: "席番号", to: "座席" }] }, own).columns).toEqual([
      { header: "席番号", to: "座席" },
    ]);
  });

  it("keeps all headers of a column that can be repeated, and everything without a new answer", () => {
    const known = {
      ...EMPTY,
      columns: [
        { header: "メール1", to: "emails" },
        { header: "メモ", to: null },
      ],
      skip: [{ header: "在籍区分", values: ["退職"] }],
      options: { orgBy: "name" },
    } as const;
    const answers = {
      ...NONE,
      columns: [{ header: "メール2", to: "メールアドレス" }],
      skip: [{ header: "在籍区分", values: ["休職", "退職"] }],
    };
    expect(mergeMaps(known, answers, columns)).toMatchObject({
      columns: [...known.columns, ...answers.columns],
      skip: [{ header: "在籍区分", values: ["退職", "休職"] }],
      options: { orgBy: "name" },
    });
  });
});
