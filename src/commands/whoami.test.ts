import { OPERATIONS, type Operation } from "../lib/derived/role-policy.ts";
import { expect, test } from "vitest";
import type { Whoami } from "../lib/client/index.ts";
import { runInBoth, run } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

const fieldsOf = (stdout: string): readonly string[] => stdout.split("\n").map((line) => line.replace(/ {2,}/, ": "));

test("shows an account's role, organisations and permissions in both languages", async () => {
  const { en, ja } = await runInBoth("whoami --format table", { tenant: { whoami: example<Whoami>("whoami") } });
  expect(en).toMatchObject({
    exit: 0,
    stderr: "",
    requests: [{ operation: "whoami" }],
  });
  expect(fieldsOf(en.stdout)).toEqual([
    "account: hanako",
    "role: division administrator",
    "organisations: 本社/営業部",
    "own user: 髙橋 花子 <hanako@example.co.jp>",
    "own organisation: 本社/営業部",
    "run by: owner (taro)",
    "allowed operations: read users",
    "",
  ]);
  expect(fieldsOf(ja.stdout)).toEqual(
    expect.arrayContaining([
      "アカウント: hanako",
      "管理者権限: 部門管理者",
      "操作した人: 所有者(taro)",
      "できること: ユーザーの閲覧",
    ]),
  );
});

test("the computer's owner has no account, all organisations and every permission", async () => {
  const operations = (Object.keys(OPERATIONS) as Operation[]).map((operation) => ({
    operation,
    reach: "all" as const,
  }));
  const owner = { account: null, user: null, role: "system", scheme: null, orgs: null, operations } as const;
  const { en, ja } = await runInBoth("whoami --format table", {
    tenant: { whoami: example<Whoami>("whoami", owner) },
  });
  expect(fieldsOf(en.stdout)).toEqual(
    expect.arrayContaining([
      "account: none (user of this computer)",
      "organisations: all",
      "allowed operations: everything",
    ]),
  );
  expect(fieldsOf(ja.stdout)).toEqual(expect.arrayContaining(["対象の組織: 全て", "できること: すべて"]));
});

test("warns if no list shows the account's own user, who is outside its organisations", async () => {
  const shown = example<Whoami>("whoami");
  const user = shown.user && { ...shown.user, listed: false };
  const { en, ja } = await runInBoth("whoami", { tenant: { whoami: { ...shown, user } } });
  expect(en.stderr).toContain("your own user is outside the organisations that you manage, so lists do not include it");
  expect(ja.stderr).toContain("本人のユーザーは対象の組織の外にあるため、一覧には表示されません");
});

test("--as without a tenant is an error that names the option", async () => {
  const { exit, stderr } = await run("context list --as hanako --lang en");
  expect(exit).toBe(2);
  expect(stderr).toContain("--as is only for commands on a tenant");
});
