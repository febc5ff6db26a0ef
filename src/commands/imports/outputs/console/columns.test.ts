import { expect, test } from "vitest";
import type { CustomField, Import, PlanRow } from "../../../../lib/client/index.ts";
import type { ColumnMap } from "../../../../lib/csv/layout/map.ts";
import { FORMATS } from "../../../../lib/model/formats.ts";
import { ConsoleColumns } from "./columns.ts";

const planOf = (kind: Import["kind"], unknownColumns: readonly string[] = [], change: Partial<Import> = {}): Import =>
  ({
    kind,
    mode: "append",
    fields: FORMATS[kind].columns.map(({ field }) => field),
    unknownColumns,
    ...change,
  }) as unknown as Import;

const withField = (kind: Import["kind"], field: string): Import => {
  const plan = planOf(kind);
  return { ...plan, fields: [...plan.fields, field] };
};

const columnsFor = (plan: Import, customFields: readonly CustomField[], map: ColumnMap | undefined): ConsoleColumns =>
  new ConsoleColumns({ plan, customFields }, map);

const rowOf = (key: string, after: PlanRow["after"]): PlanRow => ({
  row: 2,
  line: 2,
  key,
  action: "create",
  changed: [],
  before: [],
  setsSecret: true,
  exists: false,
  after,
});

test("has every column of the format, with secrets and unknown columns from the input", () => {
  const columns = columnsFor(planOf("docs", ["備考"]), [], undefined);
  const row = rowOf("yamada", [
    { field: "displayName", value: "山田" },
    { field: "groups", value: ["営業", "総務"] },
  ]);
  const secrets = { row: 2, secrets: new Map([["password", "Invented1"]]), unknown: ["メモ"] };
  columns.fit(row);
  columns.fit(rowOf("sato", [{ field: "groups", value: [] }]));
  expect(columns.header()).toEqual([
    "表示名",
    "ユーザーID",
    "パスワード",
    "シークレットキー",
    "ファイル管理者権限",
    "説明",
    "グループ名",
    "グループ名",
    "備考",
  ]);
  expect(columns.cells(row, secrets)).toEqual(["山田", "yamada", "Invented1", "", "", "", "営業", "総務", "メモ"]);
  expect([...columns.named(row, secrets)].filter(([, value]) => value === "総務")).toEqual([["グループ名", "総務"]]);
});

test("custom fields follow, and headers have the console's spelling from the map", () => {
  const map = { columns: [{ header: "名前", to: "name" }] };
  const columns = columnsFor(withField("users", "custom:入社年"), [{ id: "x", name: "入社年", createdAt: "" }], map);
  const row = rowOf("taro@example.com", [
    { field: "name", value: "山田" },
    { field: "emails", value: ["taro@example.com"] },
    { field: "custom:入社年", value: "2020" },
  ]);
  columns.fit(row);
  expect(columns.header()[0]).toBe("名前");
  expect(columns.header().at(-1)).toBe("入社年");
  expect(columns.cells(row, undefined)).toMatchObject({ 0: "山田", 2: "taro@example.com", 15: "2020" });
});

test("a row whose lists do not fit has no cells until there are enough columns", () => {
  const columns = columnsFor(planOf("docs"), [], undefined);
  const row = rowOf("yamada", [{ field: "groups", value: ["営業", "総務"] }]);
  expect(columns.cells(row, undefined)).toBeUndefined();
  columns.fit(row);
  expect(columns.cells(row, undefined)).toEqual(["", "yamada", "", "", "", "", "営業", "総務"]);
  columns.fit(rowOf("sato", [{ field: "groups", value: ["営業"] }]));
  expect(columns.header()).toHaveLength(8);
  const shorter = rowOf("sato", [{ field: "groups", value: ["営業"] }]);
  expect(columns.cells(shorter, undefined)).toEqual(["", "sato", "", "", "", "", "営業", ""]);
  const blank = rowOf("ito", [{ field: "groups", value: null }]);
  expect(columns.cells(blank, undefined)).toEqual(["", "ito", "", "", "", "", "", ""]);
});

test("repeated columns use the headers of the map in turn, and the last for all others", () => {
  const map = {
    columns: [
      { header: "所属1", to: "groups" },
      { header: "所属2", to: "groups" },
      { header: "合言葉", to: "password" },
    ],
  };
  const columns = columnsFor(planOf("docs"), [], map);
  const row = rowOf("yamada", [{ field: "groups", value: ["a", "b", "c"] }]);
  columns.fit(row);
  expect(columns.header()).toEqual([
    "表示名",
    "ユーザーID",
    "合言葉",
    "シークレットキー",
    "ファイル管理者権限",
    "説明",
    "所属1",
    "所属2",
    "所属2",
  ]);
  expect(columns.secrets()).toEqual([
    { field: "password", header: "合言葉" },
    { field: "secretKey", header: "シークレットキー" },
  ]);
  const secrets = { row: 2, secrets: new Map([["password", "Invented1"]]), unknown: [] };
  const named = [...columns.named(row, secrets)].filter(([, value]) => value !== "");
  expect(named).toEqual([
    ["ユーザーID", "yamada"],
    ["合言葉", "Invented1"],
    ["所属1", "a"],
    ["所属1", "b"],
    ["所属1", "c"],
  ]);
});

test("uses the row's own key if the plan does not change it, whatever the order of the fields", () => {
  const columns = columnsFor(planOf("docs", ["備考"]), [], undefined);
  const renamed = rowOf("yamada", [
    { field: "description", value: "d" },
    { field: "userId", value: "yamada2" },
    { field: "displayName", value: "山田" },
  ]);
  const secrets = { row: 2, secrets: new Map<string, string>(), unknown: ["メモ"] };
  expect(columns.cells(renamed, undefined)).toEqual(["山田", "yamada2", "", "", "", "d", "", ""]);
  expect(columns.cells(rowOf("sato", []), undefined)).toEqual(["", "sato", "", "", "", "", "", ""]);
  expect(columns.cells(renamed, secrets)?.at(-1)).toBe("メモ");
  expect([...columns.named(renamed, undefined)].at(-1)).toEqual(["備考", ""]);
  expect([...columns.named(renamed, secrets)].at(-1)).toEqual(["備考", "メモ"]);
});
