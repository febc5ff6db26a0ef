import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { csv, freshDesk, type Desk } from "#support/cli/import-desk.ts";
import { readRows } from "#support/xlsx/read.ts";

const HEADER = "氏名,メールアドレス,役職,組織コード";
const BEFORE = [HEADER, "山田,yamada@x.jp,主任,S", "髙橋,takahashi@x.jp,,D", "佐藤,sato@x.jp,部長,D"];
const AFTER = [HEADER, "山田,yamada@x.jp,課長,S", "髙橋,takahashi@x.jp,,D", "鈴木,suzuki@x.jp,=1+1,S"];

const deskWithPlan = async (): Promise<Desk> => {
  const desk = await freshDesk();
  await desk.write("orgs.csv", csv(["組織名,組織コード", "営業部,S", "開発部,D"]));
  await desk.write("before.csv", csv(BEFORE));
  await desk.write("after.csv", csv(AFTER));
  expect((await desk.run("orgs import orgs.csv --yes")).code).toBe(0);
  expect((await desk.run("users import before.csv --yes")).code).toBe(0);
  const line = "users import after.csv --mode replace --dry-run --keep-plan --report plan.xlsx";
  const { code, stderr } = await desk.run(`${line} --lang ja`);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return desk;
};

test("a workbook has one sheet with counts, a line for the approver and a row for each value", async () => {
  const rows = await readRows(await readFile((await deskWithPlan()).path("plan.xlsx")));
  expect(rows[0]?.[0]).toContain("変更の計画");
  expect(rows[1]).toEqual(["承認者", "", "承認日"]);
  expect(rows).toContainEqual(["ユーザー", "削除 1 更新 1 追加 1"]);
  const at = rows.findIndex(([first]) => first === "処理");
  expect(rows[at]).toEqual(["処理", "キー", "名前", "組織", "項目", "変更前", "変更後"]);
  expect(rows.slice(at + 1, at + 3)).toEqual([
    ["削除", "sato@x.jp", "佐藤", "開発部"],
    ["更新", "yamada@x.jp", "山田", "営業部", "役職", "主任", "課長"],
  ]);
  const created = rows.slice(at + 3);
  expect(created).toContainEqual(["追加", "suzuki@x.jp", "鈴木", "営業部", "役職", "", "=1+1"]);
  expect(created.every(([action, key]) => action === "追加" && key === "suzuki@x.jp")).toBe(true);
});
