import { expect, test } from "vitest";
import { listValueChanges, describeRow, describeWholeRow } from "./changes.ts";

const value = (field: string, one: string | string[] | null) => ({ field, value: one });

test("pairs old and new values, field by field", () => {
  const row = {
    changed: ["title", "emails"],
    before: [value("title", "主任"), value("emails", ["a@x", "b@x"])],
    after: [value("name", "山田"), value("title", null), value("emails", ["a@x"])],
  };
  const changes = listValueChanges(row);
  expect(changes).toEqual([
    { field: "title", before: "主任", after: null },
    { field: "emails", before: ["a@x", "b@x"], after: ["a@x"] },
  ]);
  expect(describeRow("users", { ...row, setsSecret: false })).toEqual([
    { en: "役職: 主任 → (blank)", ja: "役職: 主任 → (空)" },
    { en: "メールアドレス: a@x, b@x → a@x", ja: "メールアドレス: a@x, b@x → a@x" },
  ]);
});

test("lists custom fields separately, and omits unchanged ones", () => {
  const row = {
    changed: ["custom"],
    before: [value("custom:年", "2019"), value("custom:席", "A")],
    after: [value("custom:席", "A"), value("custom:新", "x")],
  };
  expect(listValueChanges(row)).toEqual([
    { field: "custom:年", before: "2019", after: null },
    { field: "custom:新", before: null, after: "x" },
  ]);
});

test("shows all values of a new record, and that a secret is set", () => {
  const row = { action: "create" as const, changed: [], before: [], after: [value("displayName", "山田")] };
  expect(describeWholeRow("docs", { row: 0, key: "y", setsSecret: true, ...row })).toEqual([
    { en: "表示名: 山田", ja: "表示名: 山田" },
    { en: "(secret set)", ja: "(パスワードなどを設定)" },
  ]);
});

test.each([
  [{ app: "docs" as const, thing: "secured_user" }, "fileManager", "TRUE", null, "ファイル管理者権限: TRUE → (空)"],
  [{ thing: "user" }, "administrator", null, "TRUE", "管理者: いいえ → はい"],
  [{ thing: "tenant_profile" }, "ios", null, "TRUE", "iOS/iPadOS: (空) → はい"],
  [{ thing: "account" }, "role", "none", "system", "管理者権限: 管理者権限を付与しない → システム管理者"],
  [{ thing: "scheme" }, "operations", null, ["orgs.write"], "チェック項目: (空) → 組織の作成と変更"],
  [{ thing: "renewal_item" }, "expiresAt", null, "2027-01-01T14:59:59.000Z", "期限(日時): (空) → 2027-01-01"],
])("shows fields of other record types in words: %j %s", (of, field, from, to, told) => {
  const row = { changed: [field], setsSecret: false, before: [value(field, from)], after: [value(field, to)], ...of };
  const [change] = describeRow("users", row, { moment: (at) => at.slice(0, 10) });
  expect(change?.ja).toBe(told);
});
