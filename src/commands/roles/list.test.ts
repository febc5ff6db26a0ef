import { expect, test } from "vitest";
import { ROLES } from "../../lib/model/role.ts";
import { runInBoth } from "#support/commands/program.ts";

test("facts 2.1: lists the five choices of the form in its order, without a tenant", async () => {
  const { en, ja } = await runInBoth("roles list", { terminal: { columns: 200 } });
  expect(en).toMatchObject({ exit: 0, stderr: "", requests: [] });
  const first = (stdout: string): readonly string[] => stdout.split("\n").map((line) => line.split(/ {2,}/)[0] ?? "");
  expect(first(en.stdout)).toEqual(["role", ...Object.values(ROLES).map((name) => name.en), ""]);
  expect(first(ja.stdout)).toEqual([
    "管理者権限",
    "管理者権限を付与しない",
    "システム管理者",
    "部門管理者",
    "オペレーター",
    "カスタム管理者",
    "",
  ]);
});
