import { expect, test } from "vitest";
import type { PlanRow } from "../../../../lib/client/index.ts";
import { BlankSecrets } from "./blank-secrets.ts";

const rowOf = (key: string, exists: boolean, after: PlanRow["after"] = []): PlanRow => ({
  row: 2,
  line: 2,
  key,
  action: "update",
  changed: [],
  before: [],
  setsSecret: false,
  exists,
  after,
});
const secretsOf = (...fields: readonly string[]) => ({
  row: 2,
  secrets: new Map(fields.map((field) => [field, "Invented1"])),
  unknown: [],
});

test("counts every secret column that is blank for an existing user", () => {
  const blank = new BlankSecrets([
    { field: "password", header: "パスワード" },
    { field: "secretKey", header: "シークレットキー" },
  ]);
  blank.take(rowOf("yamada", true), secretsOf("password"));
  blank.take(rowOf("sato", true), undefined);
  blank.take(rowOf("suzuki", false), undefined);
  blank.take(rowOf("tanaka", true), secretsOf("password", "secretKey"));
  expect(blank.found).toEqual({
    columns: [
      { header: "パスワード", users: 1 },
      { header: "シークレットキー", users: 2 },
    ],
    first: ["yamada", "sato"],
    users: 2,
  });
});

test("a user without an account has no password to lose", () => {
  const blank = new BlankSecrets([
    { field: "accountPassword", header: "CLOMOアカウントパスワード", onlyWith: "accountName" },
  ]);
  blank.take(rowOf("taro@example.com", true, [{ field: "accountName", value: null }]), undefined);
  expect(blank.found).toEqual({ columns: [], first: [], users: 0 });
  blank.take(rowOf("jiro@example.com", true, [{ field: "accountName", value: "jiro" }]), undefined);
  expect(blank.found.columns).toEqual([{ header: "CLOMOアカウントパスワード", users: 1 }]);
});
