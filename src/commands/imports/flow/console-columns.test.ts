import { expect, test } from "vitest";
import type { Import, PlanRow } from "../../../lib/client/index.ts";
import { ConsoleColumns } from "./console-columns.ts";

const planOf = (kind: Import["kind"], unknownColumns: readonly string[] = []): Import =>
  ({ kind, unknownColumns }) as unknown as Import;

const rowOf = (key: string, after: PlanRow["after"]): PlanRow => ({
  row: 2,
  line: 2,
  key,
  action: "create",
  changed: [],
  setsSecret: true,
  exists: false,
  after,
});

test("every column of the format is there, secrets and unknown columns from the input", () => {
  const columns = new ConsoleColumns(planOf("docs", ["備考"]), [], undefined);
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
    "グループ名",
    "グループ名",
    "ファイル管理者権限",
    "説明",
    "備考",
  ]);
  expect(columns.cells(row, secrets)).toEqual(["山田", "yamada", "Invented1", "", "営業", "総務", "", "", "メモ"]);
  expect([...columns.named(row, secrets)].filter(([, value]) => value === "総務")).toEqual([["グループ名", "総務"]]);
});

test("custom fields follow, and the console's own spelling of headers is the map's", () => {
  const map = { columns: [{ header: "名前", to: "name" }], constants: [], defaults: [] };
  const columns = new ConsoleColumns(planOf("users"), [{ id: "x", name: "入社年", createdAt: "" }], map);
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
